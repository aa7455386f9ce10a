// What an import would do: numbers, findings, and each meeting that is added, changed or withdrawn.

import { count, make, words } from "/frame/make.js";

const NUMBERS = [
  ["received", "in the list"],
  ["added", "new"],
  ["changed", "changed"],
  ["unchanged", "as before"],
  ["withdrawn", "gone"],
  ["rejected", "left out"],
];
//: Our names of fields, where they are not plain English.
const NAMES = {
  "recurrence.starts": "start time",
  "recurrence.weekday": "day",
  "recurrence.duration": "length",
  "recurrence.zone": "time zone",
  "recurrence.interval": "every … weeks",
  "recurrence.weeks": "weeks of the month",
  venue_type: "in person or online",
  "online.url": "join link",
  "online.phone": "number to join by",
  zone_reason: "how the time zone is known",
};
const SIGNS = { ERROR: ["bad", "✕", "Left out"], WARNING: ["wait", "!", "In doubt"], INFO: ["info", "i", "Note"] };

/** The parts of the page that show a plan. */
export function planParts(plan) {
  const { counts } = plan;
  return [
    make("dl", { class: "numbers" }, NUMBERS.map(([name, text]) => number(counts[name], text, name))),
    section("What was found", plan.findingsTotal, () => findingsList(plan.findings, plan.findingsTotal)),
    section("New", counts.added, () => meetings(plan.added, counts.added)),
    section("Changed", counts.changed, () => changes(plan.changed, counts.changed)),
    section("Gone", counts.withdrawn, () => meetings(plan.withdrawn, counts.withdrawn)),
  ];
}

function number(value, text, name) {
  return make("div", { class: `number ${name}` }, make("dt", {}, text), make("dd", {}, value.toLocaleString("en")));
}

function section(title, total, content) {
  if (!total) return null;
  return make("section", {}, make("h3", {}, `${title} `, make("span", { class: "total" }, `(${total.toLocaleString("en")})`)), content());
}

/** Say that not all are shown, where it is so. */
function shown(length, total) {
  return length < total ? make("p", { class: "meta" }, `The first ${length} of ${total.toLocaleString("en")}.`) : null;
}

function meetings(list, total) {
  return make("div", {}, make("ul", { class: "lines" }, list.map((meeting) => make("li", {}, make("strong", {}, meeting.name), " ", whereAndWhen(meeting)))), shown(list.length, total));
}

/** When and where, as far as known. */
export function whereAndWhen(meeting) {
  const { venue, online } = meeting;
  const when = meeting.weekday ? `${meeting.recurrenceText}` : "by appointment";
  const where = [venue?.name, venue?.street, venue?.city].filter(Boolean).join(", ") || (online?.url ? "online" : "");
  return make("span", { class: "meta" }, [when, where].filter(Boolean).join(" · "));
}

function changes(list, total) {
  const items = list.map(({ meeting, fields }) =>
    make("li", {}, make("strong", {}, meeting.name), " ", whereAndWhen(meeting), make("ul", { class: "fields" }, fields.map(change))),
  );
  return make("div", {}, make("ul", { class: "lines" }, items), shown(list.length, total));
}

function change({ field, before, after }) {
  return make(
    "li",
    {},
    make("span", { class: "field-name" }, `${NAMES[field] ?? words(field.replaceAll(".", " "))}: `),
    before === null ? null : make("del", {}, make("span", { class: "unseen" }, "was "), before),
    before === null || after === null ? null : " ",
    after === null ? null : make("ins", {}, make("span", { class: "unseen" }, "becomes "), after),
  );
}

/** Findings, each with its place and the way to mend it. */
export function findingsList(findings, total) {
  const items = findings.map((finding) => {
    const [kind, sign, text] = SIGNS[finding.severity] ?? SIGNS.INFO;
    return make(
      "li",
      { class: "finding" },
      make("p", {}, make("span", { class: `state ${kind}` }, make("span", { "aria-hidden": "true", class: "sign" }, sign), text), " ", make("code", { class: "where" }, finding.where), finding.value ? [" ", make("q", {}, finding.value)] : null),
      make("p", {}, finding.message, finding.sourceKey ? make("span", { class: "meta" }, ` Record ${finding.sourceKey}.`) : null),
    );
  });
  return make("div", {}, make("ul", { class: "findings" }, items), shown(findings.length, total));
}

/** What there is to say of a whole plan in one sentence. */
export function summary({ counts, findingsTotal }) {
  const told = [
    count(counts.added, "new meeting"),
    `${counts.changed} changed`,
    `${counts.withdrawn} gone`,
    `${counts.rejected} left out`,
  ];
  return `${told.join(", ")}; ${count(findingsTotal, "finding")}.`;
}
