// What the Node servers do alike: the same statement, cells and distances as near.py, by node-postgres.

import pg from 'pg'

const EARTH_KM = 6371.0088
const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY']
const BITS = 60n
const radians = (degrees) => (degrees * Math.PI) / 180

export const COLUMNS = [
  'id', 'name', 'status', 'venue_type', 'weekday', 'start_time', 'end_time', 'duration', 'time_zone', 'recurrence',
  'notes', 'updated_at', 'languages', 'fellowship_id', 'group_name', 'group_code', 'venue_name', 'street', 'city',
  'region', 'postal_code', 'country', 'latitude', 'longitude', 'approximate', 'online_url', 'online_phone',
  'format_set', 'next_start', 'next_end',
]

const statement = (cell) => `
WITH near AS (
    SELECT number, (x - $2) * (x - $2) + (y - $3) * (y - $3) + (z - $4) * (z - $4) AS square
    FROM peers.meetings
    WHERE shown AND ${cell} = ANY($1::int[]) AND day = ANY($6::int[]) AND starts >= $7 AND starts < $8
        AND fellowship_id = ANY($9::int[]) AND (bits0 & $10 <> 0 OR bits1 & $11 <> 0)
        AND (x - $2) * (x - $2) + (y - $3) * (y - $3) + (z - $4) * (z - $4) <= $5
    ORDER BY square, number LIMIT $12
)
SELECT ${COLUMNS.map((name) => `m.${name}`).join(', ')}, near.square
FROM near JOIN peers.meetings m USING (number) ORDER BY near.square, near.number`

const STATEMENTS = { fine: statement('fine'), coarse: statement('coarse') }

export async function openDatabase() {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 8 })
  const [fellowships, formats, sets] = await Promise.all([
    pool.query('SELECT id, code, name FROM peers.fellowships'),
    pool.query('SELECT bit, code, name, category FROM peers.formats'),
    pool.query('SELECT id, codes FROM peers.format_sets'),
  ])
  const byCode = new Map(formats.rows.map(({ code, name, category }) => [code, { code, name, category }]))
  const known = {
    fellowships: new Map(fellowships.rows.map(({ id, code, name }) => [id, { code, name }])),
    fellowshipIds: new Map(fellowships.rows.map(({ id, code }) => [code, id])),
    bits: new Map(formats.rows.map(({ bit, code }) => [code, BigInt(bit)])),
    formatSets: new Map(sets.rows.map(({ id, codes }) => [id, codes.split(' ').filter(Boolean).map((c) => byCode.get(c))])),
  }
  return { pool, known }
}

export function cellsAround(latitude, longitude, radiusKm) {
  const angle = radiusKm / EARTH_KM
  const half = (angle * 180) / Math.PI + 1e-6
  const width = (Math.asin(Math.sin(angle) / Math.cos(radians(latitude))) * 180) / Math.PI + 1e-6
  const [column, aDegree] = radiusKm <= 12 ? ['fine', 20] : ['coarse', 2]
  const first = Math.floor((longitude - width + 180) * aDegree)
  const last = Math.floor((longitude + width + 180) * aDegree)
  const low = Math.floor((latitude - half + 90) * aDegree)
  const high = Math.floor((latitude + half + 90) * aDegree)
  const cells = []
  for (let row = low; row <= high; row += 1) {
    for (let at = first; at <= last; at += 1) cells.push(row * 360 * aDegree + at)
  }
  return [column, cells]
}

const minutes = (wall) => Number(wall.slice(0, 2)) * 60 + Number(wall.slice(3, 5))

export function masks(codes, known) {
  let bits = 0n
  for (const code of codes) bits |= 1n << known.bits.get(code)
  return [(bits & ((1n << BITS) - 1n)).toString(), (bits >> BITS).toString()]
}

export async function nearRows({ pool, known }, filter, first) {
  const { near, radiusKm } = filter.place
  const [column, cells] = cellsAround(near.latitude, near.longitude, radiusKm)
  const flat = Math.cos(radians(near.latitude))
  const result = await pool.query({
    name: column, // named, so that it is prepared once on each connection
    text: STATEMENTS[column],
    rowMode: 'array',
    values: [
      cells,
      flat * Math.cos(radians(near.longitude)),
      flat * Math.sin(radians(near.longitude)),
      Math.sin(radians(near.latitude)),
      (2 * Math.sin(radiusKm / EARTH_KM / 2)) ** 2,
      filter.time.days.map((day) => DAYS.indexOf(day)),
      minutes(filter.time.startsFrom),
      minutes(filter.time.startsBefore),
      filter.fellowships.map((code) => known.fellowshipIds.get(code)),
      ...masks(filter.formats.any, known),
      first,
    ],
  })
  return result.rows
}

export const kilometres = (square) => Math.round(2 * EARTH_KM * Math.asin(Math.sqrt(square) / 2) * 1000) / 1000

export function edgeOfRow(row, known) {
  const [
    id, name, status, venueType, weekday, startTime, endTime, duration, timeZone, recurrence, notes, updatedAt,
    languages, fellowship, groupName, groupCode, venueName, street, city, region, postalCode, country, latitude,
    longitude, approximate, url, phone, formatSet, startsAt, endsAt, square,
  ] = row
  return {
    distanceKm: kilometres(square),
    nextOccurrence: startsAt === null ? null : { startsAt, endsAt },
    node: {
      id, name, status, venueType, weekday, startTime, endTime, duration, timeZone, recurrence, notes, updatedAt,
      languages: languages.split(' '),
      fellowship: known.fellowships.get(fellowship),
      group: groupName === null ? null : { name: groupName, code: groupCode },
      venue: { name: venueName, street, city, region, postalCode, country, latitude, longitude, approximate },
      online: url === null && phone === null ? null : { url, phone },
      formats: known.formatSets.get(formatSet),
    },
  }
}
