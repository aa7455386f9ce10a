// How long before a meeting a calendar reminds.

import { make } from "/frame/make.js";

const CHOICES = [
  [0, "When it starts"],
  [10, "10 minutes before"],
  [15, "15 minutes before"],
  [30, "30 minutes before"],
  [45, "45 minutes before"],
  [60, "1 hour before"],
  [90, "1½ hours before"],
  [120, "2 hours before"],
  [180, "3 hours before"],
  [1440, "1 day before"],
];

/** Offer the reminders in a select, `minutes` chosen; `none` is what no number means here. */
export function offerReminders(select, minutes, none) {
  const known = CHOICES.some(([choice]) => choice === minutes) || minutes === null;
  const choices = known ? CHOICES : [...CHOICES, [minutes, `${minutes} minutes before`]];
  select.replaceChildren(...[["", none], ...choices].map(([value, text]) => make("option", { value }, text)));
  select.value = String(minutes ?? "");
  return select;
}

/** The minutes that were chosen; null: none were. */
export const reminderOf = (select) => (select.value === "" ? null : Number(select.value));
