"""Windows of time that are asked for: [from, until), in UTC and whole minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from meetings.errors import InvalidQuery
from meetings.search import DEFAULT_WINDOW, EARLIEST, LATEST, MAX_WINDOW

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far a window may lie from now, how long it is when its end is left out, and how long it may be."""

    back: timedelta = EARLIEST
    ahead: timedelta = LATEST
    default: timedelta = DEFAULT_WINDOW
    longest: timedelta = MAX_WINDOW


#: Of one meeting or one schedule, whose dates are worked out one by one: three years and the leap day.
FAR_REACH = Reach(back=timedelta(days=3660), ahead=timedelta(days=3660), longest=timedelta(days=1097))
_REACH = Reach()


def checked_window(
    start: datetime | None, until: datetime | None, *, now: datetime, reach: Reach = _REACH, path: str = ""
) -> tuple[datetime, datetime]:
    """[from, until) in UTC and whole minutes; left out: from now, and as long as usual. InvalidQuery."""
    begin = now if start is None else _up_to_minute(f"{path}from", start)
    if not now - reach.back <= begin <= now + reach.ahead:
        limit = f"not more than {reach.back.days} days ago or {reach.ahead.days} days from now"
        raise InvalidQuery(f"{path}from", limit)
    end = min(begin + reach.default, now + reach.ahead) if until is None else _up_to_minute(f"{path}until", until)
    if end > now + reach.ahead:
        raise InvalidQuery(f"{path}until", f"not more than {reach.ahead.days} days from now")
    if end <= begin:
        raise InvalidQuery(f"{path}until" if until else f"{path}from", "until must be later than from")
    if end - begin > reach.longest:
        raise InvalidQuery(f"{path}until", f"at most {reach.longest.days} days after from")
    return begin, end


def _up_to_minute(argument: str, moment: datetime) -> datetime:
    # Starts are whole minutes: the first that is not before 18:30:05 is 18:31.
    try:
        return (moment.astimezone(UTC) + MINUTE - timedelta.resolution).replace(second=0, microsecond=0)
    except OverflowError as error:
        raise InvalidQuery(argument, "this is beyond what calendars can count") from error
