// Every occurrence in a calendar file as ical.js sees it, by the VTIMEZONEs of the file itself.
//
//     node expand.mjs FILE FROM UNTIL
//
// FROM and UNTIL are instants (2026-01-01T00:00:00Z); an occurrence is in when FROM <= start < UNTIL.
// Prints one JSON object a line: {"uid", "start", "end", "status"}, instants in UTC, ordered by start.

import { readFileSync } from "node:fs";
import ICAL from "ical.js";

// An override may move an occurrence into the window from after it; none of ours moves further.
const LOOK_PAST_END_S = 62 * 86400;

const [file, fromText, untilText] = process.argv.slice(2);
const from = Date.parse(fromText) / 1000;
const until = Date.parse(untilText) / 1000;
if (!file || Number.isNaN(from) || Number.isNaN(until)) {
  console.error("usage: node expand.mjs FILE FROM UNTIL");
  process.exit(2);
}

const instant = (time) => new Date(time.toUnixTime() * 1000).toISOString().replace(".000Z", "Z");

function* occurrences(event) {
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

const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
ICAL.TimezoneService.reset();
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);

const byUid = new Map();
for (const vevent of calendar.getAllSubcomponents("vevent")) {
  const uid = vevent.getFirstPropertyValue("uid");
  byUid.set(uid, [...(byUid.get(uid) ?? []), vevent]);
}

const found = [];
for (const [uid, vevents] of byUid) {
  const overrides = vevents.filter((vevent) => vevent.hasProperty("recurrence-id"));
  for (const vevent of vevents.filter((each) => !each.hasProperty("recurrence-id"))) {
    const event = new ICAL.Event(vevent, { strictExceptions: true, exceptions: overrides });
    for (const { start, end, item } of occurrences(event)) {
      const at = start.toUnixTime();
      const status = item.component.getFirstPropertyValue("status");
      if (from <= at && at < until) found.push({ uid, start: instant(start), end: instant(end), status });
    }
  }
}
found.sort((a, b) => a.start.localeCompare(b.start) || a.uid.localeCompare(b.uid));
for (const occurrence of found) console.log(JSON.stringify(occurrence));
