// The beginning: make a schedule, or open one by its key.

import { clearErrors, mark, toFirstError } from "/frame/fields.js";
import { busily, byId, complain, say } from "/frame/make.js";
import { isFeed, keyIn } from "./address.js";
import { create, held, open } from "./ask.js";
import { ownZone } from "./days.js";
import { askToKeep } from "./secret.js";

export function showStart() {
  clearErrors(byId("open"));
}

async function make(form, go) {
  try {
    await busily(form, "Making your schedule…", () => createHere());
    held.apart = form.elements.apart.checked;
    form.reset();
    askToKeep();
    await go("week");
  } catch (error) {
    complain(error.message);
  }
}

/** In this browser's zone; in UTC where the server does not know it. */
async function createHere() {
  try {
    return await create({ timeZone: ownZone() });
  } catch (error) {
    if (error.code !== "BAD_INPUT") throw error;
    return create({});
  }
}

async function openBy(form, go) {
  clearErrors(form);
  const { value } = form.elements.key;
  const key = keyIn(value);
  if (!key) {
    const feed = "this is the address of a calendar, which only shows; the address of the schedule has #key= in it";
    mark(form, "key", isFeed(value) ? feed : "a key has 43 letters, digits, - and _; something is missing, or too much");
    return toFirstError(form);
  }
  try {
    await busily(form, "Opening your schedule…", () => open(key));
    held.apart = form.elements.apart.checked;
    form.reset();
    await go("week");
  } catch (error) {
    if (error.code !== "UNKNOWN_KEY") return complain(error.message);
    say("");
    mark(form, "key", error.message);
    toFirstError(form);
  }
}

/** Once, when the page opens. */
export function prepareStart(go) {
  byId("create").addEventListener("submit", (event) => {
    event.preventDefault();
    make(event.currentTarget, go);
  });
  byId("open").addEventListener("submit", (event) => {
    event.preventDefault();
    openBy(event.currentTarget, go);
  });
}
