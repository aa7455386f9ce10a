// Answers line by line, so that Node starts once for many files: a JSON array in, and on one line out
// {"answer": what the function returns for these arguments}, or {"error": why it returned nothing}.

import { createInterface } from "node:readline";

export async function answerEach(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    let told;
    try {
      told = { answer: answer(...JSON.parse(line)) };
    } catch (error) {
      told = { error: String(error.stack ?? error) };
    }
    console.log(JSON.stringify(told));
  }
}
