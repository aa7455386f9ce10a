// A meeting in words. Whatever a list says goes in as text.

import { make } from "/frame/make.js";
import { ownClock } from "./days.js";

/** A sign that does without colour. */
export function sign(kind, mark, text) {
  return make("span", { class: `state ${kind}` }, make("span", { "aria-hidden": "true", class: "sign" }, mark), text);
}

/** When it is held, by its own clock. */
export const when = (meeting) => (meeting.recurrenceText ? ownClock(meeting.recurrenceText) : "By appointment: no fixed time");

const joined = (parts, by) => parts.filter(Boolean).join(by);

/** Where it is, in a line; empty: nothing is known. */
export function placeText({ venue }) {
  if (!venue) return "";
  const street = venue.formattedAddress ?? joined([venue.street, venue.city, venue.region], ", ");
  const text = joined([venue.name === street ? null : venue.name, street], ", ");
  return venue.approximate && text ? `${text} (the list tells only about where)` : text;
}

function onlineText({ venueType, online }) {
  if (venueType === "VIRTUAL" || venueType === "HYBRID") return online?.provider ? `Online: ${online.provider}` : "Online";
  return online?.phone ? "By telephone" : "";
}

/** Where and how one attends, in a line. */
export function whereText(meeting) {
  const place = meeting.venueType === "VIRTUAL" ? joined([meeting.venue?.city], "") : placeText(meeting);
  return joined([place, onlineText(meeting)], " · ") || "The list does not say where";
}

/** Whose it is and what kind, in a line. */
export const kindText = (meeting) => joined([...new Set([meeting.fellowship.name, ...meeting.formats.map((format) => format.name)])], " · ");

const DOUBTS = {
  UNCONFIRMED: ["Not confirmed.", "It is missing from its list, or somebody said that it does not meet. Ask before you go: the door may be locked."],
  SUSPENDED: ["Does not meet for now.", "Its list has paused it."],
  WITHDRAWN: ["Gone from its list.", "As far as is known it does not meet any more."],
};

/** What speaks against going there; null: nothing does. */
export function doubt({ status }) {
  if (!DOUBTS[status]) return null;
  const [strong, text] = DOUBTS[status];
  return make("p", { class: `note ${status === "UNCONFIRMED" ? "warn" : "bad"}` }, make("strong", {}, strong), " ", text);
}

/** A link that leads to the web and nowhere else; null: there is none. */
function webLink(url, text) {
  if (!/^https?:\/\//i.test(url ?? "")) return null;
  return make("a", { href: url, rel: "noopener noreferrer external", target: "_blank" }, text, make("span", { class: "unseen" }, " (opens another page)"));
}

/** How one joins from afar: a link, a number, what else one needs. */
export function joining({ online }) {
  if (!online) return null;
  const dialled = online.phone && `tel:${online.phone.replace(/[^\d+,;*#]/g, "").replaceAll("#", "%23")}`;
  const parts = [
    webLink(online.url, "Join online"),
    online.phone ? make("a", { href: dialled }, online.phone) : null,
    online.notes ? make("span", {}, online.notes) : null,
  ].filter(Boolean);
  return parts.length ? make("p", { class: "joining" }, parts.flatMap((part, place) => (place ? [" · ", part] : [part]))) : null;
}

/** What the list says besides. */
export function notes(meeting) {
  const told = [meeting.venue?.arrivalNotes, meeting.notes].filter(Boolean);
  return told.length ? make("p", { class: "meta list-notes" }, told.join(" · ")) : null;
}
