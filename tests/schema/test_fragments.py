"""Pieces of answers that are kept: never older than the index, nor shown after their time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from shutil import rmtree
from typing import Any

import orjson
import pytest
from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from meetings.listing import Listing
from meetings.model import Group, Weekday
from meetings.recurrence import DatedException
from meetings.source import ImportPlan
from schema.compiling import Shown
from schema.documents import Documents
from schema.fragments import Fragment, Fragments, Ready
from schema.lasting import LASTING, OF_OTHERS
from schema.operations import Request, answer_of, execute, prepare
from schema.plans import Begun, answer_in_bytes, begin_answer
from search.builder import State, step
from search.index import open_index
from store.database import unread
from store.sources import put_source
from store.suspensions import suspend_meetings
from tests.builders import a_listing, a_recurrence, a_source, a_venue
from tests.schema.conftest import LIMITS, House, id_of, placed

#: All that is kept of a meeting, but what makes it good for one generation only.
EVERYTHING = """{ meetings(first: 100) { totalCount edges { cursor distanceKm
  nextOccurrence { startsAt endsAt cancelled }
  node { id name status notes venue { name } exceptions { date cancelled note } nextOccurrence { startsAt }
    languages listings { source { name attribution healthy } lastSeenAt } lastSeenAt updatedAt
    serviceBody { name } formats { code name } } } } }"""


class Answers:
    """Answers one query again and again with the same fragments, and holds each against the standard executor."""

    def __init__(self, house: House, query: str = EVERYTHING, state: State | None = None) -> None:
        self.house, self.query, self.state = house, query, state
        self.fragments = Fragments(1 << 20)
        self.form: Shown | None = None

    def ask(self) -> dict[str, Any]:
        operation = prepare(Documents(self.house.schema, LIMITS), Request(query=self.query))
        self.form = self.form or operation.prepared.form(operation.values)
        assert self.form is not None
        with self.house.database.read() as read:
            context = self.house.context(read)
            compiled = answer_in_bytes(self.form, operation.values, context, self.fragments)
        with self.house.database.read() as read:
            standard = answer_of(execute(self.house.schema, operation, self.house.context(read)), lambda: "42")
        assert compiled == orjson.dumps(standard)
        return dict(standard["data"]["meetings"])

    def needs_the_database(self) -> bool:
        """Whether the same question can now be answered without it."""
        return not self.begin().is_complete

    def begin(self) -> Begun:
        """What of the answer can be told without the database."""
        operation = prepare(Documents(self.house.schema, LIMITS), Request(query=self.query))
        assert self.form is not None
        begun = begin_answer(self.form, operation.values, self.house.context(unread()), self.fragments)
        assert begun is not None
        return begun

    def follow(self) -> None:
        """The builder looks once, and the newest generation is searched."""
        with self.house.database.read() as read:
            self.state = step(read, self.house.folder, self.state, self.house.now)
        self.house.index = open_index(self.house.folder)


def changed(house: House, listing: Listing) -> None:
    house.carries_out(ImportPlan(source_id="lantern", changed=(placed(listing),)))


@pytest.fixture
def house(either_house: House) -> House:
    """All of this holds on either kind of database."""
    return either_house


@pytest.fixture
def answers(house: House) -> Answers:
    house.lists(*(a_listing(record_key=str(n), name=f"Meeting {n}") for n in range(4)))
    answers = Answers(house)
    answers.follow()
    return answers


def test_what_is_kept_is_shown_without_the_database(answers: Answers) -> None:
    answers.ask()
    assert not answers.needs_the_database()


def test_what_was_begun_without_the_database_is_ended_without_searching_again(answers: Answers) -> None:
    told = answers.ask()
    answers.fragments = Fragments(1 << 20)
    begun = answers.begin()
    with answers.house.database.read() as read:
        # Without an index, whatever searches fails.
        body = begun.in_bytes(replace(answers.house.context(read), index=None))
    assert body is not None
    assert orjson.loads(body)["data"]["meetings"] == told
    assert not answers.needs_the_database(), "what was read is kept"


def test_an_edit_is_shown_with_the_next_generation(answers: Answers) -> None:
    answers.ask()
    changed(answers.house, a_listing(record_key="1", name="Renamed"))
    answers.follow()
    assert "Renamed" in {edge["node"]["name"] for edge in answers.ask()["edges"]}


def test_of_an_edited_list_only_what_changed_is_read_again(answers: Answers) -> None:
    answers.ask()
    changed(answers.house, a_listing(record_key="1", name="Renamed"))
    answers.house.now += timedelta(seconds=1)
    with answers.house.database.read() as read:
        # Before the builder looks at sources, whose last import is shown too.
        assert answers.state is not None
        state = replace(answers.state, sources_read_at=answers.house.now)
        answers.state = step(read, answers.house.folder, state, answers.house.now)
    index = answers.house.index = open_index(answers.house.folder)
    assert index is not None
    editions = index.columns.rows.edition.tolist()
    assert editions.count(index.generation) == 1
    assert len(set(editions)) == 2


def test_what_is_shown_of_a_source_is_new_within_a_second(answers: Answers) -> None:
    answers.ask()
    with answers.house.database.write() as write:
        put_source(write, a_source(name="Lantern Region", attribution="By Lantern"))
    answers.house.now += timedelta(seconds=0.5)
    answers.follow()
    (listing,) = answers.ask()["edges"][0]["node"]["listings"]
    assert listing["source"] == {"name": "Lantern Region", "attribution": "By Lantern", "healthy": True}


def test_an_import_that_finds_nothing_new_tells_when_meetings_were_seen(answers: Answers) -> None:
    before = answers.ask()["edges"][0]["node"]["lastSeenAt"]
    answers.house.now += timedelta(hours=1)
    answers.house.carries_out(ImportPlan(source_id="lantern"))
    answers.follow()
    assert answers.ask()["edges"][0]["node"]["lastSeenAt"] > before


def test_a_meeting_that_another_list_has_too_shows_both(answers: Answers) -> None:
    answers.ask()
    with answers.house.database.write() as write:
        put_source(write, a_source(id="harbour", name="Harbour", added_at=answers.house.now + timedelta(days=1)))
    one = a_listing(record_key="h1", name="Meeting 1")
    answers.house.carries_out(ImportPlan(source_id="harbour", added=(placed(one, "harbour"),)))
    answers.house.now += timedelta(seconds=1)
    answers.follow()
    assert 2 in {len(edge["node"]["listings"]) for edge in answers.ask()["edges"]}


def test_a_suspension_begins_at_midnight_where_the_meeting_is(answers: Answers) -> None:
    with answers.house.database.write() as write:
        suspend_meetings(write, [id_of("2")], first=date(2026, 11, 23), last=None, note=None, now=answers.house.now)
    answers.follow()
    assert len(answers.ask()["edges"]) == 4
    # Half past eleven in New York, half past four of the next day in UTC; the index is not built anew.
    answers.house.now = answers.house.now.replace(day=23, hour=4, minute=30)
    assert len(answers.ask()["edges"]) == 4
    answers.house.now += timedelta(hours=1)
    assert len(answers.ask()["edges"]) == 3


def test_the_next_occurrence_moves_on_when_it_starts(answers: Answers) -> None:
    first = answers.ask()["edges"][0]["node"]["nextOccurrence"]
    assert not answers.needs_the_database()
    answers.house.now = answers.house.now.replace(day=25, hour=0, minute=30)
    assert answers.ask()["edges"][0]["node"]["nextOccurrence"] == first
    answers.house.now += timedelta(seconds=1)
    assert answers.ask()["edges"][0]["node"]["nextOccurrence"] != first


def test_an_exception_that_is_over_is_shown_no_more(house: House) -> None:
    cancelled = DatedException(day=date(2026, 11, 24), note="Closed")
    house.lists(a_listing(exceptions=(cancelled,)))
    answers = Answers(house)
    assert len(answers.ask()["edges"][0]["node"]["exceptions"]) == 1
    assert not answers.needs_the_database()
    house.now += timedelta(days=3)
    assert answers.ask()["edges"][0]["node"]["exceptions"] == []


def test_what_a_group_holds_is_read_anew_with_each_generation(house: House) -> None:
    group = Group(name="First Light", code="G1")
    house.lists(a_listing(record_key="1", group=group), a_listing(record_key="2", group=group, name="Second"))
    answers = Answers(house, "{ meetings { edges { node { id group { meetings { name } } } } } }")
    answers.follow()
    answers.ask()
    changed(house, a_listing(record_key="2", group=group, name="Renamed"))
    answers.follow()
    assert "Renamed" in str(answers.ask())


@pytest.mark.parametrize(
    ("generation", "change", "is_kept"), [(1, 9, False), (7, 9, False), (7, 8, True), (8, 9, True)]
)
def test_an_index_that_begins_anew_forgets_what_was_kept_of_the_old_one(
    generation: int, change: int, is_kept: bool
) -> None:
    fragments = Fragments(10_000)
    fragments.follow(7, 8)
    fragments.put_all({(1, 2, 0): Fragment(1, 0, 0, 1, (b"x",))})
    fragments.follow(generation, change)
    assert (fragments.get_all([(1, 2, 0)])[0] is not None) == is_kept


def test_rows_of_an_index_that_begins_anew_are_not_taken_for_those_of_the_old_one(answers: Answers) -> None:
    answers.ask()
    before = answers.house.index
    assert before is not None
    rmtree(answers.house.folder)
    answers.state = None
    for latitude in (-33.9, 64.1):
        changed(answers.house, a_listing(record_key="0", name="Meeting 0", venue=a_venue(latitude=latitude)))
        answers.follow()
    assert answers.house.index is not None
    assert answers.house.index.generation == before.generation
    assert len(answers.ask()["edges"]) == 4


def test_what_is_ready_is_so_in_one_generation_and_while_all_of_it_is_good() -> None:
    ready = Ready(7)
    ready.add([(1, Fragment(1, 10.0, 30.0, 1, (b"x",))), (2, Fragment(1, 12.0, 20.0, 1, (b"y",)))])
    assert [ready.is_good(7, now) for now in (11.9, 12.0, 20.0, 20.1)] == [False, True, True, False]
    assert not ready.is_good(8, 15.0)
    assert ready.get_all([2, 1, 2], 15.0) == [(b"y",), (b"x",), (b"y",)]
    assert ready.get_all([2, 3], 15.0) is None
    assert ready.get_all([2, 1], 11.9) is None, "another thread has added what is good at its own time only"


def test_nothing_stays_ready_of_what_is_kept_no_more() -> None:
    fragments = Fragments(100_000)
    first = fragments.ready(1, 7, 5.0)
    first.add([(1, Fragment(1, 0.0, 30.0, 1, (b"x",)))])
    assert fragments.ready(1, 7, 6.0) is first
    assert fragments.ready(2, 7, 6.0) is not first, "it is of one plan"
    for number in range(200):
        fragments.put_all({(1, number, 0): Fragment(1, 0, 0, 1, (b"x" * 1000,))})
    assert fragments.ready(1, 7, 6.0) is not first


def test_what_is_ready_for_ever_new_plans_does_not_grow_without_end() -> None:
    fragments = Fragments(100_000)
    first = fragments.ready(0, 7, 5.0)
    for plan in range(1, 300):
        fragments.ready(plan, 7, 5.0)
    assert fragments.ready(0, 7, 5.0) is not first


def test_no_more_is_kept_than_was_allowed() -> None:
    fragments = Fragments(100_000)
    for number in range(1000):
        fragments.put_all({(1, number, 0): Fragment(1, 0, 0, 1, (b"x" * 1000,))})
        fragments.get_all([(1, 0, 0)])
        assert fragments.bytes <= 100_000
    assert fragments.get_all([(1, 999, 0)])[0] is not None
    assert fragments.get_all([(1, 0, 0)])[0] is not None, "what is used is kept"
    assert fragments.get_all([(1, 500, 0)])[0] is None


class Clockless:
    """A context that notes who asks it what time it is, and who looks at other meetings."""

    def __init__(self, context: Any) -> None:
        self.inner, self.looked = context, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.looked.add(name)
        return getattr(self.inner, name)


def reached(schema: GraphQLSchema) -> dict[str, GraphQLObjectType]:
    """The object types that can be shown of a meeting."""
    found: dict[str, GraphQLObjectType] = {}
    waiting: list[Any] = [schema.type_map["MeetingEdge"], schema.type_map["OccurrenceEdge"]]
    while waiting:
        type_ = waiting.pop()
        if isinstance(type_, GraphQLObjectType) and type_.name not in found:
            found[type_.name] = type_
            waiting += [get_named_type(field.type) for field in type_.fields.values()]
    return found


def test_every_field_that_looks_at_the_clock_says_how_long_it_lasts(house: House) -> None:
    cancelled = DatedException(day=date(2026, 11, 24))
    rule = a_recurrence(weekday=Weekday.TUESDAY, starts=time(19, 30))
    house.lists(a_listing(exceptions=(cancelled,), recurrence=rule, group=Group(name="One")))
    with house.database.write() as write:
        suspend_meetings(write, [id_of("1")], first=date(2027, 1, 1), last=None, note=None, now=house.now)
    with house.database.read() as read:
        context = house.context(read)
        meeting = context.loaders.meetings.get(id_of("1"))
        assert meeting is not None
        roots = {"Meeting": meeting, "Group": meeting, "Source": context.loaders.every_source()["lantern"]}
        roots["SourceListing"] = meeting.listings[0]
        timed = set()
        for name, root in roots.items():
            for field_name, field in reached(house.schema)[name].fields.items():
                asked: Any = type("Asked", (), {"context": Clockless(context)})()
                assert field.resolve is not None
                field.resolve(root, asked)
                if asked.context.looked & {"now", "minute"}:
                    timed.add((name, field_name))
    assert timed == set(LASTING)
    assert {name for name, _ in OF_OTHERS} <= set(reached(house.schema))
