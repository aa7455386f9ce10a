// A browser that keeps account: of what axe finds, of policies violated, of who else was asked, of what does not fit.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--no-first-run", "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
];
const RULES = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };

/** Run `work(page, account)` in a fresh browser of that size; its account. */
export async function browsing(origin, { program, width, height, dark, shots }, work) {
  const browser = await chromium.launch({ executablePath: program, headless: true, args: QUIET });
  const account = { axe: [], csp: [], foreign: [], wide: [], errors: [], dialogs: 0, steps: [], cookies: null };
  try {
    const context = await browser.newContext({
      viewport: { width, height }, colorScheme: dark ? "dark" : "light", serviceWorkers: "block", locale: "en-GB",
      timezoneId: "America/New_York",
    });
    const page = await context.newPage();
    watch(page, origin, account);
    await page.exposeBinding("tellViolation", (_, told) => account.csp.push(told));
    await page.addInitScript(() =>
      document.addEventListener("securitypolicyviolation", (event) =>
        window.tellViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`)));
    const judged = async (name) => {
      account.steps.push(name);
      await judge(page, name, account);
      if (shots && existsSync(shots)) await page.screenshot({ path: `${shots}/${name}-${width}.png`, fullPage: true });
    };
    await work(page, account, judged);
    account.cookies = (await context.cookies()).length;
  } finally {
    await browser.close();
  }
  return account;
}

function watch(page, origin, account) {
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:") && !url.startsWith("blob:")) account.foreign.push(url);
  });
  page.on("pageerror", (error) => account.errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && account.errors.push(message.text()));
}

async function judge(page, name, account) {
  const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth);
  if (wide > 0) account.wide.push(`${name}: ${wide} px`);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((rules) => window.axe.run(document, rules), RULES);
  for (const { id, help, nodes } of violations) {
    account.axe.push(`${name}: ${id}: ${help}: ${nodes.map((node) => node.html).slice(0, 3).join(" ")}`);
  }
}
