// What stands behind the # of the page's address: the key, and which part of the page is shown. No browser sends it.
//
// A change of the part replaces the address and adds nothing to the list behind the Back button: so hiding the page
// leaves no step back into it.

const KEY = /^[\w-]{43}$/;

/** The key and the view that the address tells; null where it tells none. */
export function told() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const key = parts.get("key");
  return { key: key && KEY.test(key) ? key : null, view: parts.get("view"), spoilt: Boolean(key) && !KEY.test(key) };
}

/** Have the address tell this; `key` null: it is kept out of it. */
export function tell({ key, view }) {
  const parts = [key ? `key=${key}` : null, view && view !== "week" ? `view=${view}` : null].filter(Boolean);
  history.replaceState(null, "", location.pathname + (parts.length ? `#${parts.join("&")}` : ""));
}

/** The address to come back by. */
export const lasting = (key) => `${location.origin}${location.pathname}#key=${key}`;

/** The key in what somebody pasted; null: there is none. */
export function keyIn(text) {
  const given = text.trim();
  const [, behind] = given.split("#", 2);
  const key = behind === undefined ? given : new URLSearchParams(behind).get("key");
  return key && KEY.test(key) ? key : null;
}

/** Whether it is a calendar's address that somebody pasted, which only shows. */
export const isFeed = (text) => /\/calendars\/[\w-]+\.ics/.test(text);
