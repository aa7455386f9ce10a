"""A person's schedule in a browser: the whole way, what the server is told of it, and lists that mean harm."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from api.app import create_app
from api.clock import clock
from api.house import open_database
from api.settings import Settings, settings_from_environ
from importers.fetch import FetchLimits, Web, fetch
from importers.run import run_import
from meetings.zones import zone
from search.builder import build
from search.place_files import PlaceFiles
from store.export import listed_meetings
from store.migration import migrate
from store.sources import get_source, put_source
from store.vocabulary import get_vocabulary, put_vocabulary
from tests.builders import a_source
from tests.importers.lists import seed_documents
from tests.oracles.judges import Browse
from tests.oracles.pages import CORPUS, Remembering, clean, served

pytestmark = pytest.mark.long
HOSTILE = "Quay & <img src=x onerror='window.ran=1'> Lantern"
#: What the page decides by rather than shows.
KEPT = [
    *("id", "status", "venueType", "timeZone", "startsAt", "endsAt", "date", "movedFrom", "startTime", "skippedDates"),
    *("dates", "endCursor", "feedUrl", "webcalUrl", "key", "code"),
]


@dataclass(frozen=True, slots=True)
class Page:
    """A running server with an invented list, what it was asked for, and a meeting's id to link to."""

    origin: str
    remembered: Remembering
    linked: str

    def told(self, **more: Any) -> dict[str, Any]:
        return {"origin": self.origin, "linked": self.linked, **more}


def records(today: date) -> list[dict[str, Any]]:
    """Meetings on days to come: one held, one in doubt, one cancelled, one moved, one suspended, one from afar."""

    def one(key: str, name: str, days: int, **more: Any) -> dict[str, Any]:
        weekday = (today + timedelta(days=days)).strftime("%A").upper()
        return {"key": key, "name": name, "weekday": weekday, "start_time": "19:30", **FACTS, **more}

    def on(days: int, **what: Any) -> list[dict[str, Any]]:
        return [{"date": (today + timedelta(days=days)).isoformat(), **what}]

    moved = f"{today + timedelta(days=5)}T10:00"
    return [
        one("steps", "Ferry Lane Steps", 2, formats=["OPEN", "STEPS"]),
        one("same", "Harbour Candle", 2, start_time="20:00"),
        one("doubt", "Doubtful Door", 3, status="UNCONFIRMED"),
        one("off", "Closed Friday", 4, exceptions=on(4, cancelled=True, note="Closed for the holiday")),
        one("moved", "Wandering Group", 1, exceptions=on(1, moved_to=moved)),
        one("paused", "Sleeping Group", 3, status="SUSPENDED"),
        one("far", "Thames Online", 3, start_time="20:15", time_zone="Europe/London", **ONLINE),
        one("bad", HOSTILE, 3),
        one("linked", "Linked Lantern", 6),
    ]


FACTS: dict[str, Any] = {
    "kind": "meeting",
    "fellowship": "NA",
    "duration": "PT1H30M",
    "time_zone": "America/New_York",
    "venue_type": "IN_PERSON",
    "venue": {
        "name": "Lantern Hall", "street": "12 Ferry Lane", "city": "New York", "country": "US",
        "latitude": 40.71, "longitude": -74.0,
    },
}  # fmt: skip
ONLINE = {
    "venue_type": "VIRTUAL",
    "venue": None,
    "online": {"url": "https://meet.example.org/99", "phone": "+1 555 010 0199", "notes": "Ask the host"},
}
NAMES = ["Ferry Lane Steps", "Harbour Candle", "Doubtful Door", "Closed Friday", "Wandering Group", "Thames Online"]


def prepare(settings: Settings, folder: Path) -> str:
    """Import the list and build its index; the id of the meeting to link to."""
    now = clock()
    location = folder / "list.jsonl"
    lines = [{"homegroup": 1}, *records(now.astimezone(zone("America/New_York")).date())]
    location.write_bytes(b"\n".join(orjson.dumps(line) for line in lines))
    limits = FetchLimits(most_bytes=100_000, most_seconds=10, private=False, plain_http=False)
    with open_database(settings) as database:
        migrate(database)
        with database.write() as write:
            put_vocabulary(write, *seed_documents())
            put_source(write, a_source(importer="native", location=str(location)))
        with database.read() as read:
            source, vocabulary = get_source(read, "lantern"), get_vocabulary(read)
        run_import(
            database,
            source,
            fetch=lambda source: fetch(source, limits, web=Web(), today=now.date()),
            vocabulary=vocabulary,
            clock=lambda: now,
            run_id="first",
        )
        with database.read() as read:
            build(read, vocabulary, settings.index_dir, now)
            return next(
                one.meeting.id for one in listed_meetings(read, "lantern") if one.meeting.source_key == "linked"
            )


@pytest.fixture
def page(tmp_path: Path, place_files: PlaceFiles) -> Iterator[Page]:
    settings = settings_from_environ({"HOMEGROUP_DATA_DIR": str(tmp_path / "var")})
    settings = replace(settings, places_people=place_files.least_people)
    linked = prepare(settings, tmp_path)
    settings.places_dir.symlink_to(place_files.folder)
    remembered: list[Remembering] = []

    def build_app(port: int) -> Remembering:
        remembered.append(Remembering(create_app(replace(settings, base_url=f"http://127.0.0.1:{port}"))))
        return remembered[0]

    with served(build_app) as origin:
        yield Page(origin, remembered[0], linked)


@pytest.mark.parametrize("size", [0, 1], ids=["desktop, light", "telephone, dark"])
def test_a_person_makes_a_schedule_and_lives_by_it(page: Page, browse: Browse, size: int) -> None:
    (account,) = browse("schedule", "way", page.told(size=size, names=NAMES))
    key = account["key"]
    assert len(key) == 43
    assert account["shownAddress"] == f"{page.origin}/schedule#key={key}"
    assert key not in account["title"]
    assert account["atPlace"] == "place"
    assert account["hint"].startswith("Near New York")
    assert {"Ferry Lane Steps", "Doubtful Door"} <= set(account["found"])
    assert not {"Sleeping Group", "Thames Online"} & set(account["found"])
    assert [doubt for doubt in account["doubts"] if "the door may be locked" in doubt]
    assert_tells_the_week(account["week"])
    assert "Wandering Group" in account["later"]
    assert account["focusAfterAdding"].startswith("Take out")
    assert account["focusAfterSkipping"].startswith("Take it back")
    assert account["focusAfterTakingOut"].startswith("Put it back")
    assert len(account["skipped"]) == account["skippedStill"] == 1
    assert account["noteStill"] == account["noteAgain"] == "Bring keys"
    assert account["cameBack"] == key
    assert account["hidden"] == ""
    assert account["skippedLater"].startswith("Skipped on")
    assert account["apart"] == f"{page.origin}/schedule"
    assert len(account["ownKey"]) == 43
    assert account["apartStill"] == f"{page.origin}/schedule#view=settings"
    assert clean(account)
    assert account["kept"] == account["cookies"] == 0
    assert_no_secret_was_told(page, key)
    assert_no_secret_was_told(page, account["ownKey"])


@pytest.mark.parametrize("size", [0, 1, 2], ids=["desktop", "telephone, dark", "telephone, light"])
def test_a_person_subscribes_changes_the_address_and_deletes(page: Page, browse: Browse, size: int) -> None:
    (account,) = browse("schedule", "calendar", page.told(size=size, names=NAMES))
    feed = account["feed"]
    webcal = feed.replace("http:", "webcal:")
    assert account["code"] == webcal
    assert [link for link, _ in account["links"]] == [
        webcal,
        f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        f"https://outlook.live.com/calendar/0/addfromweb?url={quote(feed, safe='')}&name=Calendar",
        f"https://outlook.office.com/calendar/0/addfromweb?url={quote(feed, safe='')}&name=Calendar",
    ]
    assert all("noreferrer" in rel for _, rel in account["links"][1:])
    assert "Appointment" in account["titles"]
    assert (account["searchName"], account["unnamed"], account["searches"]) == ("Ferry Lane Steps", 1, 0)
    assert account["focusAtCode"] == "Hide the code"
    assert account["focusAfterCode"] == "Show the code"
    assert account["zone"] == "America/New_York"
    assert "Dublin" in account["times"]
    assert "X-WR-CALNAME:Evenings out" in account["before"]
    assert account["stillThere"]
    assert account["notDeleted"] == 1
    assert account["newFeed"] != feed
    assert "Calendar turned off" in account["old"]
    assert "Calendar turned off" in account["gone"]
    assert account["address"] == f"{page.origin}/schedule"
    assert not [
        secret for secret in (account["key"], account["newFeed"], "Ferry Lane Steps") if secret in account["left"]
    ]
    assert clean(account)
    assert_no_secret_was_told(page, account["key"])
    tokens = [address.removesuffix(".ics").rpartition("/")[2] for address in (feed, account["newFeed"])]
    told = [line for line in page.remembered.lines if any(token in line for token in tokens)]
    assert {line.split(" ")[1].rpartition("/")[0] for line in told} == {"/calendars"}


@pytest.mark.parametrize("size", [0, 1], ids=["desktop", "telephone"])
def test_a_person_plans_days_and_puts_them_in(page: Page, browse: Browse, size: int) -> None:
    (account,) = browse("schedule", "plan", page.told(size=size))
    assert (account["atPlace"], account["tooMany"]) == ("d-place", 1)
    covered = int(account["covered"].split(" ")[0])
    assert account["covered"] == f"{covered} of 7 days covered"
    # On the third day, and whatever else the list has on other days; what was chosen is counted.
    assert 3 <= covered < 7
    lines = account["lines"]
    assert len(lines) == 7
    assert [line for line in lines if "Harbour Candle" in line]
    assert not [line for line in lines if "Ferry Lane Steps" in line]
    assert len([line for line in lines if "Nothing" in line]) == 7 - covered
    assert account["focused"] == account["covered"]
    assert "Linked Lantern" in account["week"]
    chosen, *planned = account["entries"]
    assert "Only on" not in chosen
    assert all("Only on 1 coming date" in text for text in planned)
    assert account["stillDated"] == len(planned) - 1
    assert account["addressKept"] == f"#key={account['key']}&view=meetings"
    assert clean(account)
    assert_no_secret_was_told(page, account["key"])


def assert_tells_the_week(week: str) -> None:
    assert "These overlap" in week
    assert "Ferry Lane Steps (19:30–21:00) and Harbour Candle (20:00–21:30): " in week
    assert "Not confirmed." in week
    assert "Cancelled: it is not held" in week
    assert "Closed for the holiday" in week
    assert "Moved here from" in week
    assert "20:15 in London" in week
    assert "Join online" in week


def assert_no_secret_was_told(page: Page, key: str) -> None:
    """Neither key nor anything behind the # stands in an address or a header that a server sees."""
    lines = page.remembered.lines
    assert [line for line in lines if line.startswith("POST /graphql")]
    assert [line for line in lines if key in line or "#" in line.split(" ")[1] or "referer" in line.lower()] == []


def test_whatever_lists_and_answers_hold_is_shown_as_text(page: Page, browse: Browse) -> None:
    told = page.told(size=2, names=NAMES, corpus=CORPUS, kept=KEPT, hostileName="Quay & Lantern", linked="")
    (account,) = browse("schedule", "hostile", told)
    assert (account["ran"], account["dialogs"], account["scripts"], account["foreignElements"]) == (0, 0, 1, 0)
    assert account["links"] == []
    assert "Times are those of UTC." in account["week"]
    assert clean(account)
    shown = "\n".join(account["shown"])
    assert [text for text in CORPUS[:10] if text not in shown] == []
