// What holds for the whole schedule; the way back; and the end of it.

import { checked, mark, toFirstError } from "/frame/fields.js";
import { busily, byId, complain, make, say } from "/frame/make.js";
import { change, end, held, open } from "./ask.js";
import { confirmed } from "./confirm.js";
import { zoneText } from "./days.js";
import { offerReminders, reminderOf } from "./reminders.js";
import { wayBack } from "./secret.js";

// What the server calls a schedule that has no name of its own.
const UNNAMED = "Meetings";

export async function showSettings() {
  await open(held.key);
  const form = byId("options");
  const { name, discreet, timeZone, reminderMinutes } = held.schedule;
  const { elements } = form;
  offerReminders(elements.reminder, reminderMinutes, "None");
  elements.discreet.checked = discreet;
  elements.name.value = name === UNNAMED ? "" : name;
  if (![...elements.timeZone.options].some((option) => option.value === timeZone)) {
    elements.timeZone.append(make("option", { value: timeZone }, zoneText(timeZone)));
  }
  elements.timeZone.value = timeZone;
  byId("way-back").replaceChildren(wayBack());
}

async function keep(form) {
  if (!checked(form)) return toFirstError(form);
  const { discreet, name, timeZone, reminder } = form.elements;
  const input = { discreet: discreet.checked, name: name.value.trim() || null, timeZone: timeZone.value, reminderMinutes: reminderOf(reminder) };
  try {
    await busily(form, "Keeping the settings…", () => change("updateSchedule", { input }));
    say("The settings are kept.");
  } catch (error) {
    for (const problem of error.problems ?? []) mark(form, problem.field?.at(-1), problem.message);
    if (!error.problems) complain(error.message);
    toFirstError(form);
  }
}

async function remove(leave) {
  const sure = await confirmed(
    "Delete the schedule?",
    "All of it is forgotten at once: meetings, notes, searches. Calendars that subscribe to it become empty. Nobody can bring it back.",
    "Delete it for good",
  );
  if (!sure) return;
  try {
    await busily(byId("page-settings"), "Deleting it…", end);
    await leave("The schedule is deleted. You can take the empty calendar out of your calendar program. This browser’s history still has the address; it opens nothing now.");
  } catch (error) {
    complain(error.message);
  }
}

/** Once, when the page opens. */
export function prepareSettings(go, leave) {
  byId("options").addEventListener("submit", (event) => {
    event.preventDefault();
    keep(event.currentTarget);
  });
  byId("close").addEventListener("click", () => leave("The schedule is closed on this page."));
  byId("delete").addEventListener("click", () => remove(leave));
}
