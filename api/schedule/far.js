// How far away something is, in miles where people count in them.

const KM_PER_MILE = 1.609344;
const IN_MILES = /^en-(US|GB|LR)\b/i.test(navigator.language);

/** 1.5 miles, 12 km: the nearer, the more exact. */
export function distance(km) {
  const far = IN_MILES ? km / KM_PER_MILE : km;
  const told = far < 3 ? Math.max(0.1, Math.round(far * 10) / 10) : Math.round(far);
  return `${told.toLocaleString("en")} ${IN_MILES ? (told === 1 ? "mile" : "miles") : "km"}`;
}
