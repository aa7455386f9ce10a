// A person's schedule in a browser: `node schedule.mjs WAY` with a JSON of what is needed on stdin.
// Prints the account of each browser as one line of JSON.

import { readFileSync } from "node:fs";
import jsqr from "jsqr";
import { browsing } from "./browser.mjs";

const told = JSON.parse(readFileSync(0, "utf-8"));
const { origin, program, shots } = told;
const SIZES = [
  { width: 1280, height: 900, dark: false },
  { width: 360, height: 740, dark: true },
  { width: 360, height: 740, dark: false },
];

const exactly = { exact: true };
const said = (page, text) => page.getByRole("status").filter({ hasText: text }).waitFor();
const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim());
const keyOf = (page) => page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get("key"));
const to = (page, name) => page.getByRole("link", { name, exact: true }).click();

async function make(page) {
  await page.goto(`${origin}/schedule`);
  await page.getByRole("button", { name: "Make a schedule" }).click();
  await page.getByRole("heading", { name: "Keep the way back" }).waitFor();
}

/** Look for words, and wait for what comes. */
async function find(page, words) {
  await to(page, "Find");
  await page.getByLabel("Words").fill(words);
  await page.getByLabel("Words").press("Enter");
  await page.locator("#found").waitFor();
}

async function add(page, name) {
  await find(page, name);
  await page.locator("#hits li", { hasText: name }).getByRole("button", { name: /^Add/ }).click();
  await said(page, `${name} is in your schedule.`);
}

/** Make a schedule, choose meetings, see the week, skip a date and take it back, note something, take one out. */
async function wholeWay(page, account, judged) {
  await page.goto(`${origin}/schedule`);
  await page.getByRole("heading", { name: "Your own schedule" }).waitFor();
  await judged("start");
  await make(page);
  account.key = await keyOf(page);
  account.title = await page.title();
  account.shownAddress = await page.getByLabel("Address of your schedule").inputValue();
  await judged("made");
  await page.getByRole("button", { name: "I have kept it" }).click();

  await to(page, "Find");
  await page.locator("#f-place").fill("Xyzzyq");
  await page.keyboard.press("Enter");
  await page.getByText("No place is called “Xyzzyq”").waitFor();
  account.atPlace = await page.evaluate(() => document.activeElement.name);
  await judged("no such place");
  await page.locator("#f-place").fill("New York");
  await page.locator("#find").getByLabel("How").selectOption("person");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Find", exact: true }).click();
  await page.locator("#hits li").first().waitFor();
  account.hint = await page.locator("#found-hint").textContent();
  account.found = await page.locator("#hits h3").allTextContents();
  account.doubts = await page.locator("#hits .note").allTextContents();
  await judged("found");
  await page.locator("#f-place").fill("");
  await page.locator("#find").getByLabel("How").selectOption("");
  for (const name of told.names) await add(page, name);
  account.focusAfterAdding = await focused(page);
  await page.getByText("Add by a link or an id").click();
  await page.getByLabel("A link to a meeting").fill("https://elsewhere.example/nothing");
  await page.getByRole("button", { name: "Look it up" }).click();
  await page.getByText("No meeting here has this link").waitFor();
  await page.getByLabel("A link to a meeting").fill(`${origin}/meetings/${told.linked}.ics`);
  await page.keyboard.press("Enter");
  await page.locator("#linked").getByRole("button", { name: /^Add/ }).click();
  await page.locator("#linked").getByText("In your schedule").waitFor();
  await judged("linked");

  await to(page, "Week");
  await page.locator("#week .day li").first().waitFor();
  account.week = await page.locator("#week").innerText();
  await judged("week");
  const steps = page.locator("#week .day li", { hasText: "Ferry Lane Steps" });
  await steps.getByRole("button", { name: /^Skip this date/ }).press("Enter");
  await steps.getByText("Skipped: Ferry Lane Steps").waitFor();
  account.focusAfterSkipping = await focused(page);
  await judged("skipped");
  await to(page, "Meetings");
  await page.locator("#entries li").first().waitFor();
  account.skipped = await page.locator("#entries .skipped").allTextContents();
  const first = page.locator("#entries > ul > li", { hasText: "Ferry Lane Steps" });
  await first.locator("summary").first().click();
  await first.getByLabel("Note to yourself").fill("Bring keys");
  await first.getByLabel("Reminder").selectOption("30");
  await first.getByRole("button", { name: "Keep it" }).click();
  await first.locator(".own-note").waitFor();
  account.skippedStill = await first.locator(".skipped").count();
  await first.getByRole("button", { name: /^Take it back/ }).click();
  await said(page, "is in again.");
  account.noteStill = await first.locator(".own-note").textContent();
  await first.locator("summary", { hasText: "Skip a date" }).click();
  await first.locator("select[name=date] option").first().waitFor({ state: "attached" });
  await judged("skip a date");
  await first.getByLabel("The date").selectOption({ index: 1 });
  await first.getByRole("button", { name: "Skip it" }).click();
  await said(page, "Ferry Lane Steps is skipped on");
  account.skippedLater = await first.locator(".skipped").textContent();
  await first.getByRole("button", { name: /^Take it out/ }).click();
  await page.getByText("Taken out: Ferry Lane Steps").waitFor();
  account.focusAfterTakingOut = await focused(page);
  await judged("meetings");
  await page.getByRole("button", { name: /^Put it back/ }).click();
  await said(page, "is in your schedule again");
  account.noteAgain = await page.locator(".own-note").textContent();

  await to(page, "Week");
  await page.getByRole("button", { name: "Later week" }).click();
  await page.getByRole("button", { name: "This week" }).waitFor();
  account.later = await page.locator("#week").innerText();
  await judged("later");
  await comeBack(page, account);
}

/** By the address, by the key pasted, by half a key; and hiding the page. */
async function comeBack(page, account) {
  await page.goto("about:blank");
  await page.goto(`${origin}/schedule#key=${account.key}`);
  await page.locator("#week .day li").first().waitFor();
  account.cameBack = await keyOf(page);
  await page.getByRole("button", { name: "Hide this page" }).click();
  await page.waitForURL("about:blank");
  account.hidden = await page.evaluate(() => document.documentElement.textContent.trim());

  await page.goto(`${origin}/schedule`);
  await page.getByLabel("Its address, or its key").fill("half a key");
  await page.getByRole("button", { name: "Open it" }).click();
  await page.getByText("A key has 43 letters").waitFor();
  await page.getByLabel("Its address, or its key").fill(`${origin}/schedule#key=${"x".repeat(43)}`);
  await page.getByRole("button", { name: "Open it" }).click();
  await page.getByText("There is no schedule with this key").waitFor();
  await page.getByLabel("Its address, or its key").fill(account.key);
  await page.locator("#open").getByLabel("Others use this device too").check();
  await page.getByRole("button", { name: "Open it" }).click();
  await page.locator("#week .day li").first().waitFor();
  account.apart = await page.evaluate(() => location.href);
  await page.goto(`${origin}/schedule`);
  await page.locator("#create").getByLabel("Others use this device too").check();
  await page.getByRole("button", { name: "Make a schedule" }).click();
  account.ownKey = await page.getByLabel("Key of your schedule").inputValue();
  await to(page, "Settings");
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  account.apartStill = await page.evaluate(() => location.href);
  account.kept = await page.evaluate(() => sessionStorage.length + localStorage.length);
}

/** What a camera reads off a picture; null: nothing. */
async function readCode(page, picture) {
  const { data, width } = await page.locator(picture).evaluate((image) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 490;
    const paper = canvas.getContext("2d");
    paper.drawImage(image, 0, 0, 490, 490);
    return { data: [...paper.getImageData(0, 0, 490, 490).data], width: 490 };
  });
  return jsqr(Uint8ClampedArray.from(data), width, width)?.data ?? null;
}

const feedOf = (page) => page.getByLabel("Address of the calendar").inputValue();

/** Subscribe, have a code for another device, change the settings, save a search, change the address, delete. */
async function calendarWay(page, account, judged) {
  await make(page);
  account.key = await keyOf(page);
  await page.getByRole("button", { name: "I have kept it" }).click();
  await find(page, told.names[0]);
  await page.getByText("Keep this search in your calendar").click();
  account.searchName = await page.getByLabel("What to call it").inputValue();
  await page.getByLabel("What to call it").fill("");
  await page.getByRole("button", { name: "Keep the search" }).click();
  account.unnamed = await page.locator("#keep-search [aria-invalid]").count();
  await page.getByLabel("What to call it").fill("Evenings");
  await page.getByRole("button", { name: "Keep the search" }).click();
  await said(page, "The search Evenings is kept");
  await judged("search kept");
  await to(page, "Week");
  await page.getByText("Found by one of your saved searches.").waitFor();
  await to(page, "Meetings");
  await page.getByRole("heading", { name: "Evenings" }).waitFor();
  await judged("searches");
  await page.getByRole("button", { name: /^Take it out/ }).click();
  await said(page, "The search Evenings was taken out");
  account.searches = await page.locator("#searches li").count();

  await to(page, "Calendar");
  await page.getByLabel("Address of the calendar").waitFor();
  account.feed = await feedOf(page);
  account.links = await page.locator("#subscribe a").evaluateAll((links) => links.map((link) => [link.href, link.rel]));
  account.titles = await page.locator("#titles").textContent();
  await judged("calendar");
  await page.getByRole("button", { name: "Show the code" }).press("Enter");
  await page.locator("img.code").waitFor();
  account.code = await readCode(page, "img.code");
  account.focusAtCode = await focused(page);
  await judged("code");
  await page.getByRole("button", { name: "Hide the code" }).press("Enter");
  account.focusAfterCode = await focused(page);

  await to(page, "Settings");
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  account.zone = await page.getByLabel("Time zone of your week").inputValue();
  await page.getByLabel("Discreet titles").uncheck();
  await page.getByLabel("What calendars call it").fill("Evenings out");
  await page.getByLabel("Reminder").last().selectOption("60");
  await page.getByLabel("Time zone of your week").selectOption("Europe/Dublin");
  await page.getByRole("button", { name: "Keep the settings" }).click();
  await said(page, "The settings are kept.");
  await judged("settings");
  await to(page, "Week");
  await page.getByRole("heading", { name: "Your week" }).waitFor();
  account.times = await page.locator(".zone").textContent();

  await to(page, "Calendar");
  await page.getByText("Titles tell what kind of meeting it is").waitFor();
  account.before = await (await fetch(account.feed)).text();
  await page.getByRole("button", { name: "Give it a new address" }).press("Enter");
  await page.getByRole("dialog").waitFor();
  await judged("asked");
  await page.keyboard.press("Escape");
  account.stillThere = (await feedOf(page)) === account.feed;
  await page.getByRole("button", { name: "Give it a new address" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Give it a new address" }).click();
  await said(page, "The calendar has a new address.");
  account.newFeed = await feedOf(page);
  account.old = await (await fetch(account.feed)).text();

  await to(page, "Settings");
  await page.getByRole("button", { name: "Delete the schedule" }).click();
  await page.keyboard.press("Enter");
  account.notDeleted = await page.getByRole("heading", { name: "Settings" }).count();
  await page.getByRole("button", { name: "Delete the schedule" }).click();
  await page.getByRole("button", { name: "Delete it for good" }).click();
  await page.getByRole("heading", { name: "Your own schedule" }).waitFor();
  account.address = await page.evaluate(() => location.href);
  account.left = await page.evaluate(() => [...document.querySelectorAll("input, textarea")].map((field) => field.value).join(" ") + document.body.textContent);
  await judged("deleted");
  await page.getByLabel("Its address, or its key").fill(account.key);
  await page.getByRole("button", { name: "Open it" }).click();
  await page.getByText("There is no schedule with this key").waitFor();
  account.gone = await (await fetch(account.newFeed)).text();
}

/** Plan some days, put them into the schedule; and open it where the connection is gone. */
async function planWay(page, account, judged) {
  await make(page);
  account.key = await keyOf(page);
  await page.getByRole("button", { name: "I have kept it" }).click();
  await add(page, "Harbour Candle");
  await page.getByRole("link", { name: "Plan many days at once" }).click();
  await page.getByRole("heading", { name: "Plan many days" }).waitFor();
  const form = page.locator("#plan");
  await form.getByRole("button", { name: "Make a plan" }).click();
  await page.getByText("Say where, or choose Online").waitFor();
  account.atPlace = await page.evaluate(() => document.activeElement.id);
  await form.getByLabel("Where").fill("New York");
  await form.getByLabel("How many days").fill("700");
  await form.getByRole("button", { name: "Make a plan" }).click();
  account.tooMany = await form.locator("[name=days][aria-invalid]").count();
  await form.getByLabel("How many days").fill("7");
  await form.getByLabel("How", exactly).selectOption("person");
  await form.getByLabel("Where").press("Enter");
  await page.locator("#planned").waitFor();
  account.covered = await page.locator("#h-planned").textContent();
  account.lines = await page.locator(".plan li").allInnerTexts();
  account.focused = await focused(page);
  await judged("plan");
  await page.getByRole("button", { name: "Put these in my schedule" }).click();
  await page.locator("#plan-kept").waitFor();
  await judged("plan kept");
  await to(page, "See your week");
  await page.locator("#week .day li").first().waitFor();
  account.week = await page.locator("#week").innerText();
  await to(page, "Meetings");
  await page.locator("#entries li").first().waitFor();
  account.entries = await page.locator("#entries > ul > li").allInnerTexts();
  await page.getByRole("button", { name: /^Have it every time/ }).first().click();
  await said(page, "is in every time");
  account.stillDated = await page.getByRole("button", { name: /^Have it every time/ }).count();
  await judged("planned meetings");

  await page.goto("about:blank");
  await page.route("**/graphql", (route) => route.abort());
  await page.goto(`${origin}/schedule#key=${account.key}&view=meetings`);
  await page.getByRole("alert").filter({ hasText: "The server cannot be reached" }).waitFor();
  account.addressKept = await page.evaluate(() => location.hash);
  await judged("no connection");
  account.errors.length = 0; // The browser itself notes that nothing was answered.
  await page.unroute("**/graphql");
  await page.getByRole("button", { name: "Open it" }).click();
  await page.getByRole("heading", { name: "Your week" }).waitFor();
}

/** Every text of every answer holds markup and script; all of it must be shown as text. */
async function hostile(page, account, judged) {
  page.on("dialog", (dialog) => (account.dialogs++, dialog.dismiss()));
  let number = 0;
  const bad = () => told.corpus[number++ % told.corpus.length];
  const spoilt = (value, name) => {
    if (Array.isArray(value)) return value.map((item) => spoilt(item, name));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spoilt(item, key)]));
    }
    return typeof value === "string" && !told.kept.includes(name) ? bad() : value;
  };
  await page.addInitScript(() => {
    const own = Intl.DateTimeFormat.prototype.resolvedOptions;
    Intl.DateTimeFormat.prototype.resolvedOptions = function () {
      return { ...own.call(this), timeZone: "Mars/Olympus" };
    };
  });
  await make(page);
  account.errors.length = 0; // The browser itself notes that its zone was refused.
  for (const name of told.names) await add(page, name);
  await add(page, told.hostileName);
  await to(page, "Week");
  await page.locator("#week .day li").first().waitFor();
  account.week = await page.locator("#week").innerText();

  await page.route("**/graphql", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: spoilt(await response.json()) });
  });
  account.shown = [];
  for (const [view, place] of [["Week", "#week .day li"], ["Meetings", "#entries li"]]) {
    await to(page, view);
    await page.locator(place).first().waitFor();
    account.shown.push(await page.locator("main").innerText());
  }
  await to(page, "Settings");
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  account.settings = await page.getByLabel("What calendars call it").inputValue();
  await to(page, "Calendar");
  await page.getByLabel("Address of the calendar").waitFor();
  await find(page, "Ferry");
  account.shown.push(await page.locator("main").innerText());
  account.scripts = await page.evaluate(() => document.querySelectorAll("script").length);
  account.foreignElements = await page.evaluate(() => document.querySelectorAll("main img, main iframe, main svg, main b, main object").length);
  account.links = await page.evaluate(() => [...document.querySelectorAll("main a")].map((link) => link.protocol).filter((name) => !["http:", "https:", "tel:", "webcal:"].includes(name)));
  account.ran = await page.evaluate(() => window.ran ?? 0);
}

const work = { way: wholeWay, calendar: calendarWay, plan: planWay, hostile }[process.argv[2]];
console.log(JSON.stringify(await browsing(origin, { program, shots, ...SIZES[told.size] }, work)));
