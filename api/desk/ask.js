// The token, and questions to /graphql. The token lies in this tab's session storage: no cookie, nothing in an address.

const KEPT = "homegroup.desk.token";

export const token = {
  get: () => sessionStorage.getItem(KEPT),
  keep: (text) => sessionStorage.setItem(KEPT, text),
  forget: () => sessionStorage.removeItem(KEPT),
};

/** What stood in the way: `message` for people, `code` as the API tells it, `token` whether the token itself is refused. */
export class Refused extends Error {
  constructor(message, code = "", token = false) {
    super(message);
    this.code = code;
    this.token = token;
  }
}

/** The data of an answer; Refused. */
export async function ask(query, variables = {}) {
  let response;
  try {
    response = await fetch("/graphql", {
      method: "POST",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json",
        Authorization: `Bearer ${token.get()}`,
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
    throw new Refused(first.message, first.extensions?.code, response.status === 401);
  }
  return answer.data;
}

/** A file as `content` takes it: text where it is UTF-8, else base64, so that the server tells its encoding. */
export async function contentOf(file) {
  const bytes = await file.arrayBuffer();
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // Not UTF-8.
  }
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Refused("This file cannot be read."));
    reader.readAsDataURL(file);
  });
}
