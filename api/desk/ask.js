// The token, and questions to /graphql. The token lies in this tab's session storage: no cookie, nothing in an address.

import { post, Refused } from "/frame/post.js";

const KEPT = "homegroup.desk.token";

export const token = {
  get: () => sessionStorage.getItem(KEPT),
  keep: (text) => sessionStorage.setItem(KEPT, text),
  forget: () => sessionStorage.removeItem(KEPT),
};

/** The data of an answer to the token's holder; Refused. */
export const ask = (query, variables = {}) => post(query, variables, { Authorization: `Bearer ${token.get()}` });

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
