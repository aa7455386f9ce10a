// What ical.js reads in a calendar file, component by component.
//
//     node read.mjs FILE
//
// Prints one JSON object: {"name", "properties": [[NAME, VALUE], ...], "parts": [the same of each component in it]}.

import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const told = (component) => ({
  name: component.name.toUpperCase(),
  properties: component.getAllProperties().map((each) => [each.name.toUpperCase(), String(each.getFirstValue())]),
  parts: component.getAllSubcomponents().map(told),
});

console.log(JSON.stringify(told(new ICAL.Component(ICAL.parse(readFileSync(process.argv[2], "utf8"))))));
