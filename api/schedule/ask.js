// What this tab knows, and questions to /graphql about it. The key lies in memory, and behind the # of the address.

import { post, Refused } from "/frame/post.js";

/** `key` and the `schedule` as it was last told; `apart`: the key is kept out of the address. */
export const held = { key: null, apart: false, schedule: null };

export const MEETING = `
  id name status venueType startTime timeZone recurrenceText
  fellowship { name } formats { name }
  venue { name street city region formattedAddress approximate arrivalNotes }
  online { url provider phone notes } notes`;
const SCHEDULE = `
  id name timeZone discreet reminderMinutes feedUrl webcalUrl
  entries { note reminderMinutes skippedDates dates meeting { ${MEETING} } }
  searches { id name limit }`;
/** Most dates that are shown of a week. */
export const MOST_DATES = 200;
const DATED = `date startsAt endsAt cancelled movedFrom note meeting { ${MEETING} }`;
const CONFLICT = "startsAt endsAt meeting { id name }";
const OPEN = `query ($key: String!) { schedule(key: $key) { ${SCHEDULE} } }`;
const WEEK = `query ($key: String!, $from: DateTime!, $until: DateTime!) {
  schedule(key: $key) {
    ${SCHEDULE}
    occurrences(from: $from, until: $until, first: ${MOST_DATES}) { ${DATED} }
    conflicts { first { ${CONFLICT} } second { ${CONFLICT} } }
  }
}`;
const CREATE = `mutation ($input: ScheduleInput!) {
  createSchedule(input: $input) { key schedule { ${SCHEDULE} } problems { message field } }
}`;
const CHANGES = {
  setEntries: "$entries: [EntryInput!]!",
  removeEntries: "$meetingIds: [ID!]!",
  addSearch: "$search: SavedSearchInput!",
  removeSearch: "$id: ID!",
  updateSchedule: "$input: ScheduleInput!",
  rotateFeed: "",
};
const DELETE = "mutation ($key: String!) { deleteSchedule(key: $key) { deleted problems { code message field } } }";

/** Understood, but not done; `problems` as the API tells them. */
export class NotDone extends Refused {
  constructor(problems) {
    super(problems.map((problem) => problem.message).join("; "), problems[0].code);
    this.problems = problems;
  }
}

const GONE = "There is no schedule with this key. It may have been deleted, or a letter is missing.";

function kept(schedule) {
  if (!schedule) throw new Refused(GONE, "UNKNOWN_KEY");
  held.schedule = schedule;
  return schedule;
}

/** The schedule of that key; Refused. From then on it is the one that is held. */
export async function open(key) {
  const { schedule } = await post(OPEN, { key });
  kept(schedule);
  held.key = key;
  return schedule;
}

/** The schedule as it is now, with its dates that start in [from, until). */
export async function week(from, until) {
  const { schedule } = await post(WEEK, { key: held.key, from, until });
  return kept(schedule);
}

// The same for each try, so that a schedule is not made twice where the first answer was lost on its way.
let attempt = null;

/** A new schedule; its key from then on is the one that is held. */
export async function create(input) {
  attempt ??= [...crypto.getRandomValues(new Uint8Array(20))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const { createSchedule } = await post(CREATE, { input }, { "Idempotency-Key": attempt }).catch((error) => {
    // What was understood and refused is asked otherwise, which is another attempt.
    if (error.code) attempt = null;
    throw error;
  });
  if (createSchedule.problems.length) throw new NotDone(createSchedule.problems);
  attempt = null;
  held.key = createSchedule.key;
  return kept(createSchedule.schedule);
}

/** Do one of `CHANGES`; the schedule after it. Refused, NotDone. */
export async function change(name, given = {}) {
  const declared = ["$key: String!", CHANGES[name]].filter(Boolean).join(", ");
  const passed = ["key", ...Object.keys(given)].map((argument) => `${argument}: $${argument}`).join(", ");
  const document = `mutation (${declared}) {
    ${name}(${passed}) { schedule { ${SCHEDULE} } problems { code message field } }
  }`;
  const { [name]: told } = await post(document, { key: held.key, ...given });
  if (told.problems.length) throw new NotDone(told.problems);
  return kept(told.schedule);
}

/** Delete the schedule. Refused, NotDone. */
export async function end() {
  const { deleteSchedule } = await post(DELETE, { key: held.key });
  if (deleteSchedule.problems.length) throw new NotDone(deleteSchedule.problems);
}

/** What is kept of a meeting; undefined: it is not in the schedule. */
export const entryOf = (id) => held.schedule.entries.find((entry) => entry.meeting.id === id);

const PAST_DAYS = 30;

/**
 * Change what is kept of a meeting: `edit(entry)` gives the parts that are to be otherwise. An entry is replaced whole, so
 * it is read again first, lest what was written elsewhere meanwhile be lost.
 */
export async function edit(id, parts) {
  await open(held.key);
  const entry = entryOf(id) ?? { note: null, reminderMinutes: null, skippedDates: [], dates: null };
  const { note, reminderMinutes, skippedDates, dates } = { ...entry, ...parts(entry) };
  const oldest = new Date(Date.now() - PAST_DAYS * 86_400_000).toISOString().slice(0, 10);
  const skipped = [...new Set(skippedDates)].filter((day) => day >= oldest).sort();
  return change("setEntries", { entries: [{ meetingId: id, note, reminderMinutes, skippedDates: skipped, dates }] });
}
