// The meetings that were chosen: what is noted of each, and taking one out.

import { checked, mark, toFirstError } from "/frame/fields.js";
import { busily, byId, complain, count, make, say } from "/frame/make.js";
import { post } from "/frame/post.js";
import { change, edit, held, open } from "./ask.js";
import { dayIn, dayText, ownClock } from "./days.js";
import { offerReminders, reminderOf } from "./reminders.js";
import { doubt, joining, kindText, notes, when, whereText } from "./tell.js";

export async function showMeetings() {
  await open(held.key);
  draw();
}

function draw() {
  drawSearches();
  const { entries } = held.schedule;
  const place = byId("entries");
  if (!entries.length) {
    place.replaceChildren(
      make("p", { class: "empty" }, "You have chosen none yet."),
      make("div", { class: "actions" }, make("a", { href: "#view=find", "data-view": "find", class: "button main" }, "Find meetings")),
    );
    return;
  }
  place.replaceChildren(make("p", { class: "meta" }, `${count(entries.length, "meeting")}, in the order you chose them.`), make("ul", { class: "meetings" }, entries.map(card)));
}

function drawSearches() {
  const { searches } = held.schedule;
  const item = ({ id, name, limit }) =>
    make(
      "li",
      {},
      make("h3", {}, name),
      make("p", { class: "meta" }, `At most ${count(limit, "meeting")}.`),
      make("div", { class: "actions" }, make("button", { type: "button", class: "quiet", onclick: () => dropSearch(id, name) }, "Take it out", make("span", { class: "unseen" }, `: ${name}`))),
    );
  byId("searches").replaceChildren(
    ...(searches.length
      ? [make("h2", { id: "h-searches", tabindex: "-1" }, "Your searches"), make("p", { class: "meta" }, "What they find is in your week and your calendar too."), make("ul", { class: "meetings" }, searches.map(item))]
      : []),
  );
}

async function dropSearch(id, name) {
  try {
    await busily(byId("searches"), "Taking it out…", () => change("removeSearch", { id }));
    drawSearches();
    say(`The search ${name} was taken out, and what only it found.`);
    (byId("h-searches") ?? byId("h-meetings")).focus();
  } catch (error) {
    complain(error.message);
  }
}

function card(entry) {
  const { meeting } = entry;
  const item = make("li", { "data-id": meeting.id });
  item.append(
    make("h2", {}, meeting.name),
    make("p", { class: "when" }, when(meeting)),
    make("p", {}, whereText(meeting)),
    joining(meeting) ?? "",
    make("p", { class: "meta" }, kindText(meeting)),
    notes(meeting) ?? "",
    doubt(meeting) ?? "",
    entry.dates ? make("p", {}, datesText(entry), " ", make("button", { type: "button", class: "quiet", onclick: () => redo(entry, `${meeting.name} is in every time.`, () => ({ dates: null })) }, "Have it every time", make("span", { class: "unseen" }, `: ${meeting.name}`))) : "",
    entry.note ? make("p", { class: "own-note" }, entry.note) : "",
    skippedDates(entry) ?? "",
    noteForm(entry, item),
    meeting.startTime ? skipForm(entry) : "",
    make("div", { class: "actions" }, make("button", { type: "button", class: "quiet", onclick: () => takeOut(entry, item) }, "Take it out", make("span", { class: "unseen" }, `: ${meeting.name}`))),
  );
  return item;
}

const today = () => dayIn(held.schedule.timeZone, new Date());

function datesText({ dates }) {
  const coming = dates.filter((day) => day >= today());
  if (!coming.length) return "Only on dates that are past.";
  return `Only on ${count(coming.length, "coming date")}: ${coming.slice(0, 3).map(dayText).join(", ")}${coming.length > 3 ? " and so on" : ""}.`;
}

function skippedDates(entry) {
  const coming = entry.skippedDates.filter((day) => day >= today());
  if (!coming.length) return null;
  const back = (day) => redo(entry, `${dayText(day)} is in again.`, ({ skippedDates }) => ({ skippedDates: skippedDates.filter((other) => other !== day) }));
  return make(
    "ul",
    { class: "plain skipped" },
    coming.map((day) => make("li", {}, `Skipped on ${dayText(day)}. `, make("button", { type: "button", class: "quiet", onclick: () => back(day) }, "Take it back", make("span", { class: "unseen" }, `: ${entry.meeting.name}, ${dayText(day)}`)))),
  );
}

function noteForm(entry, item) {
  const { meeting } = entry;
  const ids = { note: `n-${meeting.id}`, reminder: `r-${meeting.id}` };
  const text = make("textarea", { id: ids.note, name: "note", rows: "2", maxlength: "500", autocomplete: "off", "aria-describedby": `${ids.note}-hint` });
  text.value = entry.note ?? "";
  const reminder = offerReminders(make("select", { id: ids.reminder, name: "reminder" }), entry.reminderMinutes, "As the schedule says");
  const form = make(
    "form",
    { class: "panel", novalidate: true, autocomplete: "off" },
    make("div", { class: "field" }, make("label", { for: ids.note }, "Note to yourself"), make("p", { class: "hint", id: `${ids.note}-hint` }, "It is shown in your calendar, also on a lock screen."), text),
    make("div", { class: "field short" }, make("label", { for: ids.reminder }, "Reminder"), reminder),
    make("div", { class: "actions" }, make("button", { type: "submit", class: "main" }, "Keep it")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keepNote(form, entry, item);
  });
  return make("details", {}, make("summary", {}, "Note, reminder", make("span", { class: "unseen" }, `: ${meeting.name}`)), form);
}

async function keepNote(form, entry, item) {
  if (!checked(form)) return toFirstError(form);
  const parts = { note: form.elements.note.value.trim() || null, reminderMinutes: reminderOf(form.elements.reminder) };
  try {
    await busily(form, "Keeping it…", () => edit(entry.meeting.id, () => parts));
    redraw(item, entry.meeting.id);
    say(`Kept for ${entry.meeting.name}.`);
  } catch (error) {
    for (const problem of error.problems ?? []) mark(form, problem.field?.at(-1) === "note" ? "note" : "reminder", problem.message);
    if (!error.problems) complain(error.message);
    toFirstError(form);
  }
}

const COMING = `query ($id: ID!) { meeting(id: $id) { occurrences(first: 12) { date startsAt cancelled } } }`;

/** Its coming dates, which are asked for when somebody wants to skip one. */
function skipForm(entry) {
  const { meeting } = entry;
  const id = `d-${meeting.id}`;
  const dates = make("select", { id, name: "date" });
  const form = make(
    "form",
    { class: "panel", novalidate: true },
    make("div", { class: "field" }, make("label", { for: id }, "The date"), dates),
    make("div", { class: "actions" }, make("button", { type: "submit" }, "Skip it")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const date = dates.value;
    if (date) redo(entry, `${meeting.name} is skipped on ${dayText(date)}.`, ({ skippedDates }) => ({ skippedDates: [...skippedDates, date] }));
  });
  const details = make("details", {}, make("summary", {}, "Skip a date", make("span", { class: "unseen" }, `: ${meeting.name}`)), form);
  const fill = async () => {
    const { meeting: told } = await post(COMING, { id: meeting.id });
    const held = told.occurrences.filter(({ date, cancelled }) => !cancelled && !entry.skippedDates.includes(date) && (!entry.dates || entry.dates.includes(date)));
    dates.replaceChildren(...held.map(({ date, startsAt }) => make("option", { value: date }, `${dayText(date)}, ${ownClock(startsAt.slice(11, 16))}`)));
    if (!held.length) dates.append(make("option", { value: "" }, "No date is near"));
  };
  details.addEventListener("toggle", () => details.open && busily(form, "Looking…", fill).then(() => say(""), (error) => complain(error.message)));
  return details;
}

/** Draw one meeting anew, and stay at it. */
function redraw(item, id) {
  const entry = held.schedule.entries.find(({ meeting }) => meeting.id === id);
  const fresh = card(entry);
  item.replaceWith(fresh);
  fresh.querySelector("summary").focus();
}

async function redo(entry, text, parts) {
  const item = byId("entries").querySelector(`[data-id="${CSS.escape(entry.meeting.id)}"]`);
  try {
    await busily(item, "Changing it…", () => edit(entry.meeting.id, parts));
    redraw(item, entry.meeting.id);
    say(text);
  } catch (error) {
    complain(error.message);
  }
}

/** Take a meeting out at once, and leave at its place the way to have it back as it was. */
async function takeOut(entry, item) {
  const { meeting, note, reminderMinutes, skippedDates, dates } = entry;
  try {
    await busily(item, "Taking it out…", () => change("removeEntries", { meetingIds: [meeting.id] }));
    const back = make("button", { type: "button", onclick: () => putBack() }, "Put it back", make("span", { class: "unseen" }, `: ${meeting.name}`));
    item.replaceChildren(make("p", { class: "skipped" }, `Taken out: ${meeting.name}`), make("div", { class: "actions" }, back));
    say(`${meeting.name} was taken out of your schedule.`);
    back.focus();
  } catch (error) {
    complain(error.message);
  }
  async function putBack() {
    try {
      await busily(item, "Putting it back…", () => change("setEntries", { entries: [{ meetingId: meeting.id, note, reminderMinutes, skippedDates, dates }] }));
      redraw(item, meeting.id);
      say(`${meeting.name} is in your schedule again.`);
    } catch (error) {
      complain(error.message);
    }
  }
}
