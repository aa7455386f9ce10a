// Every occurrence in a calendar file as ical.js sees it, by the VTIMEZONEs of the file itself.
//
//     echo '["FILE", "FROM", "UNTIL"]' | node expand.mjs
//
// FROM and UNTIL are instants (2026-01-01T00:00:00Z); an occurrence is in when FROM <= start < UNTIL.
// Answers each line (`answer_each.mjs`) with [{"uid", "start", "end", "status"}, ...], instants in UTC, in any order.

import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import { answerEach } from "./answer_each.mjs";

// An override may move an occurrence into the window from after it; none of ours moves further.
const LOOK_PAST_END_S = 62 * 86400;

const instant = (time) => new Date(time.toUnixTime() * 1000).toISOString().replace(".000Z", "Z");

const seconds = (text) => {
  const at = Date.parse(text) / 1000;
  if (Number.isNaN(at)) throw new Error(`not an instant: ${text}`);
  return at;
};

function* occurrences(event, until) {
  if (!event.isRecurring()) {
    yield { start: event.startDate, end: event.endDate, item: event };
    return;
  }
  const starts = event.iterator();
  for (let next = starts.next(); next; next = starts.next()) {
    if (next.toUnixTime() >= until + LOOK_PAST_END_S) return;
    const { startDate, endDate, item } = event.getOccurrenceDetails(next);
    yield { start: startDate, end: endDate, item };
  }
}

function byUid(vevents) {
  const found = new Map();
  for (const vevent of vevents) {
    const uid = vevent.getFirstPropertyValue("uid");
    found.set(uid, [...(found.get(uid) ?? []), vevent]);
  }
  return found;
}

function expand(file, from, until) {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
  // Of this file only: those of the one before go.
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const found = [];
  for (const [uid, vevents] of byUid(calendar.getAllSubcomponents("vevent"))) {
    const overrides = vevents.filter((vevent) => vevent.hasProperty("recurrence-id"));
    for (const vevent of vevents.filter((each) => !each.hasProperty("recurrence-id"))) {
      const event = new ICAL.Event(vevent, { strictExceptions: true, exceptions: overrides });
      for (const { start, end, item } of occurrences(event, until)) {
        const at = start.toUnixTime();
        const status = item.component.getFirstPropertyValue("status");
        if (from <= at && at < until) found.push({ uid, start: instant(start), end: instant(end), status });
      }
    }
  }
  return found;
}

await answerEach((file, from, until) => expand(file, seconds(from), seconds(until)));
