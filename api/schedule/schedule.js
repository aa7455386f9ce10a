// Which part of the page is shown; opening a schedule, and hiding it.

import { mark, toFirstError } from "/frame/fields.js";
import { busily, byId, complain, say } from "/frame/make.js";
import { tell, told } from "./address.js";
import { held, open } from "./ask.js";
import { prepareCalendar, showCalendar } from "./calendar.js";
import { prepareFind, showFind } from "./find.js";
import { showMeetings } from "./meetings.js";
import { preparePlan, showPlan } from "./plan.js";
import { prepareSettings, showSettings } from "./settings.js";
import { askNoMore } from "./secret.js";
import { prepareStart, showStart } from "./start.js";
import { prepareWeek, showWeek } from "./week.js";

const VIEWS = {
  start: showStart,
  week: showWeek,
  meetings: showMeetings,
  find: showFind,
  plan: showPlan,
  calendar: showCalendar,
  settings: showSettings,
};

// Long enough to be read slowly.
const SAID_MS = 5000;
const LETTER_MS = 80;
const SLOW_MS = 400;

let shown = null;

/** Show a part of the page; whoever listens hears where they are, whoever looks begins at the top. */
export async function go(name) {
  const view = VIEWS[name] && held.key ? name : held.key ? "week" : "start";
  shown = view;
  tell({ key: held.apart ? null : held.key, view: view === "start" ? null : view });
  say("");
  const slow = setTimeout(() => say("One moment…"), SLOW_MS);
  try {
    await VIEWS[view]();
    if (byId("status").textContent) say("");
  } catch (error) {
    complain(error.message);
  } finally {
    clearTimeout(slow);
  }
  // Somebody who did not wait is elsewhere by now.
  if (shown !== view) return;
  for (const known of Object.keys(VIEWS)) byId(`page-${known}`).hidden = known !== view;
  byId("menu").hidden = view === "start";
  for (const link of byId("menu").querySelectorAll("a")) {
    if (link.dataset.view === (view === "plan" ? "find" : view)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  byId(`h-${view}`).focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

const FILLED = ["keep", "week", "entries", "searches", "hits", "linked", "planned", "titles", "subscribe", "code", "feed", "way-back"];

/** Forget the schedule that is open, and all that was shown or written of it. */
function forget() {
  Object.assign(held, { key: null, apart: false, schedule: null });
  askNoMore();
  for (const id of FILLED) byId(id).replaceChildren();
  for (const id of ["found", "planned"]) byId(id).hidden = true;
  for (const form of document.forms) form.reset();
}

/** Forget the schedule, and say why at the start. */
export async function leave(...texts) {
  forget();
  await go("start");
  if (texts.length) say(texts.join(" "));
}

/** What the address tells, when the page opens and when somebody writes in the address. */
async function route() {
  const { key, view, spoilt } = told();
  if (!key || key === held.key) {
    await go(view ?? "week");
    if (spoilt) complain("The key in this address is not whole: it has 43 letters and digits. Copy it again, or paste it below.");
    return;
  }
  forget();
  try {
    await busily(byId("open"), "Opening your schedule…", () => open(key));
    await go(view);
  } catch (error) {
    held.key = null;
    await go("start");
    byId("o-key").value = key;
    if (error.code === "UNKNOWN_KEY") {
      mark(byId("open"), "key", error.message);
      return toFirstError(byId("open"));
    }
    // Whoever was only without a connection still has the address.
    tell({ key, view });
    complain(error.message);
  }
}

function hide() {
  Object.assign(held, { key: null, schedule: null });
  document.body.replaceChildren();
  location.replace("about:blank");
}

/** What was said is taken away after a while: it lies over the page. */
function fade() {
  let timer = 0;
  new MutationObserver(() => {
    clearTimeout(timer);
    const { length } = byId("status").textContent;
    timer = setTimeout(() => (byId("status").textContent = ""), SAID_MS + LETTER_MS * length);
  }).observe(byId("status"), { childList: true });
}

fade();
for (const prepare of [prepareStart, prepareWeek, prepareFind, preparePlan, prepareCalendar, prepareSettings]) prepare(go, leave);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-view]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.dataset.view);
});
// Its own place behind the # would push the key out.
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
byId("hide").hidden = false;
byId("hide").addEventListener("click", hide);
window.addEventListener("hashchange", route);
route();
