// A meeting for every day of many: what there is, what there is not, and putting it into the schedule.

import { checked, mark, toFirstError } from "/frame/fields.js";
import { busily, byId, complain, count, make, say } from "/frame/make.js";
import { post } from "/frame/post.js";
import { change, entryOf, held, open } from "./ask.js";
import { dayIn, dayText, timeText, zoneText } from "./days.js";
import { filterOf, refuse } from "./filters.js";
import { whereText } from "./tell.js";

const MEETING = "id name status venueType venue { name street city region formattedAddress approximate } online { provider phone }";
const PLAN = `query ($input: PlanInput!) {
  plan(input: $input) {
    daysCovered
    occurrences { date startsAt meeting { ${MEETING} } }
    gaps { date reason nearest { startsAt meeting { name } } }
  }
}`;
const EVERY_DAY = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
const MOST_DATES = 100;

export async function showPlan() {
  await open(held.key);
  const { start } = byId("plan").elements;
  start.min = dayIn(held.schedule.timeZone, new Date());
  if (!start.value || start.value < start.min) start.value = start.min;
}

/** Meetings of one's own that are gone to whenever they are held. */
const ownIds = () => held.schedule.entries.filter(({ meeting, dates }) => !dates && meeting.startTime && meeting.status === "ACTIVE").map(({ meeting }) => meeting.id);

function inputOf(form) {
  const { start, days, from, until, own, variety } = form.elements;
  const input = { filter: filterOf(form), startDate: start.value, days: Number(days.value), timeZone: held.schedule.timeZone, preferVariety: variety.checked };
  if (from.value || until.value) {
    input.availability = [{ days: EVERY_DAY, from: from.value || null, until: until.value || null }];
  }
  if (own.checked) input.fixedMeetingIds = ownIds().slice(0, 100);
  return input;
}

const FIELDS = { "input.startDate": "start", "input.days": "days" };

async function plan(form) {
  const place = byId("planned");
  place.hidden = true;
  checked(form);
  if (!form.elements.place.value.trim() && form.elements.how.value !== "online") mark(form, "place", "say where, or choose Online");
  if (form.querySelector("[aria-invalid]")) return toFirstError(form);
  const input = inputOf(form);
  try {
    const { plan: made } = await busily(form, "Making a plan…", () => post(PLAN, { input }));
    draw(place, made, input.days);
    say(`${made.daysCovered} of ${count(input.days, "day")} are covered.`);
    byId("h-planned").focus();
  } catch (error) {
    const field = FIELDS[error.argument];
    if (!field) return refuse(form, error);
    say("");
    mark(form, field, error.message.replace(/^[\w.]+: /, ""));
    toFirstError(form);
  }
}

function draw(place, made, days) {
  const found = make("div", { class: "actions" }, make("button", { type: "button", class: "main", onclick: () => keep(place, made) }, "Put these in my schedule"));
  const lines = [...made.occurrences.map(dated), ...made.gaps.map(gap)].sort(([one], [other]) => (one < other ? -1 : 1));
  place.replaceChildren(
    make("h2", { id: "h-planned", tabindex: "-1" }, `${made.daysCovered} of ${count(days, "day")} covered`),
    make("p", { class: "hint" }, made.gaps.length ? "For the others it says what would come nearest. " : "There is a meeting for each. ", `Hours are those of ${zoneText(held.schedule.timeZone)}.`),
    made.occurrences.length ? found : "",
    make("ol", { class: "plan" }, lines.map(([, line]) => line)),
  );
  place.hidden = false;
}

function dated({ startsAt, meeting }) {
  const { timeZone } = held.schedule;
  const day = dayIn(timeZone, startsAt);
  const doubt = meeting.status === "UNCONFIRMED" ? make("strong", {}, " Not confirmed: ask before you go.") : null;
  return [
    `${day} ${startsAt}`,
    make("li", {}, make("span", { class: "on" }, dayText(day)), make("span", { class: "hour" }, timeText(timeZone, startsAt)), make("span", {}, make("strong", {}, meeting.name), `, ${whereText(meeting)}.`, doubt)),
  ];
}

function gap({ date, reason, nearest }) {
  const near = nearest ? ` (${nearest.meeting.name}, ${timeText(held.schedule.timeZone, nearest.startsAt)})` : "";
  return [`${date} ~`, make("li", { class: "gap" }, make("span", { class: "on" }, dayText(date)), make("span", { class: "hour" }, "–"), make("span", {}, reason, near))];
}

/** The dates of each meeting; what is gone to every time already stays so. */
function entriesOf({ occurrences }) {
  const days = new Map();
  for (const { meeting, date } of occurrences) days.set(meeting.id, [...(days.get(meeting.id) ?? []), date]);
  return [...days].flatMap(([meetingId, planned]) => {
    const known = entryOf(meetingId);
    if (known && !known.dates) return [];
    const { note = null, reminderMinutes = null, skippedDates = [], dates = [] } = known ?? {};
    const today = dayIn(held.schedule.timeZone, new Date());
    const all = [...new Set([...dates, ...planned])].filter((day) => day >= today).sort().slice(0, MOST_DATES);
    return [{ meetingId, note, reminderMinutes, skippedDates: skippedDates.filter((day) => !planned.includes(day)), dates: all }];
  });
}

async function keep(place, made) {
  try {
    await busily(place, "Putting them in…", async () => {
      await open(held.key);
      const entries = entriesOf(made);
      if (entries.length) await change("setEntries", { entries });
    });
    place.querySelector(".actions").replaceWith(make("p", { class: "in", id: "plan-kept", tabindex: "-1" }, "✓ In your schedule. "), make("p", {}, make("a", { href: "#view=week", "data-view": "week" }, "See your week")));
    say("The plan is in your schedule.");
    byId("plan-kept").focus();
  } catch (error) {
    complain(error.message);
  }
}

/** Once, when the page opens. */
export function preparePlan() {
  byId("plan").addEventListener("submit", (event) => {
    event.preventDefault();
    plan(event.currentTarget);
  });
}
