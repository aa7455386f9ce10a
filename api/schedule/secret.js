// Addresses and keys that are to be kept: shown, copied, and said what they are.

import { byId, make, say } from "/frame/make.js";
import { lasting } from "./address.js";
import { held } from "./ask.js";

let shown = 0;

/** A field that shows a secret, with a button that copies it. */
export function secretField(label, value, hint = null) {
  const id = `secret-${++shown}`;
  const input = make("input", { id, readonly: true, autocomplete: "off", "aria-describedby": hint ? `${id}-hint` : null, onfocus: (event) => event.target.select() });
  input.value = value;
  return make(
    "div",
    { class: "field" },
    make("label", { for: id }, label),
    hint ? make("p", { class: "hint", id: `${id}-hint` }, hint) : null,
    make("div", { class: "secret" }, input, make("button", { type: "button", onclick: () => copy(input, label) }, "Copy", make("span", { class: "unseen" }, ` ${label.toLowerCase()}`))),
  );
}

async function copy(input, label) {
  try {
    await navigator.clipboard.writeText(input.value);
    say(`${label}: copied.`);
  } catch {
    // Not every browser lets a page copy, least of all without https.
    input.focus();
    input.select();
    say("It is marked: copy it with your own device’s Copy.");
  }
}

let asked = false;

/** From now on the week says that the way back is to be kept, until somebody says that it is. */
export function askToKeep() {
  asked = true;
}

/** The schedule is closed: there is nothing to keep. */
export function askNoMore() {
  asked = false;
}

/** What to keep, and why. */
export function wayBack() {
  return held.apart
    ? secretField("Key of your schedule", held.key, "It is not in the address of this page, nor in the history. Without it nobody opens the schedule again.")
    : secretField("Address of your schedule", lasting(held.key), "Whoever has it can read and change the schedule. Nobody can recover it. This browser’s history has it too.");
}

/** The panel that asks to keep it, where it is due. */
export function showKeep() {
  const place = byId("keep");
  place.replaceChildren();
  if (!asked) return;
  const done = () => {
    asked = false;
    place.replaceChildren();
    byId("h-week").focus();
  };
  place.append(
    make(
      "section",
      { class: "panel keep", "aria-labelledby": "h-keep" },
      make("h2", { id: "h-keep" }, "Keep the way back"),
      make("p", {}, held.apart ? "Copy the key to a place that is yours alone." : "Bookmark this page, or copy its address to a place that is yours alone."),
      wayBack(),
      make("div", { class: "actions" }, make("button", { type: "button", onclick: done }, "I have kept it")),
    ),
  );
}
