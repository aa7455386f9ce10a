// Days and hours in a time zone, in this reader's own English.

/** 7:30 pm for an American, 19:30 for a Briton: the words of this page are English, its clock is the reader's. */
export const LOCALE = navigator.languages.find((language) => /^en\b/i.test(language)) ?? "en-GB";

const DAY_MS = 86_400_000;
const formats = new Map();

function format(zone, options) {
  const name = `${zone} ${JSON.stringify(options)}`;
  if (!formats.has(name)) formats.set(name, made(zone, options));
  return formats.get(name);
}

function made(zone, options) {
  try {
    return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: zone });
  } catch {
    // A zone that this browser does not know yet.
    return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: "UTC" });
  }
}

const DIGITS = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" };

/** The wall clock of a zone at an instant, as milliseconds as if it were UTC. */
function wall(zone, instant) {
  const parts = format(zone, { ...DIGITS, hourCycle: "h23", calendar: "gregory", numberingSystem: "latn" }).formatToParts(instant);
  const told = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(told.year, told.month - 1, told.day, told.hour, told.minute, told.second);
}

/** The date, YYYY-MM-DD, that a zone has at an instant. */
export const dayIn = (zone, instant) => new Date(wall(zone, new Date(instant))).toISOString().slice(0, 10);

/** The date so many days later. */
export const plusDays = (day, days) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** The instant at which a date begins in a zone, as ISO 8601. */
export function midnight(zone, day) {
  const meant = Date.parse(day);
  let instant = meant;
  // Twice: the first guess may lie on the other side of a clock change.
  for (let turn = 0; turn < 2; turn++) instant -= wall(zone, new Date(instant)) - meant;
  // Where the clock skips midnight, the day begins after it.
  instant += Math.max(0, meant - wall(zone, new Date(instant)));
  return new Date(instant).toISOString();
}

/** Sunday 29 November. */
export const dayText = (day) => format("UTC", { weekday: "long", day: "numeric", month: "long" }).format(new Date(day));

/** 29 November. */
export const dateText = (day) => format("UTC", { day: "numeric", month: "long" }).format(new Date(day));

/** 19:30, of an instant in a zone. */
export const timeText = (zone, instant) => format(zone, { hour: "numeric", minute: "2-digit" }).format(new Date(instant));

/** 19:30, by which hours of one day can be put in order. */
export const hourIn = (zone, instant) => new Date(wall(zone, new Date(instant))).toISOString().slice(11, 16);

/** Today, Tomorrow, or nothing. */
export function nearness(day, today) {
  if (day === today) return "Today";
  return day === plusDays(today, 1) ? "Tomorrow" : "";
}

/** Hours in a sentence, such as "Every Tuesday at 19:30", as this reader's clock tells them. */
export const ownClock = (text) => text.replace(/\b([01]\d|2[0-3]):([0-5]\d)\b/g, (hours) => timeText("UTC", `2000-01-01T${hours}:00Z`));

/** Whether two zones show the same time at an instant. */
export const sameClock = (one, other, instant) => wall(one, new Date(instant)) === wall(other, new Date(instant));

/** The town of a zone: New York. */
export const zoneText = (zone) => (zone === "Etc/UTC" ? "UTC" : zone.split("/").pop().replaceAll("_", " "));

/** The zone that this browser is in. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
