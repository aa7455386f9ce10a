// What ical.js reads in a calendar file, component by component.
//
//     echo '["FILE"]' | node read.mjs
//
// Answers each line (`answer_each.mjs`) with {"name", "properties": [[NAME, VALUE], ...], "parts": [the same of each
// component in it]}.

import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import { answerEach } from "./answer_each.mjs";

const told = (component) => ({
  name: component.name.toUpperCase(),
  properties: component.getAllProperties().map((each) => [each.name.toUpperCase(), String(each.getFirstValue())]),
  parts: component.getAllSubcomponents().map(told),
});

await answerEach((file) => told(new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")))));
