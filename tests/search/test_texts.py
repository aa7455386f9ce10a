"""What texts find: the meetings that have every word, scored as looking at every text scores them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.errors import StoreFailed
from meetings.model import Group, Meeting, ServiceBody, SourceListing
from meetings.search import MeetingOrder
from search.generations import Built, build_generation, patch_generation, texts_outgrown, with_texts, with_texts_of
from search.hits import ids_of
from search.index import Index
from search.meetings import find_meetings
from search.texts import text_question
from tests.amounts import many
from tests.builders import NOW, a_meeting, a_venue
from tests.search import brute_force
from tests.search.asking import a_list, a_query, answers_of, built_of, facts_of, found_ids, index_of, pages_of
from tests.search.brute_force import World
from tests.search.index_rows import index_rows, index_texts
from tests.search.questions import a_text, misspelt, words_of
from tests.search.worlds import a_moment, a_world

randoms = st.integers(0, 2**63).map(Random)


def scores_of(index: Index, text: str) -> Mapping[str, int]:
    """The score of each meeting that a text finds."""
    said = index.said(text)
    ids = ids_of(index.columns.rows.number.take(said.rows))
    return dict(zip(ids, said.scores.take(said.rows).tolist(), strict=True))


def check_scores(random: Random, questions: int = 30) -> None:
    moment = a_moment(random)
    world = a_world(random, moment)
    index, words = index_of(world, moment.now), words_of(world)
    for _ in range(questions):
        text = a_text(random, words.texts)
        assert scores_of(index, text) == brute_force.said(world, text), text


@settings(max_examples=15)
@given(randoms)
def test_every_score_is_that_of_looking_at_every_text(random: Random) -> None:
    check_scores(random)


@pytest.mark.long
@settings(max_examples=many(300))
@given(randoms)
def test_every_score_is_that_of_looking_at_every_text_ten_thousand_times(random: Random) -> None:
    check_scores(random)


def finds(text: str, *meetings: Meeting, **changes: Any) -> list[str]:
    """The names of the meetings that a text finds, best first."""
    world = a_list(*meetings, **changes)
    names = {meeting.id: meeting.name for meeting in meetings}
    return [names[id] for id in found_ids(world, text=text, order=MeetingOrder.RELEVANCE)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sao joao", "São João"),
        ("MUNCHEN", "München"),
        ("lodz", "Łódź"),
        ("кофе", "Кофе"),
        ("елка", "Ёлка"),
        ("كتابي", "کتابی نو"),
        ("می‌شود", "ميشود"),
        ("東京", "大東京都"),
        ("都", "大東京都"),
        ("서울", "서울모임"),
        ("ελπιδας", "Ελπίδας"),
        ("תקווה", "תִּקְוָה"),
        ("आशा", "आशा समूह"),
    ],
)
def test_scripts_of_all_kinds_are_found_without_their_marks(text: str, told: str) -> None:
    assert finds(text, a_meeting(1, name=told), a_meeting(2, name="Other")) == [told]


def test_every_word_must_be_there_wherever_it_stands() -> None:
    both = a_meeting(1, name="Serenity", venue=a_venue(city="Chicago"))
    assert finds("chicago serenity", both, a_meeting(2, name="Serenity now", venue=a_venue(city="Boston"))) == [
        "Serenity"
    ]


@pytest.mark.parametrize(
    "told",
    [
        {"name": "Quokka"},
        {"group": Group(name="The Quokka")},
        {"venue": a_venue(name="Quokka House")},
        {"venue": a_venue(city="Quokka")},
        {"venue": a_venue(region="Quokka")},
        {"notes": "Under the quokka."},
        {"service_body_id": "B1"},
        {"source_key": "quokka"},
    ],
)
def test_all_that_a_meeting_tells_is_searched(told: dict[str, Any]) -> None:
    body = ServiceBody(id="B1", source_id="s", source_key="1", name="Quokka Area", kind="AREA")
    meeting = a_meeting(1, **({"name": "It"} | told))
    assert finds("quokka", meeting, a_meeting(2, name="Other"), bodies=[body]) == [meeting.name]


def test_the_name_itself_comes_before_names_that_have_it_then_beginnings_then_notes() -> None:
    meetings = [
        a_meeting(1, name="Zed", notes="about serenity"),
        a_meeting(2, name="Serenities"),
        a_meeting(3, name="Serenity by the sea"),
        a_meeting(4, name="Serenity"),
        a_meeting(5, name="Serenityhouse"),
    ]
    assert finds("serenity", *meetings) == ["Serenity", "Serenity by the sea", "Serenityhouse", "Zed"]


def test_what_is_in_quotes_is_found_as_it_stands() -> None:
    meetings = [
        a_meeting(1, name="Just for Today"),
        a_meeting(2, name="Today just for us"),
        a_meeting(3, name="A", notes="Come just, for… TODAY!"),
        a_meeting(4, name="Just forks today"),
    ]
    assert finds('"just for today"', *meetings) == ["Just for Today", "A"]
    assert finds("“just for today” come", *meetings) == ["A"]
    assert finds("just for today", *meetings) == ["Just for Today", "Today just for us", "Just forks today", "A"]


def test_a_phrase_does_not_run_from_one_text_into_the_next() -> None:
    meeting = a_meeting(1, name="First", group=Group(name="Light"), venue=a_venue(name="Hall", city="Oslo"))
    assert finds('"first light"', meeting) == finds('"hall oslo"', meeting) == []


def test_a_source_s_own_id_is_found_whole_and_never_by_half() -> None:
    meetings = [a_meeting(1, name="A", source_key="57-1234"), a_meeting(2, name="B", source_key="57-12345/MONDAY")]
    assert finds("57-1234", *meetings) == ["A"]
    assert finds("57-12345", *meetings) == finds("57-12345/monday", *meetings) == ["B"]
    assert finds("57", *meetings) == finds("57-1235", *meetings) == []


def test_a_meeting_in_two_lists_is_found_by_both_of_their_ids() -> None:
    listings = [SourceListing(source_id=s, source_key=key, last_seen_at=NOW) for s, key in (("a", "k1"), ("b", "k2"))]
    meeting = a_meeting(1, name="It", source_key="k1", listings=tuple(listings))
    assert finds("k1", meeting) == finds("K2", meeting) == ["It"]


def test_spelling_is_corrected_only_where_few_meetings_have_the_word() -> None:
    right, wrong = a_meeting(99, name="Serenity"), [a_meeting(n, name=f"Serenety {n}") for n in range(5)]
    assert "Serenity" in finds("serenety", right, *wrong[:4])
    assert "Serenity" not in finds("serenety", right, *wrong)


def test_one_typing_error_is_enough_if_it_finds_anything() -> None:
    one, two = a_meeting(1, name="Anonymous"), a_meeting(2, name="Anonimos")
    assert finds("anonimous", one) == ["Anonymous"]
    assert finds("anonimous", one, two) == ["Anonimos", "Anonymous"]
    assert finds("alchoholics anonimus", a_meeting(1, name="Alcoholics Anonymous")) == ["Alcoholics Anonymous"]


def test_three_hundred_misspelt_words_of_names_are_all_found() -> None:
    random = Random(7)
    names = {n: "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=random.randint(5, 12))) for n in range(3000)}
    index = index_of(a_list(*(a_meeting(n, name=name) for n, name in names.items())))
    ids = {n: a_meeting(n).id for n in names}
    for n in random.sample(sorted(names), 300):
        text = misspelt(random, names[n])
        assert ids[n] in scores_of(index, text), (names[n], text)


def test_an_empty_list_finds_no_text() -> None:
    assert finds("anything") == finds('"any thing"') == []


@pytest.mark.parametrize("text", ["", " ", "…?!", '""', '"" - ""', "_", "\u200d", "\u0301"])
def test_a_text_without_letters_asks_nothing(text: str) -> None:
    assert text_question(text) is None


def test_until_texts_are_read_only_questions_of_texts_are_refused() -> None:
    world = a_list(a_meeting(1))
    built = build_generation(index_rows(world.meetings, world.languages), facts_of(world), NOW)
    patched = patch_generation(built, index_rows([a_meeting(2)], world.languages), [], NOW, 1)
    index = Index(patched.generation)
    assert find_meetings(index, a_query()).total == 2
    with pytest.raises(StoreFailed, match="texts"):
        find_meetings(index, a_query(text="light"))


# --- Changes ------------------------------------------------------------------------------------


def left_of(world: World, changed: list[Meeting], gone: list[Meeting]) -> World:
    left = {m.id: m for m in (*world.meetings, *changed)}
    return replace(world, meetings=[m for id, m in left.items() if id not in {m.id for m in gone}])


def read_anew(built: Built, world: World) -> Index:
    """With all texts read, as when the builder starts; without the cost of working out clocks again."""
    return Index(with_texts(built, index_texts(world.meetings, world.bodies)).generation)


def numbers_of(meetings: list[Meeting], world: World) -> list[int]:
    return [row.number for row in index_rows(meetings, world.languages)]


@settings(max_examples=12)
@given(randoms)
def test_changed_texts_answer_as_if_all_had_been_read_anew(random: Random) -> None:
    moment = a_moment(random)
    world = a_world(random, moment, size=30)
    built = built_of(world, moment.now)
    for change in range(1, 5):
        others = a_world(random, moment, size=6).meetings
        known = random.sample(world.meetings, 6)
        gone = random.sample(world.meetings, 2)
        changed = [replace(m, id=random.choice((m.id, other.id))) for m, other in zip(others, known, strict=True)]
        # Each world has the greatest number there is.
        left = {m.id: m for m in changed}
        changed = [m for id, m in left.items() if id not in {m.id for m in gone}]
        rows, texts = index_rows(changed, world.languages), index_texts(changed, world.bodies)
        built = patch_generation(built, rows, numbers_of(gone, world), moment.now, change, texts)
        world = left_of(world, changed, gone)
        patched, anew = Index(built.generation), read_anew(built, world)
        for _ in range(8):
            text = a_text(random, words_of(world).texts)
            assert scores_of(patched, text) == scores_of(anew, text), text


@settings(max_examples=10)
@given(randoms)
def test_texts_taken_over_on_a_new_day_answer_as_if_read_anew(random: Random) -> None:
    moment = a_moment(random)
    world = a_world(random, moment, size=30)
    others = a_world(random, moment, size=6).meetings
    changed = [*others[:3], *(replace(m, id=o.id) for m, o in zip(others[3:], world.meetings, strict=False))]
    later = left_of(world, changed, list(world.meetings[-2:]))
    built = build_generation(index_rows(later.meetings, later.languages), facts_of(later), moment.now)
    taken_over = with_texts_of(built, built_of(world, moment.now), index_texts(changed, world.bodies))
    index, anew = Index(taken_over.generation), read_anew(built, later)
    for _ in range(10):
        text = a_text(random, words_of(later).texts)
        assert scores_of(index, text) == scores_of(anew, text), text


def test_texts_are_read_anew_when_many_have_changed() -> None:
    world = a_list(a_meeting(1))
    built = built_of(world)
    for turn in range(10):
        assert not texts_outgrown(built), turn
        changed = [a_meeting(n, name=f"Name {turn}") for n in range(101)]
        built = patch_generation(built, index_rows(changed, {}), [], NOW, turn, index_texts(changed, ()))
    assert texts_outgrown(built)
    anew = with_texts(built, index_texts(changed, ()))
    assert not texts_outgrown(anew)
    assert scores_of(Index(anew.generation), "name 9") == scores_of(Index(built.generation), "name 9")


@settings(max_examples=10)
@given(randoms)
def test_who_pages_by_relevance_while_the_list_changes_sees_once_what_stays(random: Random) -> None:
    moment = a_moment(random)
    world = a_world(random, moment, size=60)
    text = random.choice(("light", "serenity", "just for today", "saint marys", "東京"))
    query = a_query(text=text, order=MeetingOrder.RELEVANCE, first=4, now=moment.now)
    built, cursor, seen = built_of(world, moment.now), None, []
    before = {answer.id for answer in answers_of(pages_of(find_meetings, Index(built.generation), query))}
    touched: set[str] = set()
    for change in range(100):
        page = find_meetings(Index(built.generation), replace(query, after=cursor))
        seen += [hit.meeting_id for hit in page.hits]
        if not page.has_next:
            break
        cursor = page.hits[-1].cursor
        others = random.sample(world.meetings, 3)
        touched |= {m.id for m in others}
        changed = [replace(m, name=random.choice(("First Light", "Other"))) for m in others[1:]]
        rows, texts = index_rows(changed, world.languages), index_texts(changed, world.bodies)
        built = patch_generation(built, rows, numbers_of(others[:1], world), moment.now, change, texts)
        if change % 3 == 2:
            left = [m for m in world.meetings if m.id not in touched]
            built = with_texts(built, index_texts([*left, *changed], world.bodies))
    assert sorted(id for id in seen if id not in touched) == sorted(before - touched)


# --- Hostile texts ------------------------------------------------------------------------------

HOSTILE = (
    '" OR 1=1 --', "%%%%", "NEAR(a b)", "* OR x", "'; DROP TABLE meetings;--", "name:light*", "(((((", "a\x00b", "\\",
    "\ud800x", "^$.*+?{}[]|", "light AND NOT light", "light\u202ethgil",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_means_something_elsewhere_means_nothing_here(text: str) -> None:
    world = a_list(a_meeting(1, name="First Light"), a_meeting(2, name="a b"))
    if text_question(text):
        assert scores_of(index_of(world), text) == brute_force.said(world, text)
