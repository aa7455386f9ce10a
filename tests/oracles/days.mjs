// When days begin, as the page works it out: a JSON list of [zone, date] on stdin; their first instants, and the dates
// that the page shows a moment before and then, as one line of JSON.

import { readFileSync } from "node:fs";

globalThis.navigator ??= { languages: ["en-GB"] };
const { dayIn, midnight } = await import("../../api/schedule/days.js");

const begun = JSON.parse(readFileSync(0, "utf-8")).map(([zone, day]) => {
  const instant = midnight(zone, day);
  return [instant, dayIn(zone, new Date(Date.parse(instant) - 1000)), dayIn(zone, instant)];
});
console.log(JSON.stringify(begun));
