"""Writes the demonstration lists: invented meetings in real cities, the same bytes on every run.

`python seed/demonstration/generate.py` reads `material.json` (cities, names, streets, weights) and rewrites
`sources.json` and one list a source in the native format. It reads no clock and draws from seeded numbers
only. Groups, streets, rooms, links and telephone numbers are invented: links lie under example.org, numbers
in the ranges kept for fiction, and every meeting's notes say that nobody meets there.
"""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).resolve().parent
#: The number that all draws follow from; another one gives another demonstration.
SEED = 20261122
#: Dated exceptions lie in here, so that a demonstration has some to show for a good while.
FIRST_DAY, LAST_DAY = date(2026, 11, 23), date(2027, 12, 20)
#: Days on which halls are shut in many places, as (month, day).
HOLIDAYS = ((12, 24), (12, 25), (12, 31), (1, 1), (5, 1))
#: Half a street block or two: how far a door lies from its quarter's middle, in degrees.
JITTER = 0.004
#: Where an address names the state or province, before the postcode.
REGION_IN_ADDRESS = ("US", "CA", "AU")
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
DAY_SETS = ((0, 1, 2, 3, 4), (0, 2, 4), (1, 3), (5, 6), (0, 1, 2, 3, 4, 5, 6))
AUDIENCES = (("WOMEN", 4), ("MEN", 3), ("LGBTQ", 3), ("YOUNG_PEOPLE", 3), ("BEGINNERS", 5), ("SENIORS", 1))
DURATIONS = (("PT1H", 52), ("PT1H30M", 30), ("PT1H15M", 5), ("PT45M", 4), ("PT2H", 2), (None, 7))
MONTHLY = ((1, 3), (2, 4), (1,), (2,), (3,), (-1,))
#: Fellowships in which a demonstration group may have said how it sees medication.
SPEAK_OF_MEDICATION = ("NA", "HA", "CA", "SMART", "RD", "ALLREC", "DRA")

Record = dict[str, Any]
Item = TypeVar("Item")


class Draw:
    """Seeded draws that need nothing but `random()`, whose numbers are the same in every Python."""

    def __init__(self, seed: int) -> None:
        self._next = random.Random(seed).random

    def chance(self, share: float) -> bool:
        """True in that share of draws."""
        return self._next() < share

    def below(self, end: int) -> int:
        """A whole number from 0, less than `end`."""
        return int(self._next() * end)

    def one(self, items: Sequence[Item]) -> Item:
        """One of the items, each as likely."""
        return items[self.below(len(items))]

    def weighted(self, pairs: Sequence[Sequence[Any]]) -> Any:  # noqa: ANN401 - whatever the pairs hold
        """One of the first members, as likely as the second members say."""
        left = self._next() * sum(weight for _, weight in pairs)
        for item, weight in pairs:
            left -= weight
            if left < 0:
                return item
        return pairs[-1][0]

    def digits(self, pattern: str) -> str:
        """The pattern with each # made a digit."""
        return "".join(str(self.below(10)) if c == "#" else c for c in pattern)

    def near(self, degrees: float) -> float:
        """A coordinate close to this one, to about a metre."""
        return round(degrees + (self._next() * 2 - 1) * JITTER, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An invented group: what all its meetings share."""

    city: Record
    fellowship: Record
    language: str
    name: str
    number: int
    venue_type: str
    shared: Record
    formats: tuple[str, ...]


def slug(text: str) -> str:
    """Plain lower-case letters, digits and hyphens, for keys and links."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return "-".join("".join(c if c.isalnum() else " " for c in plain.lower()).split())


def without_empty(record: Record) -> Record:
    """The record less what is unknown, which the native format leaves out."""
    return {key: value for key, value in record.items() if value not in (None, "", [], {})}


def venue_of(draw: Draw, material: Record, city: Record, area: Record) -> Record:
    """An invented door in a real quarter."""
    streets = material["streets"][city["streets"]]
    name, number = draw.one(streets["names"]), 1 + draw.below(180)
    street = streets["pattern"].format(name=name, number=number)
    parts: tuple[str | None, ...] = (area.get("postal_code"), city["name"])
    if city["country"] in REGION_IN_ADDRESS:
        parts = (f"{city['name']},", city["region"], area.get("postal_code"))
    town = " ".join(filter(None, parts))
    approximate = draw.chance(0.02)
    return without_empty(
        {
            "name": draw.one(streets["venues"]),
            "street": None if approximate else street,
            "city": city["name"],
            "region": city["region"],
            "postal_code": area.get("postal_code"),
            "country": city["country"],
            "formatted_address": f"{street}, {town}, {city['country_name']}" if not approximate else None,
            "latitude": area["latitude"] if approximate else draw.near(area["latitude"]),
            "longitude": area["longitude"] if approximate else draw.near(area["longitude"]),
            "approximate": approximate or None,
            "arrival_notes": draw.one(streets["arrival"]) if draw.chance(0.35) else None,
        }
    )


def online_of(draw: Draw, city: Record, room: str, *, virtual: bool) -> Record:
    """An invented room: a link, a number to dial, or both."""
    dial = virtual and "phone" in city and draw.chance(0.3)
    phone = draw.digits(city["phone"] + ",,######%").replace("%", "#") if dial else None
    phone_only = dial and draw.chance(0.4)
    return without_empty(
        {
            "url": None if phone_only else f"https://meet.example.org/{room}",
            "provider": None if phone_only else "Example Meet",
            "phone": phone,
            "notes": "The room opens ten minutes early." if draw.chance(0.2) else None,
        }
    )


def stance_of(draw: Draw, fellowship: str) -> Record:
    """What the group says of medication, and who said so."""
    if fellowship == "MARA":
        source = "MARA exists for people whose recovery includes medication."
        return {"medication": "WELCOMING", "medication_source": source}
    if fellowship in SPEAK_OF_MEDICATION and draw.chance(0.08):
        source = draw.one(("The group, on its page, June 2026", "Group conscience of September 2026"))
        limits = fellowship in ("NA", "CA", "HA") and draw.chance(0.2)
        return {"medication": "LIMITS_SHARING" if limits else "WELCOMING", "medication_source": source}
    return {}


def group_formats(draw: Draw, fellowship: Record, venue_type: str) -> tuple[str, ...]:
    """Formats that all meetings of a group share: who may come, for whom it is, what the place offers."""
    formats = list(fellowship["always"])
    formats += [code for code in (draw.weighted((("OPEN", 55), ("CLOSED", 30), (None, 15))),) if code]
    chosen = {"WOMEN", "ALATEEN"} & set(formats)
    if not chosen and (not formats or draw.chance(0.18)):
        formats.append(draw.weighted(AUDIENCES))
    if venue_type == "VIRTUAL":
        offers: tuple[tuple[str, float], ...] = (("CAPTIONS", 0.2), ("DIGITAL_BASKET", 0.15))
    else:
        offers = (
            *(("WHEELCHAIR_ACCESS", 0.42), ("CHILDREN_WELCOME", 0.08), ("CHILDCARE", 0.03)),
            *(("NON_SMOKING", 0.08), ("CANDLELIGHT", 0.03), ("PARKING", 0.05), ("OUTDOOR", 0.02)),
            *(("FRAGRANCE_FREE", 0.03), ("DOG_FRIENDLY", 0.02), ("SIGN_LANGUAGE", 0.015)),
            *(("BREAKFAST", 0.01), ("WHEELCHAIR_BATHROOM", 0.05), ("CLOSED_HOLIDAYS", 0.03)),
        )
    formats += [code for code, share in offers if draw.chance(share)]
    return tuple(dict.fromkeys(formats))


def languages_of(draw: Draw, city: Record, language: str, formats: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The languages spoken or signed, and the formats that say so."""
    signed = ["ase"] if "SIGN_LANGUAGE" in formats and city["country"] in ("US", "CA") else []
    spoken = [tag for tag, _ in city["languages"]]
    bilingual = len(spoken) == 2 and draw.chance(0.03)
    return (spoken if bilingual else [language]) + signed, ["BILINGUAL"] if bilingual else []


def name_of(draw: Draw, names: Sequence[str], area: str, used: set[str]) -> str:
    """A name that no other group of this fellowship has in this city."""
    while True:
        name = draw.one(names)
        name = name if draw.chance(0.6) else f"{name}, {area}"
        if name not in used:
            used.add(name)
            return name


def make_group(draw: Draw, material: Record, city: Record, fellowship: Record, number: int, used: set[str]) -> Group:
    """One invented group in a city; `used` are the names that are gone."""
    area, language = draw.one(city["areas"]), draw.weighted(city["languages"])
    name = name_of(draw, material["languages"][language]["names"], area["name"], used)
    venue_type = draw.weighted((("IN_PERSON", 65), ("VIRTUAL", 25), ("HYBRID", 10)))
    room = f"{slug(fellowship['code'])}-{slug(city['name'])}-{number}"
    formats = group_formats(draw, fellowship, venue_type)
    languages, extra = languages_of(draw, city, language, formats)
    # A place that is shut for now is still named, and the meeting is online meanwhile.
    shut = venue_type == "VIRTUAL" and draw.chance(0.06)
    virtual = venue_type == "VIRTUAL"
    url = f"https://groups.example.org/{room}" if draw.chance(0.25) else None
    group = {"name": name, "code": f"{fellowship['code']}-{number:05d}", "url": url}
    other = fellowship["other_formats"] if draw.chance(0.3) else []
    shared: Record = {
        "time_zone": city["zone"],
        "venue": None if virtual and not shut else venue_of(draw, material, city, area),
        "online": None if venue_type == "IN_PERSON" else online_of(draw, city, room, virtual=virtual),
        "group": without_empty(group),
        "other_formats": [draw.one(other)] if other else None,
        "languages": languages,
        **stance_of(draw, fellowship["code"]),
        "service_body": f"city-{slug(city['name'])}",
        "areas": [city["name"], area["name"]],
    }
    return Group(
        city=city,
        fellowship=fellowship,
        language=language,
        name=name,
        number=number,
        venue_type=venue_type,
        shared=shared,
        formats=(*formats, *extra, *(["LOCATION_TEMPORARILY_CLOSED"] if shut else [])),
    )


def rule_of(draw: Draw, day: int) -> Record:
    """How often it meets: weekly when nothing is said."""
    code = WEEKDAYS[day][:2]
    kind = draw.weighted((("weekly", 86), ("monthly", 9), ("fortnightly", 5)))
    if kind == "monthly":
        weeks = draw.one(MONTHLY)
        return {"recurrence": "FREQ=MONTHLY;BYDAY=" + ",".join(f"{week}{code}" for week in weeks)}
    if kind == "fortnightly":
        start = date(2026, 1, 5) + timedelta(days=day + 7 * draw.below(4))
        return {"recurrence": f"FREQ=WEEKLY;INTERVAL=2;BYDAY={code}", "recurrence_start": start.isoformat()}
    return {"recurrence": f"FREQ=WEEKLY;BYDAY={code}"} if draw.chance(0.3) else {}


def held_on(day: date, weekday: int, rule: Record) -> bool:
    """Whether the rule holds on that date."""
    if day.weekday() != weekday:
        return False
    if "recurrence_start" in rule:
        return (day - date.fromisoformat(rule["recurrence_start"])).days % 14 == 0
    text = rule.get("recurrence", "FREQ=WEEKLY")
    if text.startswith("FREQ=WEEKLY"):
        return True
    last = (day + timedelta(days=7)).month != day.month
    weeks = {int(item[:-2]) for item in text.partition("BYDAY=")[2].split(",")}
    return (day.day - 1) // 7 + 1 in weeks or (last and -1 in weeks)


def exceptions_of(draw: Draw, day: int, start: str, rule: Record) -> list[Record]:
    """One or two coming dates on which it is cancelled or moved."""
    span = (LAST_DAY - FIRST_DAY).days
    dates = [FIRST_DAY + timedelta(days=n) for n in range(span) if held_on(FIRST_DAY + timedelta(days=n), day, rule)]
    festive = [when for when in dates if (when.month, when.day) in HOLIDAYS]
    chosen = sorted({draw.one(festive) if festive else draw.one(dates), draw.one(dates)})
    found: list[Record] = []
    for when in chosen[: 1 + draw.below(2)]:
        if when in festive or draw.chance(0.5):
            note = "Closed for the holiday." if when in festive else "No meeting, just this once."
            found.append({"date": when.isoformat(), "cancelled": True, "note": note})
        else:
            moved = f"{(when + timedelta(days=1)).isoformat()}T{start}"
            found.append({"date": when.isoformat(), "moved_to": moved, "note": "A day later, just this once."})
    return found


def when_of(draw: Draw, material: Record, taken: set[tuple[int, str]]) -> Record:
    """Days, start and rule of one record; nothing at all: by appointment. `taken` is what the group has already."""
    if draw.chance(0.008):
        return {}
    days = draw.one(DAY_SETS) if draw.chance(0.07) else (draw.below(7),)
    start = draw.weighted(material["times"]["weekend" if days[0] >= 5 else "weekday"])
    days = tuple(day for day in days if (day, start) not in taken)
    if not days:
        return when_of(draw, material, taken)
    taken.update((day, start) for day in days)
    names = [WEEKDAYS[day] for day in days]
    rule = rule_of(draw, days[0]) if len(days) == 1 else {}
    exceptions = exceptions_of(draw, days[0], start, rule) if len(days) == 1 and draw.chance(0.1) else None
    return {
        "weekday": names[0] if len(names) == 1 else names,
        "start_time": start,
        "duration": draw.weighted(DURATIONS),
        **rule,
        "exceptions": exceptions,
    }


def meetings_of(draw: Draw, material: Record, group: Group) -> Iterator[Record]:
    """The records of one group, one to three."""
    taken: set[tuple[int, str]] = set()
    words = material["languages"][group.language]
    for count in range(draw.weighted(((1, 5), (2, 4), (3, 2)))):
        when = when_of(draw, material, taken)
        topics = list(dict.fromkeys(draw.weighted(group.fellowship["topics"]) for _ in range(1 + draw.below(2))))
        note = f"{draw.one(words['notes'])} " if words["notes"] and draw.chance(0.3) else ""
        code = slug(group.fellowship["code"])
        yield without_empty(
            {
                "kind": "meeting",
                "key": f"{code}-{slug(group.city['name'])}-{group.number}-{count + 1}",
                "name": group.name,
                "fellowship": group.fellowship["code"],
                "status": "SUSPENDED" if draw.chance(0.012) else "ACTIVE",
                "venue_type": group.venue_type,
                **when,
                **group.shared,
                "formats": list(dict.fromkeys((*group.formats, *topics))),
                "notes": f"{note}{words['invented']}",
            }
        )


def day_count(record: Record) -> int:
    """A record for three days counts three."""
    days = record.get("weekday", "")
    return len(days) if isinstance(days, list) else 1


def bodies_of(material: Record) -> Iterator[Record]:
    """A world, its countries and their cities, the same tree for each source."""
    yield {"kind": "service_body", "key": "world", "name": "World (demonstration)", "type": "WORLD"}
    seen: set[str] = set()
    for city in material["cities"]:
        country = f"country-{city['country'].lower()}"
        if country not in seen:
            seen.add(country)
            name = f"{city['country_name']} (demonstration)"
            yield {"kind": "service_body", "key": country, "name": name, "type": "REGION", "parent": "world"}
        body = {
            "kind": "service_body",
            "key": f"city-{slug(city['name'])}",
            "name": f"{city['name']} (demonstration)",
            "type": "AREA",
            "parent": country,
            "helpline": city["phone"].replace("#", "9") if "phone" in city else None,
        }
        yield without_empty(body)


def lists(material: Record) -> dict[str, list[Record]]:
    """All meetings, by source."""
    draw = Draw(SEED)
    found: dict[str, list[Record]] = {source["id"]: [] for source in material["sources"]}
    shares = [(fellowship, fellowship["weight"]) for fellowship in material["fellowships"]]
    number = 0
    for city in material["cities"]:
        left, used = city["meetings"], {code["code"]: set[str]() for code, _ in shares}
        while left > 0:
            number += 1
            fellowship = draw.weighted(shares)
            group = make_group(draw, material, city, fellowship, number, used[fellowship["code"]])
            records = list(meetings_of(draw, material, group))
            left -= sum(map(day_count, records))
            found[group.fellowship["source"]] += records
    return found


def files(material: Record) -> dict[str, str]:
    """What lies in this folder: file name to text."""
    made: dict[str, str] = {}
    for source, records in lists(material).items():
        lines = [{"homegroup": 1}, *bodies_of(material), *records]
        made[f"{source}.jsonl"] = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    sources = [
        {
            "id": source["id"],
            "name": source["name"],
            "importer": "native",
            "location": f"{source['id']}.jsonl",
            "fellowship": source["fellowship"],
            "time_zone": None,
            "country": None,
            "language": None,
        }
        for source in material["sources"]
    ]
    made["sources.json"] = json.dumps(sources, ensure_ascii=False, indent=2) + "\n"
    return made


def main() -> None:
    """Rewrite the lists beside this file."""
    material = json.loads((HERE / "material.json").read_text("utf-8"))
    for name, text in files(material).items():
        (HERE / name).write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main()
