"""The builder follows a real database: what is committed is found, and nothing is read twice for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, event

from meetings.listing import ListedBody, Listing, content_key, fingerprint, id_from_number, number_of, service_body_id
from meetings.source import ImportPlan, Placed
from search.builder import FACTS_AFTER, State, build, follow, step
from search.clock import minute_of
from search.files import publish, read_generation, sole_builder
from search.index import Index, open_index
from search.meetings import find_meetings
from store.changes import KEPT
from store.database import Database
from store.imports import apply_plan
from store.migration import migrate
from store.sources import put_source, remove_source
from store.tables import changes, meetings
from store.vocabulary import get_vocabulary, put_vocabulary
from tests.builders import NOW, a_listing, a_source
from tests.search.asking import a_query
from tests.search.worlds import vocabulary_documents

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    """A database that knows the vocabulary and one source."""
    database = Database(migrated_url)
    with database.write() as write:
        put_vocabulary(write, *vocabulary_documents())
        put_source(write, a_source())
    yield database
    database.close()


def placed(listing: Listing) -> Placed:
    key = str(listing.key)
    return Placed(
        meeting_id=id_from_number(number_of("lantern", key)),
        key=key,
        listing=listing,
        content_key=content_key(listing),
        fingerprint=fingerprint(listing),
    )


def add(database: Database, *keys: str, **changes: object) -> None:
    """Import new meetings, or none, and whatever else a plan says."""
    added = tuple(placed(a_listing(record_key=key)) for key in keys)
    plan = replace(ImportPlan(source_id="lantern", added=added), **changes)  # type: ignore[arg-type]  # any field
    with database.write() as write:
        apply_plan(write, plan, run_id="run", now=NOW)


def look(database: Database, folder: Path, state: State | None = None, *, now: datetime = NOW) -> State:
    with database.read() as read:
        return step(read, folder, state, now)


def newest(folder: Path) -> Index:
    index = open_index(folder)
    assert index is not None
    return index


def found(folder: Path, **asked: object) -> int | None:
    return find_meetings(newest(folder), a_query(**asked)).total


def statements(database: Database, act: Callable[[], object]) -> int:
    """How many statements it takes."""
    seen: list[str] = []

    def note(*told: object) -> None:
        seen.append(str(told[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    act()
    event.remove(database.engine, "before_cursor_execute", note)
    return len(seen)


def test_what_is_in_the_database_is_found(database: Database, tmp_path: Path) -> None:
    add(database, "1", "2")
    with database.read() as read:
        build(read, get_vocabulary(read), tmp_path, NOW)
    assert found(tmp_path) == 2
    assert newest(tmp_path).change == 2


def test_what_is_added_later_is_found_after_the_next_look(database: Database, tmp_path: Path) -> None:
    state = look(database, tmp_path)
    add(database, "1")
    look(database, tmp_path, state)
    assert (found(tmp_path), newest(tmp_path).change) == (1, 1)


def test_what_changed_is_found_as_it_is_now(database: Database, tmp_path: Path) -> None:
    add(database, "1")
    state = look(database, tmp_path)
    add(database, changed=(placed(a_listing(record_key="1", fellowship="AA")),))
    look(database, tmp_path, state)
    assert found(tmp_path, fellowships=frozenset({"AA"})) == 1
    assert found(tmp_path, fellowships=frozenset({"NA"})) == 0


def test_a_name_that_changed_is_found_by_its_new_words_and_not_by_its_old_ones(
    database: Database, tmp_path: Path
) -> None:
    add(database, "1", "2")
    state = look(database, tmp_path)
    assert found(tmp_path, text="first light") == 2
    add(database, changed=(placed(a_listing(record_key="1", name="Quiet Harbour")),))
    look(database, tmp_path, state)
    assert found(tmp_path, text="first light") == 1
    assert found(tmp_path, text="quiet harbor") == 1


def test_columns_are_published_before_texts_when_there_is_nothing_to_search(database: Database, tmp_path: Path) -> None:
    add(database, "1")
    look(database, tmp_path)
    first = read_generation(tmp_path, 1)
    assert first is not None
    assert not first.texts.ready
    assert find_meetings(Index(first), a_query()).total == found(tmp_path, text="first light") == 1
    # Next time there is: searching by words goes on while all is built anew.
    look(database, tmp_path)
    assert newest(tmp_path).generation == 3
    assert newest(tmp_path).columns.texts.ready


def test_texts_are_taken_over_on_a_new_day_with_what_changed_in_the_night(database: Database, tmp_path: Path) -> None:
    add(database, "1", "2")
    state = look(database, tmp_path)
    add(database, "3", changed=(placed(a_listing(record_key="1", name="Quiet Harbour")),))
    state = look(database, tmp_path, state, now=NOW + timedelta(days=1))
    assert (found(tmp_path, text="first light"), found(tmp_path, text="harbour")) == (2, 1)
    assert newest(tmp_path).columns.texts.recent.count == 2
    add(database, changed=(placed(a_listing(record_key="2", name="Harbour Two")),))
    look(database, tmp_path, state, now=NOW + timedelta(days=1))
    assert (found(tmp_path, text="first light"), found(tmp_path, text="harbour")) == (1, 2)


def test_a_service_body_that_is_called_otherwise_is_found_within_seconds(database: Database, tmp_path: Path) -> None:
    bodies = (ListedBody(key="b", name="Eastern Area", kind="AREA"),)
    plan_of = {"added": (placed(a_listing(record_key="1", service_body="b")),), "service_bodies": bodies}
    add(database, **plan_of)
    state = look(database, tmp_path)
    assert found(tmp_path, text="eastern") == 1
    add(database, service_bodies=(replace(bodies[0], name="Western Area"),))
    look(database, tmp_path, state, now=NOW + FACTS_AFTER)
    assert (found(tmp_path, text="eastern"), found(tmp_path, text="western")) == (0, 1)


def test_what_was_withdrawn_is_not_found(database: Database, tmp_path: Path) -> None:
    add(database, "1")
    state = look(database, tmp_path)
    add(database, withdrawn=(id_from_number(number_of("lantern", "1")),))
    look(database, tmp_path, state)
    assert found(tmp_path) == 0


def test_a_removed_source_is_not_found(database: Database, tmp_path: Path) -> None:
    add(database, "1")
    state = look(database, tmp_path)
    with database.write() as write:
        remove_source(write, "lantern", now=NOW)
    look(database, tmp_path, state, now=NOW + FACTS_AFTER)
    assert found(tmp_path) == 0


def test_nothing_is_published_while_nothing_changes(database: Database, tmp_path: Path) -> None:
    state = look(database, tmp_path)
    published = newest(tmp_path).generation
    for step_number in range(1, 4):
        state = look(database, tmp_path, state, now=NOW + step_number * FACTS_AFTER)
    assert newest(tmp_path).generation == published


def test_a_look_at_nothing_new_is_one_statement(database: Database, tmp_path: Path) -> None:
    add(database, "1")
    state = look(database, tmp_path)
    assert statements(database, lambda: look(database, tmp_path, state)) <= 2


def test_a_new_day_is_built_anew(database: Database, tmp_path: Path) -> None:
    state = look(database, tmp_path)
    before = newest(tmp_path).columns.header.last_start
    look(database, tmp_path, state, now=NOW + timedelta(days=1))
    assert newest(tmp_path).columns.header.last_start == before + 1440


def test_a_source_that_speaks_another_language_is_seen_within_seconds(database: Database, tmp_path: Path) -> None:
    add(database, "1")
    state = look(database, tmp_path)
    with database.write() as write:
        put_source(write, a_source(language="es"))
    look(database, tmp_path, state, now=NOW + FACTS_AFTER)
    assert found(tmp_path, languages=frozenset({"es"})) == 1


def test_a_new_vocabulary_is_seen_within_seconds(database: Database, tmp_path: Path) -> None:
    add(database, "1")
    state = look(database, tmp_path)
    formats, fellowships = vocabulary_documents()
    kept = [row | {"for_whom": "FAMILY_FRIENDS"} for row in fellowships["fellowships"]]
    with database.write() as write:
        put_vocabulary(write, formats, fellowships | {"fellowships": kept})
    look(database, tmp_path, state, now=NOW + FACTS_AFTER)
    assert newest(tmp_path).columns.header.audience_of["NA"] == "FAMILY_FRIENDS"


def test_a_meeting_of_a_new_body_is_found_above_it_at_once(database: Database, tmp_path: Path) -> None:
    state = look(database, tmp_path)
    bodies = (ListedBody(key="r", name="Region", kind="RS"), ListedBody(key="a", name="Area", kind="AS", parent="r"))
    add(database, added=(placed(a_listing(record_key="1", service_body="a")),), service_bodies=bodies)
    look(database, tmp_path, state)
    assert found(tmp_path, service_bodies=frozenset({service_body_id("lantern", "r")})) == 1


def test_another_database_in_the_place_of_ours_is_built_anew(database: Database, tmp_path: Path) -> None:
    add(database, "1", "2")
    state = look(database, tmp_path)
    with database.write() as write:
        write.connection.execute(delete(changes).where(changes.c.number > 1))
        write.connection.execute(delete(meetings).where(meetings.c.source_key == "2"))
    look(database, tmp_path, state)
    assert (found(tmp_path), newest(tmp_path).change) == (1, 1)


class Beat:
    """A clock and a sleep that do one thing after the other, then stop."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        self.acts, self.now = list(acts), NOW

    def clock(self) -> datetime:
        return self.now

    def sleep(self) -> None:
        self.now += MINUTE
        if self.acts:
            self.acts.pop(0)()

    def stopped(self) -> bool:
        return not self.acts


def run(database: Database, folder: Path, *acts: Callable[[], object]) -> None:
    beat = Beat(*acts, lambda: None)
    follow(database, folder, clock=beat.clock, sleep=beat.sleep, stopped=beat.stopped)


def test_the_builder_follows_until_it_is_stopped(database: Database, tmp_path: Path) -> None:
    totals: list[int | None] = []
    run(
        database,
        tmp_path,
        lambda: add(database, "1"),
        lambda: totals.append(found(tmp_path)),
        lambda: add(database, "2", "3"),
        lambda: totals.append(found(tmp_path)),
    )
    assert totals == [1, 3]


def test_the_builder_waits_for_a_database_that_is_not_ready(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    run(database, tmp_path, lambda: migrate(database), lambda: None)
    with database.write() as write:
        put_vocabulary(write, *vocabulary_documents())
    run(database, tmp_path, lambda: None)
    database.close()
    assert found(tmp_path) == 0


def test_an_outage_is_told_once(database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = Database(database_url)
    run(database, tmp_path, lambda: None, lambda: None)
    database.close()
    assert [record.message for record in caplog.records if "nothing to build" in record.message] == [
        "nothing to build from now: the database lacks tables of this release; run `homegroup migrate`"
    ]


def test_a_second_builder_waits_until_the_first_has_gone(database: Database, tmp_path: Path) -> None:
    seen: list[Index | None] = []
    with sole_builder(tmp_path):
        run(database, tmp_path, lambda: seen.append(open_index(tmp_path)))
    assert seen == [None]


def test_a_generation_that_cannot_be_read_is_replaced(database: Database, tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_text("generation-7\n")
    look(database, tmp_path)
    assert newest(tmp_path).generation > 7


# --- Started again --------------------------------------------------------------------------------------------


def texts_file(folder: Path) -> int:
    """Which file has the words of all meetings: the same one as long as texts are not read anew."""
    return (folder / f"generation-{newest(folder).generation}" / "texts.main.documents.npy").stat().st_ino


def quietly_renamed(database: Database, key: str, name: str) -> None:
    """What no log tells is seen only by who reads everything."""
    with database.write() as write:
        write.connection.execute(meetings.update().where(meetings.c.source_key == key).values(name=name))


def test_a_builder_that_is_started_again_reads_only_what_changed(database: Database, tmp_path: Path) -> None:
    add(database, "1", "2", "3")
    state = look(database, tmp_path)
    add(database, changed=(placed(a_listing(record_key="3", name="Third Way")),))
    look(database, tmp_path, state)
    quietly_renamed(database, "2", "Not Logged")
    add(database, "4", changed=(placed(a_listing(record_key="1", name="Quiet Harbour")),))
    look(database, tmp_path)
    assert (found(tmp_path), newest(tmp_path).change) == (4, 6)
    told = {text: found(tmp_path, text=text) for text in ("harbour", "third way", "first light", "logged")}
    assert told == {"harbour": 1, "third way": 1, "first light": 2, "logged": 0}


def test_a_builder_that_is_started_again_tells_all_that_is_shown_of_sources(database: Database, tmp_path: Path) -> None:
    add(database, "1")
    look(database, tmp_path)
    look(database, tmp_path)
    index = newest(tmp_path)
    assert index.columns.origins.edition.tolist() == [index.generation]


def test_a_builder_that_is_started_on_another_day_takes_texts_over(database: Database, tmp_path: Path) -> None:
    add(database, "1", "2")
    look(database, tmp_path)
    before = texts_file(tmp_path)
    add(database, changed=(placed(a_listing(record_key="1", name="Quiet Harbour")),))
    look(database, tmp_path, now=NOW + timedelta(days=1))
    assert (found(tmp_path, text="first light"), found(tmp_path, text="harbour")) == (1, 1)
    assert texts_file(tmp_path) == before
    assert newest(tmp_path).columns.header.first_start > minute_of(NOW - timedelta(days=14))


def another_program(database: Database, folder: Path) -> None:
    publish(folder, newest(folder).columns, mark="of another program")


def damaged(database: Database, folder: Path) -> None:
    file = folder / f"generation-{newest(folder).generation}" / "rows.number.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")


def another_database(database: Database, folder: Path) -> None:
    with database.write() as write:
        write.connection.execute(changes.update().values(at=NOW + MINUTE))


def log_cut_off(database: Database, folder: Path) -> None:
    with database.write() as write:
        write.connection.execute(delete(changes).where(changes.c.number == 2))
    add(database, "3")


def other_facts(database: Database, folder: Path) -> None:
    with database.write() as write:
        put_source(write, a_source(language="pt"))


@pytest.mark.parametrize("spoil", [another_program, damaged, another_database, log_cut_off, other_facts])
def test_what_cannot_be_gone_on_from_is_built_anew(
    database: Database, tmp_path: Path, spoil: Callable[[Database, Path], None]
) -> None:
    add(database, "1", "2")
    look(database, tmp_path)
    spoil(database, tmp_path)
    quietly_renamed(database, "2", "Not Logged")
    look(database, tmp_path)
    assert found(tmp_path, text="not logged") == 1


def test_after_months_all_is_built_anew(database: Database, tmp_path: Path) -> None:
    add(database, "1")
    look(database, tmp_path)
    quietly_renamed(database, "1", "Not Logged")
    look(database, tmp_path, now=NOW + KEPT + timedelta(days=1))
    assert found(tmp_path, text="not logged", now=NOW + KEPT) == 1
