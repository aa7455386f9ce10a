"""Days of the week in a cell, one or many: `Mon, Wed & Fri`, `Daily`, `Weekdays`, `1st and 3rd Tuesday`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from meetings.listing import fold
from meetings.model import Weekday

#: By day from Monday: English, then Spanish, French, German, Dutch, Portuguese, Italian, Swedish and Danish, Polish.
_NAMES = (
    "monday mon mo m lunes lun lundi montag maandag segunda segunda-feira lunedi mandag poniedzialek",
    "tuesday tue tues tu t martes mardi dienstag di dinsdag terca terca-feira martedi tisdag tirsdag wtorek",
    "wednesday wed weds we w miercoles mie mercredi mittwoch mi woensdag quarta quarta-feira mercoledi onsdag sroda",
    "thursday thu thur thurs th r jueves jue jeudi donnerstag donderdag quinta quinta-feira giovedi torsdag czwartek",
    "friday fri fr f viernes vie vendredi freitag vrijdag sexta sexta-feira venerdi fredag piatek",
    "saturday sat sa sabado sab samedi samstag sonnabend zaterdag sabato lordag sobota",
    "sunday sun su domingo dom dimanche sonntag zondag domenica sondag niedziela",
)
_DAYS = {name: Weekday(number) for number, names in enumerate(_NAMES) for name in names.split()}
_ALL, _WORKING, _FREE = tuple(Weekday), tuple(Weekday)[:5], tuple(Weekday)[5:]
_SETS = {
    **dict.fromkeys(("daily", "everyday", "every day", "all days", "7 days", "7 days a week", "all week"), _ALL),
    **dict.fromkeys(("diario", "todos los dias", "tous les jours", "taglich", "dagelijks"), _ALL),
    **dict.fromkeys(("weekday", "weekdays", "working days"), _WORKING),
    **dict.fromkeys(("weekend", "weekends"), _FREE),
}
_WEEKS = {
    "1st": 1,
    "first": 1,
    "2nd": 2,
    "second": 2,
    "3rd": 3,
    "third": 3,
    "4th": 4,
    "fourth": 4,
    "5th": 5,
    "fifth": 5,
    "last": -1,
}
_WEEK = rf"(?:{'|'.join(_WEEKS)})"
_EACH_MONTH = r"(?:\s+(?:of|in|each|every|of each|of every|of the|in the)\s+(?:the\s+|each\s+)?month)?"
_MONTHLY = re.compile(rf"((?:{_WEEK}(?:\s*(?:,|&|\+|/|and)\s*|\s+))+)(\S+?){_EACH_MONTH}")
_BETWEEN = re.compile(r"\s*(?:[,;/&+\n|]|\band\b|\by\b|\bet\b|\bund\b|\ben\b|\boch\b)\s*")
_RANGE = re.compile(r"([^\s-]+)\s*(?:-|–|—|\bto\b|\bthrough\b|\bthru\b|\bbis\b|\ba\b|\bau?\b|\btot\b)\s*([^\s-]+)")
_EXCEPT = re.compile(r"\s*\(?\s*\b(?:except|excl\.?|excluding|but not|not)\b(?:\s+(?:for|on))?\s*([^()]+)\)?")
_FILLERS = re.compile(
    r"^(?:on|every|each|all|el|los|le|les|am)\s+|\s+(?:mornings?|afternoons?|evenings?|nights?|only|noons?)$"
)
#: Letters run together: MWF, TTh, MTWThF. A lone S may be either day of the weekend.
_RUN = re.compile(r"(?:M|Tu|Th|T|W|R|F|Sa|Su){2,7}")
_RUN_DAY = re.compile(r"M|Tu|Th|T|W|R|F|Sa|Su")
#: Longer than a list of seven days in any language.
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day of the week, on each week or only on some `weeks` of the month (1 to 5, -1 the last)."""

    weekday: Weekday
    weeks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Days in the order told, each once, and the words that name none."""

    days: tuple[Day, ...] = ()
    unread: tuple[str, ...] = ()


def read_days(text: str) -> Days:
    """All days that a cell names. A word that is no day is told as it stands: it may have meant one."""
    plain = " ".join(fold(text[:_MOST]).split())
    if not plain:
        return Days()
    if len(text) > _MOST:
        return Days(unread=(text,))
    run = _RUN.fullmatch(text.strip())
    if run is not None:
        return Days(days=tuple(Day(weekday=_DAYS[name.lower()]) for name in dict.fromkeys(_RUN_DAY.findall(run[0]))))
    monthly = _MONTHLY.fullmatch(plain)
    if monthly is not None and (day := _day(monthly[2])) is not None:
        weeks = dict.fromkeys(_WEEKS[word] for word in re.findall(_WEEK, monthly[1]))
        return Days(days=(Day(weekday=day, weeks=tuple(sorted(weeks, key=lambda week: week % 7))),))
    excepted = _EXCEPT.search(plain)
    if excepted is None:
        return _listed(plain)
    return _without(_listed(plain[: excepted.start()]), _listed(excepted[1]))


def _without(told: Days, excepted: Days) -> Days:
    gone = {day.weekday for day in excepted.days}
    kept = tuple(day for day in told.days if day.weekday not in gone)
    return Days(days=kept, unread=told.unread + excepted.unread)


def _listed(plain: str) -> Days:
    days: list[Weekday] = []
    unread: list[str] = []
    for item in _BETWEEN.split(plain):
        found = _several(item)
        if found:
            days.extend(found)
        elif item.strip(" .:()"):
            unread.append(item)
    return Days(days=tuple(Day(weekday=day) for day in dict.fromkeys(days)), unread=tuple(unread))


def _several(item: str) -> Iterable[Weekday]:
    item = item.strip(" .:()")
    if item in _SETS:
        return _SETS[item]
    span = _RANGE.fullmatch(item)
    if span is not None:
        first, last = _day(span[1]), _day(span[2])
        if first is not None and last is not None:
            return [Weekday((first + n) % 7) for n in range((last - first) % 7 + 1)]
    one = _day(item)
    if one is not None:
        return (one,)
    words = [_day(word) for word in item.split()]
    return [word for word in words if word is not None] if len(words) > 1 and None not in words else ()


def _day(word: str) -> Weekday | None:
    bare = _FILLERS.sub("", word.strip(" .:()")).strip(" .:()")
    if bare in _DAYS:
        return _DAYS[bare]
    # Mondays, Mon.s, Monday's; a letter alone has no plural.
    single = bare.removesuffix("s").removesuffix("'").removesuffix("’")
    return _DAYS.get(single) if len(single) > 2 else None
