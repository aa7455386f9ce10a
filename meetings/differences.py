"""What an import changes of a meeting, field by field, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from meetings.listing import Listing, service_body_id
from meetings.model import Meeting
from meetings.recurrence import DatedException
from meetings.source import FieldDiff
from meetings.suspension import with_cancelled

if TYPE_CHECKING:
    from meetings.source import Placed

#: What a meeting takes as its listing has it.
_AS_LISTED = frozenset(Meeting.__dataclass_fields__) & frozenset(Listing.__dataclass_fields__) - {"exceptions"}
#: What identifies a meeting or counts its changes, and what no source tells, is no difference.
_TOLD = _AS_LISTED | {"status", "exceptions", "service_body_id"}
#: Letters of a value that are shown; notes may be pages long.
_SHOWN = 500


def meeting_of(placed: Placed, source_id: str, now: datetime, *, before: Meeting | None = None) -> Meeting:
    """The meeting that a listing makes, as an import at `now` would show it; `before`: as it stands, if known."""
    listing = placed.listing
    facts = {name: getattr(listing, name) for name in _AS_LISTED}
    return Meeting(
        **facts,
        id=placed.meeting_id,
        source_id=source_id,
        source_key=placed.key,
        status=listing.status,
        exceptions=_exceptions(listing, before),
        service_body_id=service_body_id(source_id, listing.service_body) if listing.service_body else None,
        suspension=before.suspension if before else None,
        revision=before.revision + 1 if before else 1,
        updated_at=now,
        last_seen_at=now,
    )


def _exceptions(listing: Listing, before: Meeting | None) -> tuple[DatedException, ...]:
    suspension = before.suspension if before else None
    if suspension is None or suspension.last is None or listing.recurrence is None:
        return listing.exceptions
    return with_cancelled(listing.recurrence, listing.exceptions, suspension, suspension.last)


def differences(before: Meeting, after: Meeting) -> tuple[FieldDiff, ...]:
    """The fields in which they differ, in the order of `Meeting`; values in words, None where there is none.

    A field of a part is named by its path, e.g. `venue.street`.
    """
    was, becomes = dict(_told(before)), dict(_told(after))
    names = [name for name in becomes if was.get(name) != becomes[name]]
    names += [name for name in was if name not in becomes]
    return tuple(FieldDiff(field=name, before=was.get(name), after=becomes.get(name)) for name in names)


def _told(meeting: Meeting) -> Iterator[tuple[str, str]]:
    for field in fields(meeting):
        if field.name in _TOLD:
            yield from _words(field.name, getattr(meeting, field.name))


def _words(path: str, value: object) -> Iterator[tuple[str, str]]:
    """A value's parts that tell something, each with its path."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _words(f"{path}.{field.name}", getattr(value, field.name))
    elif value is not None and value != () and value is not False:
        yield path, _text(value)[:_SHOWN]


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, DatedException):
        moved = (
            "cancelled" if value.moved_to is None else f"moved to {_text(value.moved_to[0])} {_text(value.moved_to[1])}"
        )
        return f"{value.day} {moved}"
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, timedelta):
        return f"{value // timedelta(minutes=1)} minutes"
    return "yes" if value is True else str(value)
