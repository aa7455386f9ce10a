// The page of one list: look at what an import would do, apply it, and its history.

import { Refused } from "/frame/post.js";
import { ask, contentOf } from "./ask.js";
import { busily, byId, complain, make, say } from "/frame/make.js";
import { showHistory } from "./history.js";
import { planParts, summary } from "./plan.js";
import { health, seen } from "./sources.js";

const MOST_BYTES = 10 * 1024 * 1024;
const SOURCE = `{
  viewer { role }
  sources { id name importer paused healthy meetingCount lastGoodImportAt url attribution fellowship { code name } }
}`;
const MEETING = "id name weekday recurrenceText venue { name street city } online { url }";
const PREVIEW = `mutation ($source: ID!, $content: String) {
  previewImport(source: $source, content: $content) {
    plan {
      id held findingsTotal
      counts { received added changed unchanged missing withdrawn rejected }
      findings { code severity where sourceKey value message }
      added { ${MEETING} }
      changed { meeting { ${MEETING} } fields { field before after } }
      withdrawn { ${MEETING} }
    }
    run { findingsTotal findings { code severity where sourceKey value message } }
    problems { code message }
  }
}`;
const APPLY = `mutation ($plan: ID!, $confirm: Boolean!) {
  applyImport(plan: $plan, confirm: $confirm) {
    run { counts { added changed withdrawn } } problems { code message }
  }
}`;
const CHANGE_LINK = `mutation ($input: SourceInput!) { registerSource(input: $input) { problems { message } } }`;

let shown = null;

export async function showSource(id) {
  hidePreview();
  for (const form of ["from-file", "from-link", "from-text"]) byId(form).reset();
  await refresh(id);
}

async function refresh(id) {
  const { viewer, sources } = await ask(SOURCE);
  const found = sources.find((source) => source.id === id);
  if (!found) throw new Refused("There is no such list (any more).");
  shown = found;
  byId("h-source").textContent = found.name;
  byId("link-field").hidden = viewer.role !== "ADMIN";
  const edit = viewer.role === "ADMIN" ? make("a", { href: `#/register/${id}` }, "Change what is registered") : null;
  byId("facts").replaceChildren(
    make("p", {}, health(found), seen(found)),
    make("p", { class: "meta" }, [found.id, found.fellowship?.name, found.importer, `${found.meetingCount.toLocaleString("en")} meetings`].filter(Boolean).join(" · ")),
    edit ? make("p", {}, edit) : "",
  );
  await showHistory(id, () => refresh(id));
}

function hidePreview() {
  byId("preview").hidden = true;
  byId("preview").replaceChildren();
}

async function preview(form, content) {
  hidePreview();
  const text = content === null ? "Reading the list; this may take a minute…" : "Reading what you sent…";
  try {
    const { previewImport } = await busily(form, text, () => ask(PREVIEW, { source: shown.id, content }));
    const { plan, run, problems } = previewImport;
    if (!plan) return showFailure(problems, run);
    showPlan(plan);
    say(`Nothing has changed yet. ${summary(plan)}`);
  } catch (error) {
    complain(error.message);
  }
}

function showFailure(problems, run) {
  complain(...problems.map((problem) => problem.message));
  if (run?.findings.length) {
    show("It cannot be read", make("section", {}, make("h3", {}, "What was found"), ...[...planFindings(run)]));
  }
}

function planFindings(run) {
  return planParts({ counts: {}, findings: run.findings, findingsTotal: run.findingsTotal }).slice(1, 2);
}

function show(title, ...parts) {
  const place = byId("preview");
  const heading = make("h2", { id: "h-plan", tabindex: "-1" }, title);
  place.replaceChildren(heading, ...parts.filter(Boolean));
  place.hidden = false;
  heading.focus();
}

function showPlan(plan) {
  const form = make("form", { id: "apply", class: "panel" });
  if (plan.held) {
    form.append(
      make("div", { class: "note warn" }, make("p", {}, make("strong", {}, "Look twice. "), plan.held)),
      make("div", { class: "check" }, make("input", { type: "checkbox", id: "confirm", required: true }), make("label", { for: "confirm" }, "I have looked: the meetings that are missing are gone.")),
    );
  }
  form.append(
    make(
      "div",
      { class: "actions" },
      make("button", { type: "submit", class: "main" }, "Apply it"),
      make("button", { type: "button", onclick: () => (hidePreview(), say("Nothing was changed."), byId("h-source").focus()) }, "Leave it"),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply(form, plan);
  });
  show("What would change", ...planParts(plan).slice(0, 1), form, ...planParts(plan).slice(1));
}

async function apply(form, plan) {
  try {
    const variables = { plan: plan.id, confirm: Boolean(plan.held) };
    const { applyImport } = await busily(form, "Applying…", () => ask(APPLY, variables));
    if (applyImport.problems.length) return complain(...applyImport.problems.map((problem) => problem.message));
    const { added, changed, withdrawn } = applyImport.run.counts;
    hidePreview();
    await refresh(shown.id);
    say(`Done: ${added} added, ${changed} changed, ${withdrawn} withdrawn. You can undo it below.`);
    byId("h-history").tabIndex = -1;
    byId("h-history").focus();
  } catch (error) {
    complain(error.message);
  }
}

async function readFile(form) {
  const [file] = byId("file").files;
  if (!file) return complain("Choose a file first.");
  if (file.size > MOST_BYTES) return complain(`This file has ${(file.size / 1048576).toFixed(1)} MB; at most 10 can be sent.`);
  try {
    await preview(form, await contentOf(file));
  } catch (error) {
    complain(error.message);
  }
}

async function readLink(form) {
  const location = byId("link").value.trim();
  try {
    if (location) {
      const input = { id: shown.id, name: shown.name, importer: shown.importer, location };
      const { registerSource } = await busily(form, "Keeping the link…", () => ask(CHANGE_LINK, { input }));
      if (registerSource.problems.length) return complain(...registerSource.problems.map((problem) => problem.message));
    }
    await preview(form, null);
  } catch (error) {
    complain(error.message);
  }
}

/** Once, when the desk opens. */
export function prepareSource() {
  const ways = { "from-file": readFile, "from-link": readLink, "from-text": (form) => preview(form, byId("text").value) };
  for (const [id, work] of Object.entries(ways)) {
    byId(id).addEventListener("submit", (event) => {
      event.preventDefault();
      work(event.currentTarget);
    });
  }
  const drop = byId("from-file");
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    byId("file").files = event.dataTransfer.files;
    readFile(drop);
  });
}
