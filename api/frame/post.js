// Questions to /graphql: by POST alone, so that nothing of them is in an address.

/**
 * What stood in the way: `message` for people, `code` as the API tells it, `token` whether the token itself is refused,
 * `argument` which part of the question is meant, `suggestions` what would do instead.
 */
export class Refused extends Error {
  constructor(message, code = "", token = false, { argument = "", suggestions = [] } = {}) {
    super(message);
    Object.assign(this, { code, token, argument, suggestions });
  }
}

/** The data of an answer; Refused. */
export async function post(query, variables = {}, headers = {}) {
  let response;
  try {
    response = await fetch("/graphql", {
      method: "POST",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json",
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
  } catch {
    throw new Refused("The server cannot be reached. Are you online?");
  }
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new Refused(`The server gave no answer that can be read (${response.status}). Try again in a minute.`);
  }
  if (answer.errors) {
    const [first] = answer.errors;
    throw new Refused(first.message, first.extensions?.code, response.status === 401, first.extensions);
  }
  return answer.data;
}
