// The desk in a browser, as a volunteer goes through it: `node desk.mjs WAY` with a JSON of what is needed on stdin.
// Prints the account of each browser as one line of JSON.

import { readFileSync } from "node:fs";
import { browsing } from "./browser.mjs";

const told = JSON.parse(readFileSync(0, "utf-8"));
const { origin, token, files, link, program, shots } = told;

/** The whole way: come in, register, preview, apply, be held, confirm, undo. With the keyboard alone, where one types. */
async function wholeWay(page, account, judged) {
  const said = (text) => page.getByRole("status").filter({ hasText: text }).waitFor();
  await page.goto(`${origin}/desk`);
  await page.getByRole("heading", { name: "Volunteers’ desk" }).waitFor();
  await judged("enter");

  await page.getByLabel("Your token").fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "This token is unknown" }).waitFor();
  await judged("refused");
  account.errors.length = 0; // The browser itself notes that 401 was answered.
  await page.getByLabel("Your token").fill(token);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Lists", level: 1 }).waitFor();
  await judged("no lists");

  await page.getByRole("link", { name: "Add a list" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("Lantern Area");
  await page.getByRole("button", { name: "Keep it" }).click();
  account.focused = await page.evaluate(() => document.activeElement.name);
  await judged("register with an error");
  await page.getByLabel("What kind of list it is").selectOption("bmlt");
  await page.getByLabel("Link to the list").fill(link);
  await page.getByLabel("Fellowship").selectOption("NA");
  await page.getByLabel("Time zone").fill("America/New_York");
  await page.getByLabel("Country").selectOption("US");
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.getByRole("heading", { name: "Lantern Area", level: 1 }).waitFor();
  await judged("new list");

  await page.getByRole("button", { name: "Read it now" }).click();
  await page.getByRole("heading", { name: "What would change" }).waitFor();
  account.previewed = await page.getByRole("status").textContent();
  account.focusedThen = await page.evaluate(() => document.activeElement.id);
  await judged("preview");
  await page.getByRole("button", { name: "Apply it" }).press("Enter");
  await said("Done:");
  account.applied = await page.getByRole("status").textContent();
  await judged("applied");

  await page.getByLabel("Drop it here, or choose it").setInputFiles(`${files}/shorter.json`);
  await page.getByRole("button", { name: "Look at it" }).first().click();
  await page.getByText("Look twice.").waitFor();
  await judged("held");
  await page.getByRole("button", { name: "Apply it" }).click();
  account.unconfirmed = await page.locator("#confirm:invalid").count();
  await page.getByLabel("I have looked").check();
  await page.getByRole("button", { name: "Apply it" }).click();
  await said("Done:");
  account.confirmed = await page.getByRole("status").textContent();

  const undo = page.getByRole("button", { name: "Undo this import" });
  await undo.press("Enter");
  await page.getByRole("dialog").waitFor();
  await judged("asked");
  await page.keyboard.press("Escape");
  account.keptOn = await undo.count();
  await undo.click();
  await page.getByRole("button", { name: "Undo it" }).click();
  await said("Undone:");
  account.undone = await page.getByRole("status").textContent();
  account.paused = await page.locator("#facts .state", { hasText: "Paused" }).count();
  await judged("undone");

  await page.getByRole("link", { name: "Lists" }).click();
  await page.getByRole("link", { name: "Lantern Area" }).waitFor();
  await judged("lists");
  await page.getByRole("button", { name: "Leave" }).click();
  await page.getByLabel("Your token").waitFor();
  account.left = await page.evaluate(() => sessionStorage.length + localStorage.length);
}

/** Every text of every answer, and every field of a list, holds markup and script; all of it must be shown as text. */
async function hostile(page, account, judged) {
  page.on("dialog", (dialog) => (account.dialogs++, dialog.dismiss()));
  const bad = (number) => told.corpus[number % told.corpus.length];
  let number = 0;
  const spoilt = (value, name) => {
    if (Array.isArray(value)) return value.map((item) => spoilt(item, name));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spoilt(item, key)]));
    }
    return (typeof value === "string" || name === "held") && !told.kept.includes(name) ? bad(number++) : value;
  };
  let spoils = false;
  await page.route("**/graphql", async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    await route.fulfill({ response, json: spoils ? spoilt(answer) : answer });
  });
  await page.goto(`${origin}/desk`);
  await page.getByLabel("Your token").fill(token);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Lists", level: 1 }).waitFor();

  // What the list itself brings, past our own cleaning.
  await page.goto(`${origin}/desk#/source/${told.source}`);
  await page.getByLabel("Drop it here, or choose it").setInputFiles(`${files}/hostile.json`);
  await page.getByRole("button", { name: "Look at it" }).first().click();
  await page.getByRole("heading", { name: "What would change" }).waitFor();
  account.told = await page.locator("#preview").innerText();

  // What an answer brings that nobody has cleaned.
  spoils = true;
  await page.getByRole("button", { name: "Look at it" }).first().click();
  await page.getByText("Look twice.").waitFor();
  await page.getByRole("heading", { name: "What would change" }).waitFor();
  account.shown = [await page.locator("main").innerText()];
  await page.getByRole("button", { name: "Leave it" }).click();
  await page.getByRole("link", { name: "Lists" }).click();
  await page.locator("#sources .card").first().waitFor();
  account.shown.push(await page.locator("main").innerText());
  await page.goto(`${origin}/desk#/register/${told.source}`);
  await page.waitForTimeout(300);
  account.scripts = await page.evaluate(() => document.querySelectorAll("script").length);
  account.foreignElements = await page.evaluate(() => document.querySelectorAll("main img, main iframe, main svg, main b, main object").length);
  account.ran = await page.evaluate(() => window.ran ?? 0);
}

const SIZES = [
  { width: 1280, height: 900, dark: false },
  { width: 360, height: 740, dark: true },
];
const work = { way: wholeWay, hostile }[process.argv[2]];
for (const size of process.argv[2] === "way" ? SIZES.slice(told.size, told.size + 1) : SIZES.slice(0, 1)) {
  console.log(JSON.stringify(await browsing(origin, { program, shots, ...size }, work)));
}
