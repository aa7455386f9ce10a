"""The judge of the read index: answers the same questions by looking at every meeting, one date after the other.

No arrays, no tables, no index; wall clocks by `meetings.recurrence`. Slow, and written to be read beside the
docstrings of `meetings.search`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from meetings.gazetteer import place_key
from meetings.listing import fold
from meetings.model import Meeting, ServiceBody, Venue, VenueType
from meetings.recurrence import Recurrence
from meetings.search import (
    Area,
    Box,
    Exclusion,
    FormatFilter,
    MeetingFilter,
    MeetingOrder,
    MeetingQuery,
    OccurrenceQuery,
    PlaceFilter,
    Point,
    TimeFilter,
)
from meetings.vocabulary import Vocabulary
from search.words import folded, words_in, words_to_keep
from tests.search.brute_force_clock import DAY, accepted, fits, minute_of_day, occurrences_of

EARTH_KM = 6371.0088
Sortable = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that is known."""

    meetings: Sequence[Meeting]
    vocabulary: Vocabulary
    bodies: Sequence[ServiceBody] = ()
    languages: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a hit must be."""

    id: str
    distance_km: float | None
    starts_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Found:
    """A meeting that matches, and where it belongs."""

    meeting: Meeting
    section: int
    distance_km: float | None
    starts_at: datetime | None


# --- Meetings -----------------------------------------------------------------------------------


def find_meetings(world: World, query: MeetingQuery) -> list[Answer]:
    """All that match, in order."""
    found = []
    for meeting in world.meetings:
        matches, starts_at = accepted(meeting, query.filter.time, query.now)
        if matches:
            found.append((meeting, starts_at))
    scores = said(world, query.filter.text)
    in_order = sorted(_sections(world, query.filter, found, scores), key=lambda f: _key(f, query.order, scores))
    return [Answer(id=f.meeting.id, distance_km=f.distance_km, starts_at=f.starts_at) for f in in_order]


def _key(found: Found, order: MeetingOrder, scores: Mapping[str, int]) -> Sortable:
    keys: dict[MeetingOrder, object] = {
        MeetingOrder.NAME: 0,
        MeetingOrder.NEXT_START: found.starts_at or datetime.max.replace(tzinfo=UTC),
        MeetingOrder.WEEK: _week_minute(found.meeting.recurrence),
        MeetingOrder.DISTANCE: _millimetres(found.distance_km),
        MeetingOrder.RELEVANCE: -scores.get(found.meeting.id, 0),
    }
    return found.section, keys[order], fold(found.meeting.name), found.meeting.id


def _week_minute(rule: Recurrence | None) -> int:
    return 99_999 if rule is None else rule.weekday * 1440 + minute_of_day(rule.starts)


def _millimetres(distance_km: float | None) -> float:
    """What is nearer than a millimetre is as near."""
    if distance_km is None:
        return math.inf
    return round(2 * math.sin(distance_km / EARTH_KM / 2) * EARTH_KM * 1e6)


def _sections(
    world: World, asked: MeetingFilter, timely: Sequence[tuple[Meeting, datetime | None]], scores: Mapping[str, int]
) -> list[Found]:
    kept = [(m, at) for m, at in timely if _kept(world, m, asked) and (asked.text is None or m.id in scores)]
    reached = [
        Found(meeting=m, section=0, distance_km=_distance(m, asked.place), starts_at=at)
        for m, at in kept
        if _reached(m, asked.place)
    ]
    if asked.place.near and asked.place.nearest is not None:
        reached.sort(key=lambda f: _key(f, MeetingOrder.DISTANCE, {}))
        reached = reached[: asked.place.nearest]
    if not asked.place.or_online:
        return reached
    ids = {f.meeting.id for f in reached}
    online = {VenueType.VIRTUAL, VenueType.HYBRID}
    return reached + [
        Found(meeting=m, section=1, distance_km=_distance(m, asked.place), starts_at=at)
        for m, at in kept
        if m.venue_type in online and m.id not in ids
    ]


# --- Text ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Told:
    """One text of a meeting: how much it counts, its words in order, and those found alone."""

    weight: int
    words: list[str]
    alone: list[str]


def said(world: World, text: str | None) -> dict[str, int]:
    """How well each meeting says a text that says it at all."""
    if text is None:
        return {}
    told = {m.id: _told(world, m) for m in world.meetings}
    pieces = re.sub("[“”„‟«»″＂]", '"', text).split('"')  # noqa: RUF001 - quotation marks of all kinds
    quoted = [words_in(folded(piece)) for piece in pieces[1:-1:2]]
    loose = [words_in(folded(piece)) for at, piece in enumerate(pieces) if at % 2 == 0 or at == len(pieces) - 1]
    whole = words_in(folded(" ".join(pieces)))
    words = list(dict.fromkeys(word for piece in loose for word in piece))
    phrases = [list(phrase) for phrase in dict.fromkeys(map(tuple, quoted)) if phrase]
    counts = [_counts(told, word, misspelt=at < 8) for at, word in enumerate(words)]
    in_phrases = list(dict.fromkeys(word for phrase in phrases for word in phrase))
    counts += [{id: _as_it_stands(texts, word, begins=False) for id, texts in told.items()} for word in in_phrases]
    scores = {}
    for meeting in world.meetings:
        id, texts = meeting.id, told[meeting.id]
        if all(count[id] for count in counts) and all(_next_to_each_other(texts, phrase) for phrase in phrases):
            scores[id] = sum(count[id] for count in counts) + _for_its_name(meeting, whole)
        if " ".join(folded(text).split()) in _keys(meeting):
            scores[id] = max(scores.get(id, 0), 60)
    return scores


def _told(world: World, m: Meeting) -> list[Told]:
    venue = m.venue or Venue()
    body = next((body.name for body in world.bodies if body.id == m.service_body_id), None)
    group = m.group.name if m.group else None
    texts = [(m.name, 8), (group, 6), (venue.city, 5), (venue.name, 4), (venue.region, 4), (body, 3), (m.notes, 1)]
    found = []
    for text, weight in ((text, weight) for text, weight in texts if text):
        words, alone = _taken_apart(text)
        found.append(Told(weight=weight, words=words, alone=alone))
    return found


@cache
def _taken_apart(text: str) -> tuple[list[str], list[str]]:
    words = words_in(folded(text))
    return words, words_to_keep(folded(text))[len(words) :]


def _counts(told: Mapping[str, list[Told]], word: str, *, misspelt: bool) -> dict[str, int]:
    begins = len(word) > 1 or word >= "\u0e00"
    counts = {id: _as_it_stands(texts, word, begins=begins) for id, texts in told.items()}
    if len(word) < 4 or any(letter.isdigit() for letter in word) or not misspelt or sum(map(bool, counts.values())) > 4:
        return counts
    for edits in (1, 2)[: 1 if len(word) < 8 else 2]:
        near = {id: _misspelt(texts, word, edits) for id, texts in told.items()}
        if any(near.values()):
            return {id: max(count, near[id]) for id, count in counts.items()}
    return counts


def _as_it_stands(told: list[Told], word: str, *, begins: bool) -> int:
    counts = [0]
    for text in told:
        for known in text.words + text.alone:
            counts.append(text.weight * (6 if known == word else 4 if begins and known.startswith(word) else 0))
    return max(counts)


def _misspelt(told: list[Told], word: str, edits: int) -> int:
    known = ((text.weight, known) for text in told for known in text.words + text.alone)
    return max((weight * (3 - edits) for weight, other in known if 0 < typing_errors(word, other) <= edits), default=0)


@cache
def typing_errors(one: str, other: str) -> int:
    """How many letters too many, missing, wrong, or swapped with their neighbour."""
    if not one or not other:
        return len(one) + len(other)
    if one[-1] == other[-1]:
        return typing_errors(one[:-1], other[:-1])
    found = [
        typing_errors(one[:-1], other),
        typing_errors(one, other[:-1]),
        typing_errors(one[:-1], other[:-1]),
    ]
    if one[-2:] == other[-2:][::-1] and len(one) > 1:
        found.append(typing_errors(one[:-2], other[:-2]))
    return 1 + min(found)


def _next_to_each_other(told: list[Told], phrase: list[str]) -> bool:
    return any(_has(text.words, phrase) or (len(phrase) == 1 and phrase[0] in text.alone) for text in told)


def _has(words: list[str], phrase: list[str]) -> bool:
    return any(words[at : at + len(phrase)] == phrase for at in range(len(words)))


def _for_its_name(meeting: Meeting, whole: list[str]) -> int:
    words, alone = _taken_apart(meeting.name)
    if words == whole:
        return 40
    return 20 if _has(words, whole) or (len(whole) == 1 and whole[0] in alone) else 0


def _keys(meeting: Meeting) -> set[str]:
    keys = {meeting.source_key, *(listing.source_key for listing in meeting.listings[1:])}
    found = {" ".join(folded(key).split()) for key in keys}
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return found | {key.rpartition("/")[0] for key in found if key.rpartition("/")[2] in days}


# --- Place --------------------------------------------------------------------------------------


def _point(meeting: Meeting) -> Point | None:
    venue = meeting.venue
    if meeting.venue_type is VenueType.VIRTUAL or not venue or venue.latitude is None or venue.longitude is None:
        return None
    return Point(latitude=venue.latitude, longitude=venue.longitude)


def _distance(meeting: Meeting, place: PlaceFilter) -> float | None:
    point = _point(meeting)
    return haversine_km(point, place.near) if point and place.near else None


def haversine_km(a: Point, b: Point) -> float:
    """Great-circle distance."""
    lat_a, lat_b = math.radians(a.latitude), math.radians(b.latitude)
    across = math.sin((lat_b - lat_a) / 2) ** 2
    along = math.sin(math.radians(b.longitude - a.longitude) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(across + math.cos(lat_a) * math.cos(lat_b) * along)))


def _reached(meeting: Meeting, place: PlaceFilter) -> bool:
    point, venue = _point(meeting), meeting.venue or Venue()
    distance = _distance(meeting, place)
    return (
        (place.near is None or place.area or (distance is not None and distance <= place.radius_km + 1e-8))
        and (place.area is None or (meeting.venue_type is not VenueType.VIRTUAL and _lies_in(venue, point, place.area)))
        and (place.box is None or (point is not None and in_box(point, place.box)))
        and (place.city is None or (bool(venue.city) and fold(venue.city or "") == fold(place.city)))
        and (place.region is None or (bool(venue.region) and fold(venue.region or "") == fold(place.region)))
        and (place.country is None or venue.country == place.country)
    )


def _lies_in(venue: Venue, point: Point | None, area: Area) -> bool:
    region = place_key(venue.region or "")
    if area.is_country:
        if venue.country is not None:
            told = venue.country == area.country
            return told or (venue.country == area.listed_under and region in area.regions)
        return point is not None and in_box(point, area.box)
    if venue.country not in (area.country, None) or region in area.others:
        return False
    if venue.country is not None and region in area.regions:
        return True
    return point is not None and in_box(point, area.box)


def in_box(point: Point, box: Box) -> bool:
    """Rims included."""
    # The two names of the antimeridian are one line.
    longitudes = {-180.0, 180.0} if abs(point.longitude) == 180 else {point.longitude}
    if not box.south <= point.latitude <= box.north:
        return False
    if box.west > box.east:
        return any(longitude >= box.west or longitude <= box.east for longitude in longitudes)
    return any(box.west <= longitude <= box.east for longitude in longitudes)


# --- Facts --------------------------------------------------------------------------------------


def _kept(world: World, m: Meeting, asked: MeetingFilter) -> bool:
    fellowship = world.vocabulary.fellowships.get(m.fellowship)
    return (
        (asked.fellowships is None or m.fellowship in asked.fellowships)
        and (asked.venue_types is None or m.venue_type in asked.venue_types)
        and (asked.by_phone is None or bool(m.online and m.online.phone) == asked.by_phone)
        and (asked.languages is None or _speaks(world, m, asked.languages))
        and any(_listing_kept(world, *origin, asked) for origin in _origins(m))
        and (asked.ids is None or m.id in asked.ids)
        and (asked.areas is None or bool({fold(area) for area in m.areas} & asked.areas))
        and (asked.concerns is None or m.fellowship in world.vocabulary.fellowships_for_concerns(asked.concerns))
        and (asked.approaches is None or bool(fellowship and set(fellowship.approaches) & asked.approaches))
        and (asked.for_whom is None or bool(fellowship and fellowship.for_whom is asked.for_whom))
        and (asked.medication is None or m.medication in asked.medication)
        and m.status in asked.statuses
        and _has_formats(m, asked.formats)
        and _appointment_kept(m, asked.time)
        and not _excluded(m, asked.exclude)
    )


def _speaks(world: World, m: Meeting, wanted: frozenset[str]) -> bool:
    default = world.languages.get(m.source_id)
    spoken = m.languages or ((default,) if default else ())
    return any(f"{tag.lower()}-".startswith(f"{want}-") for tag in spoken for want in wanted)


def _origins(m: Meeting) -> list[tuple[str, str | None]]:
    """Source and service body of each list it is in."""
    others = [(listing.source_id, listing.source_key or None) for listing in m.listings[1:]]
    return [(m.source_id, m.service_body_id), *others]


def _listing_kept(world: World, source: str, body: str | None, asked: MeetingFilter) -> bool:
    above = _above(world, body)
    return (
        (asked.service_bodies is None or bool(above & asked.service_bodies))
        and (asked.sources is None or source in asked.sources)
        and not above & asked.exclude.service_bodies
        and source not in asked.exclude.sources
    )


def _above(world: World, body: str | None) -> set[str]:
    parents = {body.id: body.parent_id for body in world.bodies}
    found: set[str] = set()
    while body is not None and body not in found:
        found.add(body)
        body = parents.get(body)
    return found


def _has_formats(m: Meeting, asked: FormatFilter) -> bool:
    has = set(m.formats)
    return asked.all <= has and (not asked.any or bool(asked.any & has)) and not asked.none & has


def _appointment_kept(m: Meeting, asked: TimeFilter) -> bool:
    return asked.by_appointment is None or asked.by_appointment == (m.recurrence is None)


def _excluded(m: Meeting, exclude: Exclusion) -> bool:
    return m.id in exclude.ids or m.venue_type in exclude.venue_types


# --- Occurrences --------------------------------------------------------------------------------


def find_occurrences(world: World, query: OccurrenceQuery) -> list[Answer]:
    """All that match, in order."""
    starts = {m.id: _starts(m, query) for m in world.meetings}
    timely = [(m, None) for m in world.meetings if starts[m.id]]
    found = [
        (at, fold(f.meeting.name), f.meeting.id, f.distance_km)
        for f in _sections(world, query.filter, timely, said(world, query.filter.text))
        for at in starts[f.meeting.id]
    ]
    return [Answer(id=id, distance_km=km, starts_at=at) for at, _, id, km in sorted(found, key=lambda f: f[:3])]


def _starts(meeting: Meeting, query: OccurrenceQuery) -> set[datetime]:
    """The instants at which accepted occurrences start, cancelled ones too."""
    begin = query.start - DAY if query.include_in_progress else query.start
    return {
        o.starts_at.astimezone(UTC)
        for o in occurrences_of(meeting, begin, query.until)
        if (o.starts_at >= query.start or o.ends_at > query.start) and fits(meeting, o, query.filter.time)
    }
