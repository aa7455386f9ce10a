// Every occurrence in a calendar file as node-ical sees it: UTC instants by Node's own time zone data.
//
//     node expand_node_ical.mjs FILE FROM UNTIL
//
// As `expand.mjs` prints them, without a status.

import { readFileSync } from "node:fs";
import ical from "node-ical";

const [file, fromText, untilText] = process.argv.slice(2);
const from = new Date(fromText);
const until = new Date(untilText);
if (!file || Number.isNaN(+from) || Number.isNaN(+until)) {
  console.error("usage: node expand_node_ical.mjs FILE FROM UNTIL");
  process.exit(2);
}

const instant = (date) => new Date(+date).toISOString().replace(".000Z", "Z");
const found = [];
for (const event of Object.values(ical.sync.parseICS(readFileSync(file, "utf8")))) {
  if (event.type !== "VEVENT") continue;
  // The window is read by days of this computer: a few more, and only what is in.
  const window = { from: new Date(+from - 3 * 86400e3), to: new Date(+until + 3 * 86400e3) };
  for (const { start, end } of ical.expandRecurringEvent(event, window)) {
    if (from <= start && start < until) found.push({ uid: event.uid, start: instant(start), end: instant(end) });
  }
}
found.sort((a, b) => a.start.localeCompare(b.start) || a.uid.localeCompare(b.uid));
for (const occurrence of found) console.log(JSON.stringify(occurrence));
