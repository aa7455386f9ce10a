"""From what the client wrote to a `MeetingFilter`, checked here once: past this module nobody checks again.

Every error names the argument by the path the client used and says what would be right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, time
from functools import cache
from typing import Any, NamedTuple

from graphene.utils.str_converters import to_camel_case

from meetings import search
from meetings.errors import InvalidQuery, PlaceNotFound, StoreFailed, UnknownCode
from meetings.listing import fold
from meetings.making import maker
from meetings.search import (
    DEFAULT_WINDOW,
    EARLIEST,
    GRACE,
    MAX_NEAREST,
    MAX_PLACE_TEXT,
    MAX_RADIUS_KM,
    MAX_WINDOW,
)
from meetings.vocabulary import Vocabulary, nearest_codes
from meetings.zones import country_zones
from schema.repeated import Repeated
from schema.windows import MINUTE, checked_window
from search.places import PlaceFinder
from search.texts import text_question

MAX_ITEMS = 100
MAX_TEXT = 200

_NOTHING = search.Exclusion()


def checked_items(
    argument: str, items: Iterable[Any], *, most: int = MAX_ITEMS, may_be_empty: bool = False
) -> list[Any]:
    """A list of at most so many, with texts of at most `MAX_TEXT` letters; InvalidQuery."""
    listed = list(items)
    if len(listed) > most:
        raise InvalidQuery(argument, f"give at most {most}, not {len(listed)}")
    for item in listed:
        if isinstance(item, str) and not may_be_empty:
            checked_text(argument, item)
    return listed


def checked_text(argument: str, text: str, *, most: int = MAX_TEXT) -> str:
    """A text that is not empty and not too long, without spaces around it; InvalidQuery."""
    if not text.strip():
        raise InvalidQuery(argument, "this is empty; leave it out instead")
    if len(text) > most:
        raise InvalidQuery(argument, f"give at most {most} characters, not {len(text)}")
    return text.strip()


def checked_country(argument: str, text: str) -> str:
    """An alpha-2 code of a country, in capitals; InvalidQuery."""
    code = checked_text(argument, text).upper()
    if not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise InvalidQuery(argument, "two letters as ISO 3166-1 has them, e.g. US")
    if code not in country_zones():
        hint = "; the United Kingdom is GB" if code == "UK" else ""
        raise InvalidQuery(argument, f"no country is {code!r} in ISO 3166-1{hint}")
    return code


def known_code(argument: str, text: str, known: Collection[str]) -> str:
    """A code of a closed list, written in any letter case and with hyphens; UnknownCode."""
    code = checked_text(argument, text).upper().replace("-", "_").replace(" ", "_")
    if code not in known:
        raise UnknownCode(argument, text, nearest_codes(text, known))
    return code


def fellowship_code(argument: str, text: str, vocabulary: Vocabulary) -> str:
    """A fellowship's code, also told by a name that is one fellowship's; UnknownCode."""
    code = vocabulary.fellowship_code(checked_text(argument, text))
    return code or known_code(argument, text, vocabulary.fellowships)


def _format(argument: str, text: str, vocabulary: Vocabulary) -> str:
    return known_code(argument, text, vocabulary.formats)


def _concern(argument: str, text: str, vocabulary: Vocabulary) -> str:
    return known_code(argument, text, vocabulary.concerns)


def _approach(argument: str, text: str, vocabulary: Vocabulary) -> str:
    return known_code(argument, text, vocabulary.approaches)


def _language(_: str, tag: str, __: Vocabulary) -> str:
    return tag.lower()


#: Reads one code: from the argument's name, what the client wrote, and what is known.
ReadCode = Callable[[str, str, Vocabulary], str]


@cache
def _told(name: str) -> str:
    """A field's name as the client knows it; there are no more than we have fields."""
    return str(to_camel_case(name))


@dataclass(frozen=True, slots=True)
class _Given:
    """One input object: its values, and the path by which the client knows it. Left out and null are the same."""

    values: Mapping[str, Any]
    path: str

    def at(self, name: str) -> str:
        return f"{self.path}.{_told(name)}"

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def part(self, name: str) -> _Given:
        return _Given(self.values.get(name) or {}, self.at(name))

    def refuse(self, name: str, reason: str) -> InvalidQuery:
        return InvalidQuery(self.at(name), reason)

    def items(self, name: str) -> frozenset[Any] | None:
        values = self.values.get(name)
        return None if values is None else frozenset(checked_items(self.at(name), values))

    def folded(self, name: str) -> frozenset[str] | None:
        items = self.items(name)
        return None if items is None else frozenset(map(fold, items))

    def codes(self, name: str, read: ReadCode, vocabulary: Vocabulary) -> frozenset[str] | None:
        texts, argument = self.values.get(name), self.at(name)
        if texts is None:
            return None
        return frozenset(read(argument, text, vocabulary) for text in checked_items(argument, texts))

    def text(self, name: str) -> str | None:
        text = self.values.get(name)
        return None if text is None else checked_text(self.at(name), text)

    def degrees(self, name: str, most: float) -> float:
        degrees = float(self.values[name])
        if not -most <= degrees <= most:
            raise self.refuse(name, f"degrees from -{most:g} to {most:g}, not {degrees:g}")
        return degrees


def read_filter(
    values: Mapping[str, Any] | None,
    *,
    vocabulary: Vocabulary,
    now: datetime,
    windowed: bool = True,
    path: str = "filter",
    places: PlaceFinder | None = None,
) -> search.MeetingFilter:
    """What the client's filter, the argument `path`, asks; `now` in whole minutes.

    `windowed` is false where the window is an argument of its own and none may be in the filter; `places` knows what a
    place is that is named. InvalidQuery; StoreFailed where one is named and nobody knows places.
    """
    values = values or {}
    place: Mapping[str, Any] = values.get("place") or {}
    near = place.get("near")
    asked = _Asked(vocabulary, now, windowed, path)
    if place.get("named") is not None:
        return _read(values, asked, places)
    if near is None:
        return _KNOWN.made(values, lambda: _kept(_read(values, asked, None)), asked).whole
    anywhere = {**values, "place": {**place, "near": _ANYWHERE}}
    known = _KNOWN.made(anywhere, lambda: _kept(_read(anywhere, asked, None)), asked)
    return known.at(_point(_Given(near, f"{path}.place.near")))


_filter_of, _place_of = maker(search.MeetingFilter), maker(search.PlaceFilter)


class _Kept(NamedTuple):
    """A filter that was read; the values of its fields before and after the place, and of the place's but the point."""

    whole: search.MeetingFilter
    before: Sequence[Any]
    after: Sequence[Any]
    place: Sequence[Any]

    def at(self, point: search.Point) -> search.MeetingFilter:
        """The filter with that point; to replace it in the whole would take five times as long."""
        return _filter_of(*self.before, _place_of(point, *self.place), *self.after)


def _kept(asked: search.MeetingFilter) -> _Kept:
    names = [field.name for field in fields(asked)]
    values = [getattr(asked, name) for name in names]
    first, *others = fields(asked.place)
    assert first.name == "near"
    at = names.index("place")
    return _Kept(asked, values[:at], values[at + 1 :], [getattr(asked.place, field.name) for field in others])


class _Asked(NamedTuple):
    """See `read_filter`."""

    vocabulary: Vocabulary
    now: datetime
    windowed: bool
    path: str


#: Stands for the point in filters that are kept.
_ANYWHERE = {"latitude": 0.0, "longitude": 0.0}
#: Filters as they were read, whatever the point: an app has a few, and sends them each time.
_KNOWN: Repeated[_Kept] = Repeated(500)


def _read(values: Mapping[str, Any], asked: _Asked, places: PlaceFinder | None) -> search.MeetingFilter:
    given, vocabulary = _Given(values, asked.path), asked.vocabulary
    exclude = given.part("exclude")
    return search.MeetingFilter(
        text=_text(given),
        time=_time(given.part("time"), exclude, asked.now, asked.windowed),
        place=_place(given.part("place"), places),
        formats=_formats(given.part("formats"), vocabulary),
        fellowships=given.codes("fellowships", fellowship_code, vocabulary),
        venue_types=given.items("venue_types"),
        by_phone=given.get("by_phone"),
        languages=given.codes("languages", _language, vocabulary),
        service_bodies=given.items("service_bodies"),
        sources=given.items("sources"),
        ids=given.items("ids"),
        areas=given.folded("areas"),
        concerns=given.codes("concerns", _concern, vocabulary),
        approaches=given.codes("approaches", _approach, vocabulary),
        for_whom=given.get("for_whom"),
        medication=given.items("medication"),
        statuses=search.SHOWN if (statuses := given.items("statuses")) is None else statuses,
        exclude=_exclusion(exclude),
    )


def _exclusion(given: _Given) -> search.Exclusion:
    if not given.values:
        return _NOTHING
    return search.Exclusion(
        ids=given.items("ids") or frozenset(),
        venue_types=given.items("venue_types") or frozenset(),
        service_bodies=given.items("service_bodies") or frozenset(),
        sources=given.items("sources") or frozenset(),
    )


def _text(given: _Given) -> str | None:
    text = given.text("text")
    if text is not None and text_question(text) is None:
        raise given.refuse("text", "this has no letter and no digit to look for; leave it out, or write a word")
    return text


def _formats(given: _Given, vocabulary: Vocabulary) -> search.FormatFilter:
    def read(name: str) -> frozenset[str]:
        return given.codes(name, _format, vocabulary) or frozenset()

    return search.FormatFilter(all=read("all"), any=read("any"), none=read("none"))


def _place(given: _Given, places: PlaceFinder | None) -> search.PlaceFilter:
    where = [name for name in ("near", "named", "box") if given.get(name) is not None]
    if len(where) > 1:
        raise given.refuse(where[1], "give one of near, named and box")
    for name in ("radius_km", "nearest"):
        if given.get(name) is not None and where not in (["near"], ["named"]):
            raise given.refuse(name, "needs near or named")
    nearest = given.get("nearest")
    if nearest is not None and not 1 <= nearest <= MAX_NEAREST:
        raise given.refuse("nearest", f"from 1 to {MAX_NEAREST}, not {nearest}")
    asked = search.PlaceFilter(
        near=_point(given.part("near")) if where == ["near"] else None,
        radius_km=_radius(given),
        nearest=nearest,
        box=_box(given.part("box")) if where == ["box"] else None,
        city=given.text("city"),
        region=given.text("region"),
        country=_country(given),
        or_online=bool(given.get("or_online")),
    )
    return _named(given, asked, places) if where == ["named"] else asked


def _named(given: _Given, asked: search.PlaceFilter, places: PlaceFinder | None) -> search.PlaceFilter:
    """Round the town that is named, or in the area; the nearest in an area are those nearest to its middle."""
    text = checked_text(given.at("named"), given.get("named"), most=MAX_PLACE_TEXT)
    if places is None:
        raise StoreFailed("the table of places is being made; try again in a minute")
    try:
        place, area = places.meant(text, asked.country)
    except PlaceNotFound as error:
        raise PlaceNotFound(given.at("named"), text, error.suggestions) from error
    asked = replace(asked, named=place, area=area)
    return asked if area is not None and asked.nearest is None else from_middle(asked)


def from_middle(asked: search.PlaceFilter) -> search.PlaceFilter:
    """With distances from the place that is named."""
    assert asked.named is not None
    return replace(asked, near=search.Point(latitude=asked.named.latitude, longitude=asked.named.longitude))


def _point(given: _Given) -> search.Point:
    return search.Point(latitude=given.degrees("latitude", 90), longitude=given.degrees("longitude", 180))


def _box(given: _Given) -> search.Box:
    south, north = given.degrees("south", 90), given.degrees("north", 90)
    if south > north:
        raise given.refuse("north", f"not south of south, which is {south:g}")
    return search.Box(south=south, north=north, west=given.degrees("west", 180), east=given.degrees("east", 180))


def _radius(given: _Given) -> float:
    radius = MAX_RADIUS_KM if given.get("radius_km") is None else float(given.get("radius_km"))
    if not (math.isfinite(radius) and 0 < radius <= MAX_RADIUS_KM):
        raise given.refuse("radius_km", f"above 0 km and at most {MAX_RADIUS_KM:g}, not {radius:g}")
    return radius


def _country(given: _Given) -> str | None:
    country = given.get("country")
    return None if country is None else checked_country(given.at("country"), country)


def _time(given: _Given, exclude: _Given, now: datetime, windowed: bool) -> search.TimeFilter:
    shortest, longest = given.get("min_duration"), given.get("max_duration")
    if shortest is not None and longest is not None and shortest > longest:
        raise given.refuse("min_duration", "not longer than maxDuration")
    return search.TimeFilter(
        days=given.items("days") or frozenset(),
        starts_from=_minutes(given.get("starts_from")),
        starts_before=_minutes(given.get("starts_before")),
        times_of_day=given.items("times_of_day") or frozenset(),
        ends_by=_minutes(given.get("ends_by")),
        min_duration=shortest,
        max_duration=longest,
        zone=given.get("zone"),
        window=_window(given, now, windowed),
        in_progress=bool(given.get("in_progress")),
        by_appointment=given.get("by_appointment"),
        excluded_days=exclude.items("days") or frozenset(),
    )


def _minutes(wall: time | None) -> int | None:
    return None if wall is None else wall.hour * 60 + wall.minute


def _window(given: _Given, now: datetime, windowed: bool) -> tuple[datetime, datetime] | None:
    named = [name for name in ("within", "from_", "until", "in_progress") if given.get(name) not in (None, False)]
    if named and not windowed:
        raise given.refuse(named[0].rstrip("_"), "not here: ask by this field's own from and until")
    if len(named) > 1 and named != ["from_", "until"]:
        raise given.refuse(named[1].rstrip("_"), "one of within, from with until, and inProgress")
    if "within" in named:
        within = given.get("within")
        if within > MAX_WINDOW:
            raise given.refuse("within", f"at most {MAX_WINDOW.days} days")
        # What starts in just so long is within it, and windows are open at their end.
        return now - GRACE, now + within // MINUTE * MINUTE + MINUTE
    start, until = given.get("from_"), given.get("until")
    if start is None and until is None:
        return None
    if start is None:
        start = until - DEFAULT_WINDOW if until > now else now - EARLIEST
    return checked_window(start, until, now=now, path=given.path + ".")
