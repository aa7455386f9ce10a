// Having the schedule in a calendar: subscribing, the code for another device, a new address.

import { busily, byId, complain, make, say } from "/frame/make.js";
import { change, held, open } from "./ask.js";
import { confirmed } from "./confirm.js";
import { secretField } from "./secret.js";

let drawn = null;

export async function showCalendar() {
  await open(held.key);
  draw();
}

function draw() {
  const { feedUrl, discreet } = held.schedule;
  byId("titles").replaceChildren(
    ...(discreet
      ? ["Titles are discreet: each meeting is called “Appointment”. "]
      : [make("strong", {}, "Titles tell what kind of meeting it is"), ", to everybody who sees your calendar. "]),
    make("a", { href: "#view=settings", "data-view": "settings" }, "Change that"),
  );
  byId("subscribe").replaceChildren(...buttons());
  byId("feed").replaceChildren(secretField("Address of the calendar", feedUrl, "For “Subscribe”, “From URL” or “Add by link” in any calendar."));
  hideCode();
}

/** Google takes the address as webcal, Outlook as https; both read it on their own machines. */
function buttons() {
  const { feedUrl, webcalUrl, name, discreet } = held.schedule;
  const outlook = (host) => `https://${host}/calendar/0/addfromweb?url=${encodeURIComponent(feedUrl)}&name=${encodeURIComponent(discreet ? "Calendar" : name)}`;
  const away = (href, text) => make("a", { class: "button", href, target: "_blank", rel: "noopener noreferrer external" }, text, make("span", { class: "unseen" }, " (opens another page)"));
  return [
    make("div", { class: "actions" }, make("a", { class: "button main", href: webcalUrl }, "Open in a calendar app")),
    make("p", { class: "hint" }, "iPhone, iPad, Mac, and most programs on a computer. Android needs an app for it: see the steps below."),
    make(
      "div",
      { class: "actions" },
      away(`https://calendar.google.com/calendar/r?cid=${encodeURIComponent(webcalUrl)}`, "Google Calendar"),
      away(outlook("outlook.live.com"), "Outlook.com"),
      away(outlook("outlook.office.com"), "Outlook at work"),
    ),
    make("p", { class: "hint" }, "These tell the calendar’s address to Google or Microsoft. Where one says that it cannot be added, copy the address below and follow the steps."),
  ];
}

function hideCode() {
  if (drawn) URL.revokeObjectURL(drawn);
  drawn = null;
  byId("code").replaceChildren(make("div", { class: "actions" }, make("button", { type: "button", onclick: showCode }, "Show the code")));
}

async function showCode() {
  const place = byId("code");
  try {
    const image = await busily(place, "Drawing the code…", () => code(held.schedule.webcalUrl));
    drawn = URL.createObjectURL(image);
    place.replaceChildren(
      make("img", { src: drawn, class: "code", width: 260, height: 260, alt: "QR code of the calendar’s address" }),
      make("div", { class: "actions" }, make("button", { type: "button", id: "hide-code", onclick: () => (hideCode(), place.querySelector("button").focus()) }, "Hide the code")),
    );
    say("The code is shown. Whoever photographs it can read the calendar.");
    byId("hide-code").focus();
  } catch (error) {
    complain(error.message);
  }
}

/** By POST, so that the address of the calendar stands in no address of ours. */
async function code(address) {
  const response = await fetch("/schedule/qr", {
    method: "POST",
    credentials: "omit",
    referrerPolicy: "no-referrer",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ address }),
  }).catch(() => null);
  if (!response) throw new Error("The server cannot be reached. Are you online?");
  if (!response.ok) throw new Error(response.status === 429 ? "That was too often. Try again in a minute." : "The code cannot be drawn. Copy the address instead.");
  return response.blob();
}

async function rotate() {
  const sure = await confirmed(
    "Give the calendar a new address?",
    `The old address shows an empty calendar for ${byId("off-days").textContent}, and then nothing. You have to subscribe again on each of your devices.`,
    "Give it a new address",
  );
  if (!sure) return;
  try {
    await busily(byId("page-calendar"), "Changing the address…", () => change("rotateFeed"));
    draw();
    say("The calendar has a new address. Subscribe again, on each device.");
    byId("h-calendar").focus();
  } catch (error) {
    complain(error.message);
  }
}

/** Once, when the page opens. */
export function prepareCalendar() {
  byId("rotate").addEventListener("click", rotate);
}
