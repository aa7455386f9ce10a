// What imports of a list did, and undoing the newest.

import { ask } from "./ask.js";
import { busily, byId, complain, count, make, moment, say } from "/frame/make.js";
import { findingsList } from "./plan.js";

const RUNS = `query ($source: ID!, $after: String) {
  importRuns(source: $source, first: 10, after: $after) {
    nodes {
      id status startedAt error reverts revertedBy findingsTotal
      counts { received added changed unchanged missing withdrawn rejected }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;
const FOUND = "query ($id: ID!) { importRun(id: $id) { findingsTotal findings { code severity where sourceKey value message } } }";
const UNDO = `mutation ($run: ID!) {
  revertImport(run: $run) { run { counts { changed withdrawn } } problems { message } }
}`;
const STATUSES = {
  succeeded: "brought in",
  not_modified: "nothing new",
  held: "waits for a person",
  failed: "failed",
  dry_run: "only looked at",
};

/** What came of a run, in a few words. */
export function outcome(run) {
  if (run.reverts) return "an import was undone";
  if (run.status !== "succeeded") return STATUSES[run.status] ?? run.status;
  // Whoever applies a plan says that all that is missing is gone: that is one number, not two.
  const same = run.counts.missing === run.counts.withdrawn ? "missing" : "";
  const told = ["added", "changed", "missing", "withdrawn", "rejected"].filter((name) => run.counts[name] && name !== same);
  const numbers = told.map((name) => `${run.counts[name].toLocaleString("en")} ${name}`).join(", ");
  return `brought in: ${numbers || "nothing changed"}`;
}

/** Show the history of a list; `changed` is called once an import was undone. */
export async function showHistory(source, changed) {
  const list = make("ul", { class: "runs" });
  const more = make("button", { type: "button" }, "Older ones");
  const place = byId("history");
  place.replaceChildren(list, make("div", { class: "actions" }, more));
  let after = null;
  let undoable = true;
  const load = async () => {
    const { importRuns } = await ask(RUNS, { source, after });
    for (const run of importRuns.nodes) {
      const newest = undoable && run.status === "succeeded" && !run.reverts && !run.revertedBy;
      undoable = undoable && !newest;
      list.append(entry(run, newest, changed));
    }
    after = importRuns.pageInfo.endCursor;
    more.hidden = !importRuns.pageInfo.hasNextPage;
    if (!list.children.length) place.replaceChildren(make("p", { class: "empty" }, "Nothing was brought in yet."));
  };
  more.addEventListener("click", () => busily(place, "Reading…", load).then(() => say(""), (error) => complain(error.message)));
  await load();
}

function entry(run, undoable, changed) {
  const found = make("div", {});
  const look = async () => {
    const { importRun } = await ask(FOUND, { id: run.id });
    found.replaceChildren(findingsList(importRun.findings, importRun.findingsTotal));
  };
  const item = make(
    "li",
    { class: `run ${run.revertedBy ? "undone" : ""}` },
    make("p", {}, make("strong", {}, moment(run.startedAt)), " ", outcome(run), run.revertedBy ? " (undone since)" : ""),
    run.error ? make("p", { class: "meta" }, run.error) : null,
  );
  const buttons = [];
  if (run.findingsTotal) {
    const text = `See ${count(run.findingsTotal, "finding")}`;
    const button = make("button", { type: "button", class: "quiet" }, text);
    button.addEventListener("click", () => {
      button.remove();
      look().then(() => say(""), (error) => complain(error.message));
    });
    buttons.push(button);
  }
  if (undoable) {
    const button = make("button", { type: "button", class: "danger", "data-run": run.id }, "Undo this import");
    button.addEventListener("click", () => undo(run, item, changed));
    buttons.push(button);
  }
  if (buttons.length) item.append(make("div", { class: "actions" }, buttons));
  item.append(found);
  return item;
}

function undo(run, item, changed) {
  const dialog = byId("ask");
  byId("ask-text").textContent =
    `This import ${outcome(run)}. What it added is withdrawn, what it changed or withdrew is as before, but for what was edited since. ` +
    "The list is not read again until you bring one in.";
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && carryOut(run, item, changed), { once: true });
  dialog.returnValue = "no";
  dialog.showModal();
}

async function carryOut(run, item, changed) {
  try {
    const { revertImport } = await busily(item, "Undoing…", () => ask(UNDO, { run: run.id }));
    if (revertImport.problems.length) return complain(...revertImport.problems.map((problem) => problem.message));
    const { changed: restored, withdrawn } = revertImport.run.counts;
    await changed();
    say(`Undone: ${count(restored, "meeting")} as before, ${withdrawn} withdrawn. The list is paused.`);
  } catch (error) {
    complain(error.message);
  }
}
