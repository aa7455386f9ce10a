// What is wrong with what somebody wrote, said where they wrote it.

import { byId, complain, make } from "/frame/make.js";

/** Take back what was said at the fields of a form. */
export function clearErrors(form) {
  for (const error of form.querySelectorAll(".error")) error.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    input.setAttribute("aria-describedby", `${input.id}-hint`);
    if (!byId(`${input.id}-hint`)) input.removeAttribute("aria-describedby");
  }
}

/** Say at a field what is wrong with it, and what would do: elements, such as buttons with suggestions. */
export function mark(form, name, message, ...more) {
  const input = form.elements[name];
  if (!input) return complain(message);
  const id = `${input.id}-error`;
  const hint = byId(`${input.id}-hint`);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", hint ? `${hint.id} ${id}` : id);
  input.closest("details")?.setAttribute("open", "");
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  input.after(make("p", { class: "error", id }, text), ...more.map((child) => make("div", { class: "error-help error" }, child)));
}

/** Say at each field what its own rules hold against it; whether there is nothing. */
export function checked(form) {
  clearErrors(form);
  for (const input of form.elements) {
    if (input.willValidate && !input.checkValidity()) mark(form, input.name, input.validationMessage);
  }
  return !form.querySelector("[aria-invalid]");
}

/** Bring whoever writes to the first field with something wrong. */
export function toFirstError(form) {
  form.querySelector("[aria-invalid]")?.focus();
}
