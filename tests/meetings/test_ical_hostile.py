"""Whatever others wrote into a list, its feed is whole, and says what was meant and nothing else."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.calendar_words import Wording
from meetings.ical import Feed, render_feed
from meetings.model import Meeting, MeetingStatus
from meetings.recurrence import DatedException
from tests.builders import NOW, a_meeting, a_recurrence, a_schedule, a_venue
from tests.hostile import ENDLESS, HOSTILE
from tests.meetings import hostile_feeds as feeds
from tests.oracles.judges import LibicalComplaints, ReadCalendar
from tests.outside import ROOT

TEXTS = st.fixed_dictionaries(dict.fromkeys(feeds.FIELDS, st.one_of(HOSTILE, HOSTILE, HOSTILE, ENDLESS)))
#: At least so many in every run.
CASES = max(200, settings().max_examples)


@settings(max_examples=CASES)
@given(texts=TEXTS, discreet=st.booleans())
def test_any_texts_make_three_whole_events_that_two_readers_read_as_they_are_meant(
    texts: feeds.Texts, discreet: bool
) -> None:
    feed = feeds.feed_of(texts, discreet=discreet)
    assert (feed.skipped, feed.left_out) == ((), 0)
    assert feeds.faults_of_bytes(feed.body) + feeds.faults_of_names(feed.body) == []
    meant = feeds.meant(texts, discreet=discreet)
    assert feeds.by_icalendar(feed.body) == (feeds.meant_name(texts, discreet=discreet), meant)
    assert feeds.by_home_assistant(feed.body) == meant


def test_worst_texts_make_the_same_feeds_without_assertions() -> None:
    command = [sys.executable, "-O", "-m", "tests.meetings.hostile_feeds"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == feeds.hash_of_the_worst()


@pytest.mark.long
@given(texts=TEXTS, discreet=st.booleans())
def test_icaljs_reads_any_texts_as_they_are_meant(
    texts: feeds.Texts, discreet: bool, tmp_path_factory: pytest.TempPathFactory, icaljs_reads: ReadCalendar
) -> None:
    file = tmp_path_factory.getbasetemp() / "hostile.ics"
    file.write_bytes(feeds.feed_of(texts, discreet=discreet).body)
    assert feeds.by_icaljs(icaljs_reads(file)) == feeds.meant(texts, discreet=discreet)


@pytest.mark.long
@given(texts=TEXTS, discreet=st.booleans())
def test_libical_finds_nothing_wrong_with_any_texts(
    texts: feeds.Texts, discreet: bool, tmp_path_factory: pytest.TempPathFactory, libical_complaints: LibicalComplaints
) -> None:
    file = tmp_path_factory.getbasetemp() / "hostile.ics"
    file.write_bytes(feeds.feed_of(texts, discreet=discreet).body)
    assert libical_complaints(file) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"SUMMARY:" + b"x" * 68 + b"\r\n", "long"),
        ("SUMMARY:é".encode()[:-1] + b"\r\n", "cut in two"),
        (b"SUMMARY:x\n\r\n", "control"),
        (b"SUMMARY:x", "no line end"),
    ],
)
def test_faults_are_found(body: bytes, fault: str) -> None:
    assert fault in feeds.faults_of_bytes(body)[0]


def test_line_that_nobody_meant_is_found() -> None:
    body = feeds.feed_of(dict.fromkeys(feeds.FIELDS, "x"), discreet=False).body
    assert feeds.faults_of_names(body) == []
    assert feeds.faults_of_names(body.replace(b"CLASS:PRIVATE", b"ATTENDEE:x", 1)) != []


# --- Poisoned records ---------------------------------------------------------------------------


def _feed(*meetings: Meeting, **options: Any) -> Feed:
    kept = a_schedule(*meetings, discreet=options.pop("discreet", False))
    return render_feed(kept, {meeting.id: meeting for meeting in meetings}, now=NOW, **options)


def _events(body: bytes) -> set[bytes]:
    return set(body.removesuffix(b"END:VCALENDAR\r\n").split(b"BEGIN:VEVENT")[1:])


POISON: tuple[object, ...] = (None, 7, b"bytes", object(), float("nan"), float("inf"), [], {"a": 1}, "\ud83d", date.min)
#: What says of a meeting that it is another one, or that it has no events at all, is no poison.
POISONED = st.sampled_from(
    [name for name in Meeting.__dataclass_fields__ if name not in ("id", "recurrence", "status", "withdrawn_at")]
)


@given(poison=st.dictionaries(POISONED, st.sampled_from(POISON), min_size=1, max_size=3), discreet=st.booleans())
def test_poisoned_record_costs_at_most_its_own_events(poison: dict[str, Any], discreet: bool) -> None:
    whole = a_meeting(2)
    feed = _feed(replace(a_meeting(1), **poison), whole, discreet=discreet)
    assert _events(_feed(whole, discreet=discreet).body) <= _events(feed.body)
    assert feeds.faults_of_bytes(feed.body) == []
    assert len(_events(feed.body)) + len(feed.skipped) == 2


@pytest.mark.parametrize(
    "poison",
    [
        {"recurrence": a_recurrence(zone="Nowhere/At_All")},
        {"recurrence": "not a rule"},
        {"recurrence": a_recurrence(starts="noon")},
        {"venue": a_venue(latitude="north")},
        {"venue": "a hall"},
        {"exceptions": (DatedException(day=date(2026, 12, 8), moved_to=("tomorrow", "noon")),)},  # type: ignore[arg-type] # as a broken record may
        {"updated_at": None},
        {"revision": "first"},
        {"name": 7},
    ],
)
def test_broken_meeting_is_skipped_and_named_and_the_others_stay(poison: dict[str, Any]) -> None:
    broken, whole = a_meeting(1, **poison), a_meeting(2)
    feed = _feed(broken, whole)
    assert (feed.skipped, len(_events(feed.body))) == ((broken.id,), 1)


def test_feed_of_which_nothing_can_be_written_is_refused_rather_than_empty() -> None:
    broken = [a_meeting(number, recurrence=a_recurrence(zone="Nowhere/At_All")) for number in (1, 2)]
    with pytest.raises(ValueError, match="none of 2"):
        _feed(*broken)


# --- Discretion ---------------------------------------------------------------------------------

WORD = st.text("bcdfghjklmnpqrstvwxz", min_size=12, max_size=16)


@given(word=WORD, kept=st.sampled_from(MeetingStatus))
def test_discreet_feed_holds_no_word_of_the_meeting(word: str, kept: MeetingStatus) -> None:
    meeting = replace(
        feeds.meeting_of(dict.fromkeys(feeds.FIELDS, word)),
        fellowship=word.upper(),
        source_key=word,
        url=f"https://example.org/{word}",
        status=kept,
        service_body_id=word,
        areas=(word,),
        formats=(word,),
    )
    page = "https://example.org/meetings/{}".format
    feed = _feed(meeting, discreet=True, page_url=page, wording=Wording(format_names={word: word}))
    unfolded = feed.body.decode("utf-8").replace("\r\n ", "").casefold()
    assert word not in unfolded
    assert meeting.id.casefold() not in unfolded
