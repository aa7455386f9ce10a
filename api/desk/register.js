// The form by which an admin adds a list, or changes what is registered of one.

import { ask } from "./ask.js";
import { checked, clearErrors, mark, toFirstError } from "/frame/fields.js";
import { busily, byId, complain, say } from "/frame/make.js";

const KEEP = `mutation ($input: SourceInput!) {
  registerSource(input: $input) { source { id } problems { message field } }
}`;
const KNOWN = "{ sources { id name importer url attribution fellowship { code } } }";

let known = null;

/** Show the form, empty or for the list of that id. */
export async function showRegister(id) {
  const form = byId("register");
  form.reset();
  clearErrors(form);
  known = id ? (await ask(KNOWN)).sources.find((source) => source.id === id) : null;
  byId("h-register").textContent = known ? `Change ${known.name}` : "Add a list";
  byId("register-known").hidden = !known;
  form.elements.id.readOnly = Boolean(known);
  for (const name of ["id", "name", "importer", "url", "attribution"]) {
    if (known?.[name]) form.elements[name].value = known[name];
  }
  if (known?.fellowship) form.elements.fellowship.value = known.fellowship.code;
  showMapping(form);
}

function showMapping(form) {
  byId("mapping-field").hidden = form.elements.importer.value !== "mapped";
}

/** An id made of a name, as long as nobody has written one. */
function slug(name) {
  const plain = name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 64);
}

function inputOf(form) {
  const input = {};
  for (const [name, value] of new FormData(form)) {
    if (String(value).trim()) input[name] = name === "refreshHours" ? Number.parseInt(value, 10) : String(value).trim();
  }
  if (input.importer !== "mapped") delete input.mapping;
  return input;
}

async function keep(form) {
  if (checked(form)) await send(form);
  toFirstError(form);
}

async function send(form) {
  try {
    const { registerSource } = await busily(form, "Keeping it…", () => ask(KEEP, { input: inputOf(form) }));
    const { source, problems } = registerSource;
    for (const problem of problems) mark(form, problem.field?.[1], problem.message);
    say(problems.length ? "" : "Kept. Next: look at what an import would bring.");
    if (source) location.hash = `#/source/${source.id}`;
  } catch (error) {
    complain(error.message);
  }
}

/** The page has countries by their codes; the browser knows their names. */
function nameCountries(select) {
  const names = new Intl.DisplayNames(["en"], { type: "region" });
  const options = [...select.options].slice(1);
  for (const option of options) option.textContent = names.of(option.value);
  options.sort((one, other) => one.textContent.localeCompare(other.textContent, "en"));
  select.append(...options);
}

/** Once, when the desk opens. */
export function prepareRegister() {
  const form = byId("register");
  let own = false;
  form.elements.name.addEventListener("input", () => {
    if (!own && !known) form.elements.id.value = slug(form.elements.name.value);
  });
  form.elements.id.addEventListener("input", () => (own = form.elements.id.value !== ""));
  nameCountries(form.elements.country);
  form.addEventListener("reset", () => (own = false));
  form.elements.importer.addEventListener("change", () => showMapping(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(form);
  });
}
