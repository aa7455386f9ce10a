// What a form asks for, and what the server holds against it.

import { mark, toFirstError } from "/frame/fields.js";
import { complain, make, say } from "/frame/make.js";
import { held } from "./ask.js";

/** The filter that the form means. */
export function filterOf(form) {
  const given = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
  const filter = {};
  if (given.text) filter.text = given.text;
  if (given.fellowship) filter.fellowships = [given.fellowship];
  if (given.how) filter.venueTypes = given.how === "online" ? ["VIRTUAL", "HYBRID"] : ["IN_PERSON", "HYBRID"];
  if (given.place) filter.place = { named: given.place, radiusKm: Number(given.radius), orOnline: given.how !== "person" };
  const time = {};
  if (given.day) time.days = [given.day];
  if (given.hours) time.timesOfDay = [given.hours];
  // Who stays at home looks at the clock at home; who goes somewhere, at the one there.
  if (given.how === "online" || (!given.how && !given.place)) time.zone = held.schedule.timeZone;
  if (given.day || given.hours) filter.time = time;
  return filter;
}

const FIELDS = { "filter.text": "text", "filter.place.named": "place", "filter.place": "place", "filter.fellowships": "fellowship" };

/** Say what is wrong where it was written. */
export function refuse(form, error) {
  const field = FIELDS[error.argument?.replace(/^input\./, "")];
  if (!field) return complain(error.message);
  say("");
  const choose = (text) => {
    form.elements[field].value = text;
    form.requestSubmit();
  };
  const buttons = error.suggestions.map((text) => make("button", { type: "button", class: "quiet", onclick: () => choose(text) }, text));
  const message = error.code === "PLACE_NOT_FOUND" ? `No place is called “${form.elements.place.value.trim()}”. Try the town with its country or state, such as Dublin, IE.` : error.message.replace(/^[\w.]+: /, "");
  mark(form, field, message, ...(buttons.length ? [make("p", {}, "Do you mean: ", buttons.flatMap((button) => [button, " "]))] : []));
  toFirstError(form);
}
