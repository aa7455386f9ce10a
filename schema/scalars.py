"""The scalars of the interface: each has one written form, is read strictly, and says what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from graphene import Scalar
from graphql import StringValueNode, ValueNode, print_ast

from meetings.zones import canonical_zone

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
# At most four digits a part: no length of ours needs more, and no sum of them overflows.
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,4})M)?(?:(?P<seconds>\d{1,4})S)?)?",
    re.ASCII,
)
_LANGUAGE = re.compile(
    r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-(?:[A-Za-z]{2}|\d{3}))?((?:-(?:[A-Za-z0-9]{5,8}|\d\w{3}))*)", re.ASCII
)
#: Values of which it is remembered how they are written.
_WRITTEN = 4000


class _Text(Scalar):
    """A scalar that is written as a string."""

    class Meta:
        abstract = True

    @classmethod
    def read(cls, text: str) -> Any:
        """What the text means; ValueError says what is wrong."""
        raise NotImplementedError

    @classmethod
    def parse_value(cls, value: Any) -> Any:
        """A value of the variables."""
        if not isinstance(value, str):
            raise ValueError("write it as a string")
        return cls.read(value)

    @classmethod
    def parse_literal(cls, node: ValueNode, variables: Mapping[str, Any] | None = None) -> Any:
        """A value in the document."""
        if not isinstance(node, StringValueNode):
            raise ValueError(f"write it as a string, not {print_ast(node)[:40]}")
        return cls.read(node.value)

    @staticmethod
    def serialize(value: Any) -> str:
        """As it is."""
        return str(value)


class DateTime(_Text):
    """An instant as RFC 3339 writes it, always with its offset from UTC, e.g. `2026-11-22T18:30:00-05:00`."""

    @classmethod
    def read(cls, text: str) -> datetime:
        """An aware instant."""
        if not _DATE_TIME.fullmatch(text):
            raise ValueError("write an instant as RFC 3339 with its offset, e.g. 2026-11-22T18:30:00-05:00")
        # Python reads at most six digits of a second.
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.upper()))

    @staticmethod
    def serialize(value: datetime) -> str:
        """To the second."""
        return value.isoformat(timespec="seconds")


class Date(_Text):
    """A calendar date as ISO 8601 writes it, e.g. `2026-11-22`."""

    @classmethod
    def read(cls, text: str) -> date:
        """A date."""
        if not _DATE.fullmatch(text):
            raise ValueError("write a date as YYYY-MM-DD, e.g. 2026-11-22")
        return date.fromisoformat(text)

    @staticmethod
    def serialize(value: date) -> str:
        """YYYY-MM-DD."""
        return value.isoformat()


class LocalTime(_Text):
    """A time of day by the clock on the wall, 24 hours, e.g. `19:30`."""

    @classmethod
    def read(cls, text: str) -> time:
        """A time without a zone."""
        if not _TIME.fullmatch(text):
            raise ValueError("write a time of day as HH:MM from 00:00 to 23:59, e.g. 19:30")
        return time.fromisoformat(text)

    @staticmethod
    @lru_cache(maxsize=_WRITTEN)
    def serialize(value: time) -> str:
        """HH:MM."""
        return value.isoformat("minutes")


class Duration(_Text):
    """A length of time as ISO 8601 writes it, in weeks, days, hours, minutes and seconds, e.g. `PT1H30M`."""

    @classmethod
    def read(cls, text: str) -> timedelta:
        """A length; years and months have none."""
        match = _DURATION.fullmatch(text)
        if not match or text.endswith(("P", "T")):
            raise ValueError("write a length as ISO 8601 without years and months, e.g. PT1H30M")
        return timedelta(**{unit: int(number) for unit, number in match.groupdict().items() if number})

    @staticmethod
    @lru_cache(maxsize=_WRITTEN)
    def serialize(value: timedelta) -> str:
        """Hours and minutes, and seconds if there are any."""
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        parts = ((minutes // 60, "H"), (minutes % 60, "M"), (seconds, "S"))
        return "PT" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0M")


class TimeZone(_Text):
    """A time zone by its IANA name, e.g. `America/New_York`."""

    @classmethod
    def read(cls, text: str) -> str:
        """The name as IANA spells it today."""
        name = canonical_zone(text) if len(text) <= 64 else None
        if name is None:
            raise ValueError("write an IANA time zone, e.g. America/New_York")
        return name


class Language(_Text):
    """A language by its BCP 47 tag, e.g. `es` or `pt-BR`."""

    @classmethod
    def read(cls, text: str) -> str:
        """The tag in its usual letter case."""
        match = _LANGUAGE.fullmatch(text)
        if not match:
            raise ValueError("write a language as a BCP 47 tag, e.g. es or pt-BR")
        script, region, rest = (part or "" for part in match.groups())
        language = text.split("-", 1)[0].lower()
        return language + script.title() + region.upper() + rest.lower()


class URL(_Text):
    """An absolute http or https address, e.g. `https://example.org/meetings`."""

    @classmethod
    def read(cls, text: str) -> str:
        """The address as written."""
        parts = urlsplit(text)
        if parts.scheme not in {"http", "https"} or not parts.hostname or any(c.isspace() for c in text):
            raise ValueError("write an absolute http or https address, e.g. https://example.org/meetings")
        return text
