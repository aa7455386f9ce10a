// Elements made by hand, so that whatever a list holds is text and never markup; and what is told to who listens.

/** An element: `make("p", { class: "hint" }, "text", child)`. Values that are null or false are left out. */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Say what is going on, and take back what went wrong before. */
export function say(text) {
  byId("alert").replaceChildren();
  byId("status").textContent = text;
}

/** Say what went wrong, where it is seen and heard. */
export function complain(...texts) {
  const sentences = texts.map((text) => text.charAt(0).toUpperCase() + text.slice(1));
  byId("status").textContent = "";
  byId("alert").replaceChildren(make("div", { class: "note bad" }, sentences.map((text) => make("p", {}, text))));
  byId("alert").scrollIntoView({ block: "nearest" });
}

/** Do something that takes a while; meanwhile the form's buttons wait. */
export async function busily(form, text, work) {
  const buttons = [...form.querySelectorAll("button")];
  const held = document.activeElement;
  say(text);
  form.setAttribute("aria-busy", "true");
  for (const button of buttons) button.disabled = true;
  try {
    return await work();
  } finally {
    form.removeAttribute("aria-busy");
    for (const button of buttons) button.disabled = false;
    // A button that waits has no focus; whoever goes by the keyboard is still there.
    if (document.activeElement === document.body && held?.isConnected) held.focus();
  }
}

export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** An instant as this reader's clock shows it. */
export function moment(instant) {
  const shown = new Date(instant).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  return make("time", { datetime: instant }, shown);
}

/** Words with small letters, for a code. */
export const words = (code) => code.toLowerCase().replaceAll("_", " ");
