// Seven days of the schedule, from today on: what is held, what is not, and what overlaps.

import { busily, byId, complain, make, say } from "/frame/make.js";
import { edit, entryOf, held, MOST_DATES, week } from "./ask.js";
import { dateText, dayIn, dayText, hourIn, midnight, nearness, ownClock, plusDays, sameClock, timeText, zoneText } from "./days.js";
import { showKeep } from "./secret.js";
import { doubt, joining, kindText, sign, whereText } from "./tell.js";

const DAYS = 7;
let shift = 0;

export async function showWeek() {
  shift = 0;
  showKeep();
  await load();
}

async function load() {
  const zone = held.schedule.timeZone;
  const today = dayIn(zone, new Date());
  const first = plusDays(today, shift * DAYS);
  const schedule = await week(midnight(zone, first), midnight(zone, plusDays(first, DAYS)));
  const days = [...Array(DAYS).keys()].map((number) => plusDays(first, number));
  byId("span").textContent = `${dateText(days[0])} to ${dateText(days[DAYS - 1])}`;
  byId("today").hidden = shift === 0;
  byId("week").replaceChildren(...[beginning(schedule), overlaps(schedule), missing(schedule)].filter(Boolean), ...dayBoxes(schedule, days, today), lastLine(schedule));
}

function beginning({ entries, searches }) {
  if (entries.length || searches.length) return null;
  return make(
    "div",
    { class: "panel" },
    make("p", {}, "Nothing is in your schedule yet."),
    make("div", { class: "actions" }, make("a", { href: "#view=find", "data-view": "find", class: "button main" }, "Find meetings")),
  );
}

function lastLine({ timeZone, occurrences }) {
  const cut = occurrences.length === MOST_DATES ? `Only the first ${MOST_DATES} meetings of these days are shown. ` : "";
  return make("p", { class: "meta zone" }, `${cut}Times are those of ${zoneText(timeZone)}.`);
}

const MOST_OVERLAPS = 5;

function overlaps({ conflicts, timeZone }) {
  if (!conflicts.length) return null;
  // The same two overlap week after week: told once, with their dates.
  const pairs = new Map();
  for (const { first, second } of conflicts) {
    const text = `${first.meeting.name} (${span(timeZone, first)}) and ${second.meeting.name} (${span(timeZone, second)}): `;
    pairs.set(text, [...(pairs.get(text) ?? []), dayText(dayIn(timeZone, second.startsAt))]);
  }
  const told = [...pairs].map(([text, days]) => make("li", {}, `${text}${days.join(", ")}.`));
  const more = told.length - MOST_OVERLAPS;
  return make(
    "section",
    { class: "note warn", "aria-labelledby": "h-overlaps" },
    make("h2", { id: "h-overlaps", class: "in-note" }, "These overlap"),
    make("ul", { class: "plain" }, told.slice(0, MOST_OVERLAPS), more > 0 ? make("li", {}, `and ${more} more in the coming four weeks.`) : null),
  );
}

const span = (zone, { startsAt, endsAt }) => `${timeText(zone, startsAt)}–${timeText(zone, endsAt)}`;

const MISSING = {
  SUSPENDED: "does not meet for now",
  WITHDRAWN: "is gone from its list",
};

/** What one would look for in vain: it is in the schedule, and on no day. */
function missing({ entries }) {
  const told = entries
    .map(({ meeting }) => [meeting, MISSING[meeting.status] ?? (meeting.startTime ? null : "has no fixed time")])
    .filter(([, why]) => why)
    .map(([meeting, why]) => make("li", {}, make("strong", {}, meeting.name), ` ${why}.`));
  return told.length ? make("section", { class: "note bad", "aria-labelledby": "h-missing" }, make("h2", { id: "h-missing", class: "in-note" }, "Not in your week"), make("ul", { class: "plain" }, told)) : null;
}

function dayBoxes(schedule, days, today) {
  return days.map((day) => {
    const held = schedule.occurrences.filter((dated) => dayIn(schedule.timeZone, dated.startsAt) === day);
    const skipped = schedule.entries.filter((entry) => entry.skippedDates.includes(day));
    const near = nearness(day, today);
    const lines = [
      ...held.map((dated) => [hourIn(schedule.timeZone, dated.startsAt), line(dated, schedule)]),
      ...skipped.map((entry) => [entry.meeting.startTime ?? "", skippedLine(entry, day)]),
    ]
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([, element]) => element);
    return make(
      "div",
      { class: `day-box${lines.length ? "" : " empty-day"}` },
      make("h2", {}, near ? [make("span", { class: "near" }, near), " "] : null, dayText(day)),
      lines.length ? make("ul", { class: "day" }, lines) : make("p", { class: "free" }, "Nothing"),
    );
  });
}

function line(dated, schedule) {
  const { meeting, cancelled, startsAt, endsAt, date } = dated;
  const entry = entryOf(meeting.id);
  const over = new Date(endsAt) <= new Date();
  const now = !over && new Date(startsAt) <= new Date();
  const note = entry?.note;
  return make(
    "li",
    { class: `${over ? "over" : ""} ${cancelled ? "off" : ""}`, "data-at": `${meeting.id} ${date}` },
    make("p", { class: "hour" }, timeText(schedule.timeZone, startsAt), make("small", {}, make("span", { class: "unseen" }, "to "), make("span", { "aria-hidden": "true" }, "–"), timeText(schedule.timeZone, endsAt))),
    make(
      "div",
      {},
      make("h3", {}, meeting.name),
      make("p", {}, state(dated, over, now)),
      ownTime(dated, schedule),
      make("p", {}, whereText(meeting)),
      cancelled ? null : joining(meeting),
      make("p", { class: "meta" }, kindText(meeting)),
      dated.note ? make("p", {}, dated.note) : null,
      note ? make("p", { class: "own-note" }, note) : null,
      cancelled ? null : doubt(meeting),
      actions(dated, entry, over),
    ),
  );
}

function state(dated, over, now) {
  if (dated.cancelled) return sign("bad", "✕", "Cancelled: it is not held");
  if (dated.movedFrom) {
    const day = dayText(dated.movedFrom.slice(0, 10));
    return sign("wait", "→", `Moved here from ${day}, ${ownClock(dated.movedFrom.slice(11, 16))}`);
  }
  if (now) return sign("good", "●", "Now");
  return over ? make("span", { class: "meta" }, "Over") : "";
}

/** The time on the wall where it is held, where that is another. */
function ownTime({ meeting, startsAt }, { timeZone }) {
  if (!meeting.timeZone || sameClock(meeting.timeZone, timeZone, startsAt)) return null;
  const day = startsAt.slice(0, 10);
  const on = day === dayIn(timeZone, startsAt) ? "" : ` on ${dayText(day)}`;
  return make("p", { class: "meta" }, `${ownClock(startsAt.slice(11, 16))}${on} in ${zoneText(meeting.timeZone)}`);
}

function actions({ meeting, date, cancelled }, entry, over) {
  if (cancelled || over) return null;
  if (!entry) return make("p", { class: "meta" }, "Found by one of your saved searches.");
  const skip = () => skipDate(meeting, date, true);
  return make("div", { class: "actions" }, make("button", { type: "button", class: "quiet", onclick: skip }, "Skip this date", make("span", { class: "unseen" }, `: ${meeting.name}, ${dayText(date)}`)));
}

function skippedLine({ meeting }, day) {
  const back = () => skipDate(meeting, day, false);
  return make(
    "li",
    { class: "skipped", "data-at": `${meeting.id} ${day}` },
    make("p", { class: "hour" }, meeting.startTime ? ownClock(meeting.startTime) : ""),
    make(
      "div",
      {},
      make("p", {}, `Skipped: ${meeting.name}`),
      make("div", { class: "actions" }, make("button", { type: "button", class: "quiet", onclick: back }, "Take it back", make("span", { class: "unseen" }, `: ${meeting.name}, ${dayText(day)}`))),
    ),
  );
}

async function skipDate(meeting, date, skip) {
  const parts = ({ skippedDates }) => ({ skippedDates: skip ? [...skippedDates, date] : skippedDates.filter((day) => day !== date) });
  try {
    await busily(byId("week"), skip ? "Skipping it…" : "Taking it back…", () => edit(meeting.id, parts));
    await load();
    say(skip ? `${meeting.name} is skipped on ${dayText(date)}.` : `${meeting.name} is in your week again.`);
    byId("week").querySelector(`[data-at="${CSS.escape(`${meeting.id} ${date}`)}"] button`)?.focus();
  } catch (error) {
    complain(error.message);
  }
}

async function turn(weeks) {
  const before = shift;
  shift = weeks === 0 ? 0 : shift + weeks;
  try {
    await busily(byId("page-week"), "Looking…", load);
    say(`${byId("span").textContent}.`);
    // A button that is gone takes the focus with it.
    if (weeks === 0) byId("h-week").focus();
  } catch (error) {
    shift = before;
    complain(error.message);
  }
}

/** Once, when the page opens. */
export function prepareWeek() {
  for (const [id, weeks] of [["earlier", -1], ["today", 0], ["later", 1]]) byId(id).addEventListener("click", () => turn(weeks));
}
