// The page of all lists that the token reaches, each with how it is.

import { ask } from "./ask.js";
import { byId, count, make, moment, say } from "/frame/make.js";
import { outcome } from "./history.js";

const FIELDS = "id name importer paused healthy meetingCount lastGoodImportAt fellowship { name }";
const LISTS = `{
  viewer { role sources { ${FIELDS} } }
  sources { ${FIELDS} }
  importRuns(first: 100) {
    nodes { status startedAt error reverts revertedBy source { id } counts { added changed missing withdrawn rejected } }
  }
}`;

export async function showSources() {
  const { viewer, sources, importRuns } = await ask(LISTS);
  const lists = viewer.sources ?? sources;
  const last = new Map();
  for (const run of importRuns.nodes) if (!last.has(run.source.id)) last.set(run.source.id, run);
  const place = byId("sources");
  say("");
  if (!lists.length) {
    const next = viewer.role === "ADMIN" ? make("a", { href: "#/register", class: "button main" }, "Add a list") : null;
    place.replaceChildren(make("p", { class: "empty" }, "There is no list yet that your token reaches."), next ?? "");
    return;
  }
  place.replaceChildren(make("ul", { class: "cards" }, lists.map((list) => card(list, last.get(list.id)))));
}

function card(list, run) {
  return make(
    "li",
    { class: "card" },
    make("h2", {}, make("a", { href: `#/source/${list.id}` }, list.name)),
    make("p", { class: "meta" }, [list.fellowship?.name, list.importer, count(list.meetingCount, "meeting")].filter(Boolean).join(" · ")),
    make("p", {}, health(list), seen(list)),
    run ? make("p", { class: "meta" }, "Last: ", moment(run.startedAt), `, ${outcome(run)}`) : null,
  );
}

/** How a list is, in a word and a sign that does without colour. */
export function health(list) {
  const [kind, sign, text] = list.paused
    ? ["wait", "❚❚", "Paused"]
    : list.healthy
      ? ["good", "✓", "Well"]
      : list.lastGoodImportAt
        ? ["bad", "!", "Not read for long"]
        : ["wait", "…", "Never brought in"];
  return make("span", { class: `state ${kind}` }, make("span", { "aria-hidden": "true", class: "sign" }, sign), text);
}

export function seen(list) {
  return list.lastGoodImportAt ? [" last good reading ", moment(list.lastGoodImportAt)] : "";
}
