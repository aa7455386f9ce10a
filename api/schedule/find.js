// Looking for meetings, and putting them into the schedule.

import { checked, clearErrors, mark, toFirstError } from "/frame/fields.js";
import { busily, byId, complain, count, make, say } from "/frame/make.js";
import { post } from "/frame/post.js";
import { change, entryOf, held, MEETING } from "./ask.js";
import { distance } from "./far.js";
import { filterOf, refuse } from "./filters.js";
import { dayIn, dayText, ownClock, sameClock, timeText, zoneText } from "./days.js";
import { doubt, kindText, when, whereText } from "./tell.js";

const PAGE = 20;
const FIND = `query ($filter: MeetingFilter!, $after: String) {
  meetings(filter: $filter, first: ${PAGE}, after: $after) {
    totalCount place { name region country } pageInfo { hasNextPage endCursor }
    edges { distanceKm nextOccurrence { startsAt } node { ${MEETING} } }
  }
}`;
const LOOK_UP = `query ($id: ID!) { meeting(id: $id) { ${MEETING} nextOccurrence { startsAt } } }`;

let asked = { filter: null, after: null };

export function showFind() {}

async function find(form) {
  clearErrors(form);
  byId("found").hidden = true;
  asked = { filter: filterOf(form), after: null };
  try {
    const { meetings } = await busily(form, "Looking…", () => post(FIND, asked));
    byId("hits").replaceChildren();
    byId("found").hidden = false;
    append(meetings);
    const told = meetings.totalCount ? count(meetings.totalCount, "meeting") : "No meeting";
    suggestName(form);
    byId("h-found").textContent = told;
    byId("found-hint").textContent = hint(meetings, asked.filter);
    say(`${told} found.`);
    byId("h-found").focus();
  } catch (error) {
    refuse(form, error);
  }
}

function hint({ totalCount, place }, { place: wanted }) {
  const near = place ? `Near ${[place.name, place.region, place.country].filter(Boolean).join(", ")}, the nearest first` : "";
  if (!totalCount) return `${near ? `${near.split(",").slice(0, -1).join(",")}. ` : ""}Try fewer words, another day, or farther away.`;
  if (!near) return "";
  return wanted.orOnline ? `${near}; then those online, wherever they are.` : `${near}.`;
}

function append({ edges, pageInfo }) {
  const items = edges.map(({ node, distanceKm, nextOccurrence }) => hit(node, { distanceKm, nextOccurrence }));
  byId("hits").append(...items);
  asked.after = pageInfo.endCursor;
  byId("more").hidden = !pageInfo.hasNextPage;
  return items;
}

async function more() {
  try {
    const { meetings } = await busily(byId("found"), "Looking…", () => post(FIND, asked));
    const [first] = append(meetings);
    say(`${meetings.edges.length} more.`);
    first?.querySelector("h3").focus();
  } catch (error) {
    complain(error.message);
  }
}

/** A meeting that was found, with the button that puts it in or takes it out. */
function hit(meeting, { distanceKm = null, nextOccurrence = null } = {}) {
  return make(
    "li",
    {},
    make("h3", { tabindex: "-1" }, meeting.name),
    make("p", { class: "when" }, when(meeting), next(meeting, nextOccurrence)),
    make("p", {}, whereText(meeting), distanceKm === null || meeting.venueType === "VIRTUAL" ? null : `, ${distance(distanceKm)} away`),
    make("p", { class: "meta" }, kindText(meeting)),
    doubt(meeting),
    choice(meeting),
  );
}

/** When next, where its rule or its clock does not tell this reader. */
function next(meeting, occurrence) {
  if (!occurrence) return null;
  const { timeZone } = held.schedule;
  const { startsAt } = occurrence;
  if (meeting.venueType !== "IN_PERSON" && meeting.timeZone && !sameClock(meeting.timeZone, timeZone, startsAt)) {
    return ` in ${zoneText(meeting.timeZone)}; next on ${dayText(dayIn(timeZone, startsAt))} at ${timeText(timeZone, startsAt)} in ${zoneText(timeZone)}`;
  }
  return /^Every \w+day at/.test(meeting.recurrenceText ?? "") ? null : `; next on ${dayText(startsAt.slice(0, 10))}`;
}

function choice(meeting) {
  const place = make("div", { class: "actions" });
  const name = make("span", { class: "unseen" }, ` ${meeting.name}, ${ownClock(meeting.recurrenceText ?? "")}`);
  const draw = (focus) => {
    const isIn = Boolean(entryOf(meeting.id));
    const button = isIn
      ? make("button", { type: "button", class: "quiet", onclick: () => put(false) }, "Take out", name)
      : make("button", { type: "button", onclick: () => put(true) }, "Add", name);
    place.replaceChildren(...(isIn ? [make("span", { class: "in" }, "✓ In your schedule"), button] : [button]));
    if (focus) button.focus();
  };
  const put = async (into) => {
    const [text, work] = into
      ? ["Adding it…", () => change("setEntries", { entries: [{ meetingId: meeting.id }] })]
      : ["Taking it out…", () => change("removeEntries", { meetingIds: [meeting.id] })];
    try {
      await busily(place, text, work);
      draw(true);
      say(into ? `${meeting.name} is in your schedule.` : `${meeting.name} was taken out.`);
    } catch (error) {
      complain(error.message);
    }
  };
  draw(false);
  return place;
}

/** The id in a link of ours, of a Meeting Guide feed, or by itself; null: there is none. */
export function idIn(text) {
  const given = text.trim();
  const [, linked] = given.match(/\/meetings\/([\w-]+)(?:\.ics)?(?:[/?#]|$)/) ?? [];
  const id = linked ?? (/^[\w-]{1,64}$/.test(given) ? given : null);
  // Meeting Guide feeds write ids in small letters.
  return id && /^m[0-9a-z]{13}$/.test(id) ? id.toUpperCase() : id;
}

async function lookUp(form) {
  if (!checked(form)) return toFirstError(form);
  const id = idIn(form.elements.link.value);
  const unknown = "no meeting here has this link or id; find it by its place and day instead";
  try {
    const { meeting } = id ? await busily(form, "Looking it up…", () => post(LOOK_UP, { id })) : { meeting: null };
    byId("linked").replaceChildren();
    say("");
    if (!meeting) {
      mark(form, "link", unknown);
      return toFirstError(form);
    }
    const item = hit(meeting, meeting);
    byId("linked").append(item);
    item.querySelector("h3").focus();
  } catch (error) {
    complain(error.message);
  }
}

/** A name for the search in the words of its own form: New York, Tuesday, Evening. */
function suggestName(form) {
  const chosen = [form.elements.text.value.trim(), form.elements.place.value.trim()];
  for (const select of form.querySelectorAll("select")) {
    if (select.value && select.name !== "radius") chosen.push(select.selectedOptions[0].textContent.split(",")[0]);
  }
  byId("k-name").value = (chosen.filter(Boolean).join(", ") || "All meetings").slice(0, 100);
}

async function keepSearch(form) {
  if (!checked(form)) return toFirstError(form);
  const search = { name: form.elements.name.value.trim(), limit: Number(form.elements.limit.value), filter: asked.filter };
  try {
    await busily(form, "Keeping the search…", () => change("addSearch", { search }));
    form.closest("details").open = false;
    say(`The search ${search.name} is kept: see it under Meetings.`);
    form.closest("details").querySelector("summary").focus();
  } catch (error) {
    const [problem] = error.problems ?? [];
    if (!problem) return complain(error.message);
    mark(form, problem.field?.at(-1) === "limit" ? "limit" : "name", problem.message);
    toFirstError(form);
  }
}

/** Once, when the page opens. */
export function prepareFind() {
  for (const [id, work] of [["find", find], ["link", lookUp], ["keep-search", keepSearch]]) {
    byId(id).addEventListener("submit", (event) => {
      event.preventDefault();
      work(event.currentTarget);
    });
  }
  byId("more").addEventListener("click", more);
  for (const option of [...byId("f-radius").options, ...byId("d-radius").options]) option.textContent = distance(Number(option.value));
  for (const option of byId("f-hours").options) option.textContent = ownClock(option.textContent);
}
