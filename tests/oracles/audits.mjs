// Audits a GraphQL endpoint against the GraphQL over HTTP specification with graphql-http.
//
//     node audits.mjs URL
//
// Prints one JSON object an audit: {"id", "name", "status", "reason"}; exits 1 unless all are "ok".

import { serverAudits } from "graphql-http";

const [url] = process.argv.slice(2);
if (!url) {
  console.error("usage: node audits.mjs URL");
  process.exit(2);
}

let failed = 0;
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const { id, name, status, reason = null } = await audit.fn();
  if (status !== "ok") failed += 1;
  console.log(JSON.stringify({ id, name, status, reason }));
}
process.exitCode = failed ? 1 : 0;
