"""Whether two lists speak of one meeting: by time, place, name and join link, with the reasons.

Pure and symmetric, and blind to what sources call their records. Only listings of different sources are ever the
same, for a list that names a meeting twice means two. Where two lists contradict each other (on the hour, on whether
there is a door) both are shown, because nobody can tell which of them errs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from meetings.model import VenueType
from meetings.whereabouts import ROOM, door_key, room_key, town_words, words_of
from meetings.zones import zone

#: Geocoders put one door up to a block apart.
NEAR_METRES = 100
#: Farther apart than this no address is the same, whatever it is called; nearer, a house number decides.
_FAR_METRES = 5_000
_TOWN_METRES = 1_000
#: How much alike names must be where the rest agrees; the better the evidence, the less they need to.
_LIKE_IN_ROOM = 0.35
_LIKE_AT_DOOR = 0.5
_LIKE_NEARBY = 0.6
_LIKE_ON_PAGE = 0.8
#: Of one source's listings so many at most can be the other's: more at one door and hour are no meetings.
CROWD = 20
#: Words that nearly every name may have, and that tell no two meetings of one hour apart.
_EMPTY_WORDS = frozenset({
    "a", "aa", "afternoon", "al", "alcoholics", "alanon", "and", "anon", "anonymous", "at", "by", "ca", "de", "del",
    "el", "en", "evening", "for", "friday", "from", "group", "groups", "grp", "grupo", "in", "la", "las", "los",
    "meeting", "meetings", "monday", "morning", "mtg", "na", "narcotics", "night", "noon", "of", "on", "online",
    "reunion", "saturday", "sunday", "the", "thursday", "to", "tuesday", "wednesday", "with", "y", "zoom",
})  # fmt: skip
#: Two days on which zones that ever keep different time do so now; the year is any.
_WINTER, _SUMMER = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A listing as far as this is judged; `id` and `source_id` only tell listings apart.

    `starts` and `minutes` (its length) in minutes; `weeks` are those of the month, joined by commas; `live`: its source
    lists it, or did lately. The other fields are those of `Listing`, its venue and its online venue.
    """

    id: str
    source_id: str
    live: bool = True
    name: str
    group_name: str | None = None
    fellowship: str
    weekday: int | None
    starts: int | None
    minutes: int | None = None
    zone: str | None
    interval: int = 1
    anchor: date | None = None
    weeks: str = ""
    until: date | None = None
    venue_type: VenueType | None = None
    venue_name: str | None = None
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    approximate: bool = False
    arrival_notes: str | None = None
    online_url: str | None = None
    formats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """That two listings are one meeting, and why. `sure`: their names say so too, rather than nothing at all."""

    score: float
    reasons: tuple[str, ...]
    sure: bool = True


def judge(one: Sighting, other: Sighting) -> Verdict | None:
    """Why the two are one meeting; None: they are not, or nobody can tell."""
    if one.source_id == other.source_id or contradict(one, other):
        return None
    likeness = _likeness_of_names(one, other)
    found = [evidence for evidence in (_by_link(one, other), *_by_place(one, other)) if evidence]
    enough = [need for _, need, _ in found if (need < _LIKE_ON_PAGE if likeness is None else likeness >= need)]
    if not enough:
        return None
    told = "the names say nothing" if likeness is None else f"names {likeness:.0%} alike"
    weight = sum(weight for weight, _, _ in found) + 4 * (likeness or 0) + _details(one, other)
    reasons = ("the same day and time", *(reason for _, _, reason in found), told)
    return Verdict(score=round(weight, 6), reasons=reasons, sure=likeness is not None)


def contradict(one: Sighting, other: Sighting) -> bool:
    """Whether one of them says what cannot be of the other."""
    attendance = {one.venue_type, other.venue_type}
    return (
        one.fellowship != other.fellowship
        or attendance == {VenueType.IN_PERSON, VenueType.VIRTUAL}
        or not _same_time(one, other)
        or (_metres(one, other) or 0) > _FAR_METRES
    )


# --- Time ---------------------------------------------------------------------------------------


def _same_time(one: Sighting, other: Sighting) -> bool:
    if one.weekday is None or one.zone is None or other.zone is None:
        return False
    same = (one.weekday, one.starts, one.interval, one.until, _weeks(one)) == (
        other.weekday, other.starts, other.interval, other.until, _weeks(other)
    )  # fmt: skip
    return same and _same_phase(one, other) and _same_clock(*sorted((one.zone, other.zone)))


def _weeks(one: Sighting) -> frozenset[str]:
    return frozenset(one.weeks.split(","))


def _same_phase(one: Sighting, other: Sighting) -> bool:
    """Of meetings every second week (or third …), whether they are held in the same ones."""
    if one.interval == 1 or one.anchor is None or other.anchor is None:
        return True
    weeks = (_monday(one.anchor) - _monday(other.anchor)) // 7
    return weeks % one.interval == 0


def _monday(day: date) -> int:
    return day.toordinal() - day.weekday()


@lru_cache(maxsize=10_000)
def _same_clock(one: str, other: str) -> bool:
    here, there = zone(one), zone(other)
    return one == other or all(at.astimezone(here).utcoffset() == at.astimezone(there).utcoffset() for at in _DAYS)


_DAYS = (_WINTER, _SUMMER)

# --- Place and link -----------------------------------------------------------------------------

#: Weight, how much alike the names must be, and the reason in words.
_Evidence = tuple[float, float, str]


def _by_link(one: Sighting, other: Sighting) -> _Evidence | None:
    """One room has one meeting at a time; a page may list many."""
    here, there = room_key(one.online_url), room_key(other.online_url)
    if here is None or here != there or VenueType.IN_PERSON in (one.venue_type, other.venue_type):
        return None
    return (4.0, _LIKE_IN_ROOM, "the same room online") if here.startswith(ROOM) else _PAGE_EVIDENCE


_PAGE_EVIDENCE: _Evidence = (1.0, _LIKE_ON_PAGE, "the same link")


def _by_place(one: Sighting, other: Sighting) -> Iterable[_Evidence]:
    if (one.venue_type is VenueType.VIRTUAL) != (other.venue_type is VenueType.VIRTUAL):
        # One says that the door is shut: only a link can tell that it is the same.
        return
    metres = _metres(one, other)
    door = door_key(one.street, one.venue_name, one.city)
    same_door = door is not None and door == door_key(other.street, other.venue_name, other.city)
    if same_door and _same_town(one, other, metres):
        yield 3.0, _LIKE_AT_DOOR, "the same address"
    if metres is not None and metres <= NEAR_METRES:
        yield 2.0 - metres / NEAR_METRES, _LIKE_NEARBY, f"{metres:.0f} m apart"


def _same_town(one: Sighting, other: Sighting, metres: float | None) -> bool:
    """Whether equal streets are one street; big towns have several of a name, in different postal districts."""
    if metres is not None and metres <= NEAR_METRES:
        return True
    here, there = _district(one), _district(other)
    if here and there and here == there:
        return True
    same_name = bool(one.city) and town_words(one.city) == town_words(other.city)
    return same_name and (not (here and there) or (metres is not None and metres <= _TOWN_METRES))


def _district(one: Sighting) -> str:
    code = "".join(words_of(one.postal_code))
    return code[:5] if code[:5].isdigit() else code


def _metres(one: Sighting, other: Sighting) -> float | None:
    """Between two doors; None: one is not known, or only its town."""
    if one.approximate or other.approximate or one.latitude is None or other.latitude is None:
        return None
    if one.longitude is None or other.longitude is None:
        return None
    across = (one.longitude - other.longitude + 180) % 360 - 180
    shrunk = math.cos(math.radians((one.latitude + other.latitude) / 2))
    return 111_195 * math.hypot(one.latitude - other.latitude, across * shrunk)


# --- Names --------------------------------------------------------------------------------------


def _likeness_of_names(one: Sighting, other: Sighting) -> float | None:
    """0 to 1, of the names or of one's name and the other's group; None: one of the names says nothing."""
    found = [
        likeness
        for mine, yours in ((one.name, other.name), (one.name, other.group_name), (one.group_name, other.name))
        if mine and yours and (likeness := name_likeness(*sorted((mine, yours)))) is not None
    ]
    return max(found, default=None)


@lru_cache(maxsize=50_000)
def name_likeness(one: str, other: str) -> float | None:
    """How much alike two names are, 0 to 1; None: one of them is made of words that all names have."""
    here, there = _telling_words(one), _telling_words(other)
    if not here or not there:
        return 1.0 if words_of(one) == words_of(other) else None
    if "".join(words_of(one)) == "".join(words_of(other)):
        return 1.0
    if here <= there or there <= here:
        # `Hope` is likelier a short name of `Hope, Faith and Courage` than another group at its door and hour.
        return max(0.75, _dice(here, there))
    return _dice(here, there)


@lru_cache(maxsize=50_000)
def _telling_words(name: str) -> frozenset[str]:
    return frozenset(words_of(name)) - _EMPTY_WORDS


def _dice(one: Collection[str], other: Collection[str]) -> float:
    """Of the three-letter pieces of all words, the share that both have: 0 to 1, slips of the pen forgiven."""
    here, there = _pieces(one), _pieces(other)
    return 2 * len(here & there) / (len(here) + len(there)) if here or there else 1.0


def _pieces(words: Iterable[str]) -> set[str]:
    return {f" {word} "[at : at + 3] for word in words for at in range(len(word))}


def _details(one: Sighting, other: Sighting) -> float:
    """What tells rooms of one house apart; it only orders listings that could all be the same."""
    formats = set(one.formats) ^ set(other.formats)
    return (
        _likeness_of_texts(one.venue_name, other.venue_name)
        + _likeness_of_texts(one.arrival_notes, other.arrival_notes) / 2
        + (one.minutes == other.minutes) / 2
        + 1 / (2 + len(formats))
    )


#: Few, for some are long; all meetings of one house come one after the other.
@lru_cache(maxsize=1_000)
def _likeness_of_texts(one: str | None, other: str | None) -> float:
    return _dice(words_of(one), words_of(other))


# --- Many at once -------------------------------------------------------------------------------

Pair = tuple[str, str]


def grouped(sightings: Mapping[str, Sighting], verdicts: Mapping[Pair, Verdict]) -> list[tuple[str, ...]]:
    """The listings that are one meeting, at most one of each source: the likeliest pairs first.

    The same for any order in which they come. `verdicts` by two ids in their order; groups of one are left out.
    """
    groups: dict[str, tuple[str, ...]] = {id: (id,) for id in sightings}
    for pair in sorted(_told_apart(sightings, verdicts), key=lambda pair: _rank(sightings, verdicts, pair)):
        one, other = groups[pair[0]], groups[pair[1]]
        if one is not other and _can_be_one(sightings, one, other):
            both = tuple(sorted(one + other))
            groups |= dict.fromkeys(both, both)
    return sorted({group for group in groups.values() if len(group) > 1})


def _rank(sightings: Mapping[str, Sighting], verdicts: Mapping[Pair, Verdict], pair: Pair) -> tuple[bool, float, Pair]:
    withdrawn = not all(sightings[id].live for id in pair)
    return withdrawn, -verdicts[pair].score, pair


def _told_apart(sightings: Mapping[str, Sighting], verdicts: Mapping[Pair, Verdict]) -> list[Pair]:
    """Without pairs that are as good as others: of a crowd, or of names that say nothing where there is a choice."""
    choices: Counter[Pair] = Counter()
    for one, other in verdicts:
        choices[one, sightings[other].source_id] += 1
        choices[other, sightings[one].source_id] += 1

    def most(pair: Pair) -> int:
        one, other = pair
        return max(choices[one, sightings[other].source_id], choices[other, sightings[one].source_id])

    return [pair for pair, verdict in verdicts.items() if most(pair) <= (CROWD if verdict.sure else 1)]


def _can_be_one(sightings: Mapping[str, Sighting], one: Iterable[str], other: Iterable[str]) -> bool:
    here, there = [sightings[id] for id in one], [sightings[id] for id in other]
    return not any(mine.source_id == yours.source_id or contradict(mine, yours) for mine in here for yours in there)
