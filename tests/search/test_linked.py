"""A meeting in several lists is found by any of them, as if that were the only one."""

import pytest

from meetings.model import Meeting, SourceListing
from meetings.search import Exclusion, MeetingFilter, MeetingOrder, MeetingQuery
from search.meetings import find_meetings
from tests.builders import NOW, a_meeting
from tests.search.asking import a_list, index_of

#: Of `lantern` and, with the service body B2 there, of `harbour`; beside it one of `meadow` alone.
LINKED = a_meeting(
    1,
    service_body_id="B1",
    listings=(
        SourceListing(source_id="lantern", source_key="", last_seen_at=NOW),
        SourceListing(source_id="harbour", source_key="B2", last_seen_at=NOW),
    ),
)
OTHER = a_meeting(2, source_id="meadow", service_body_id="B3")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (MeetingFilter(sources=frozenset({"lantern"})), [LINKED]),
        (MeetingFilter(sources=frozenset({"harbour"})), [LINKED]),
        (MeetingFilter(service_bodies=frozenset({"B1"})), [LINKED]),
        (MeetingFilter(service_bodies=frozenset({"B2"})), [LINKED]),
        (MeetingFilter(service_bodies=frozenset({"B3"})), [OTHER]),
        (MeetingFilter(sources=frozenset({"lantern"}), service_bodies=frozenset({"B2"})), []),
        (MeetingFilter(exclude=Exclusion(sources=frozenset({"lantern"}))), [LINKED, OTHER]),
        (MeetingFilter(exclude=Exclusion(sources=frozenset({"lantern", "harbour"}))), [OTHER]),
        (MeetingFilter(exclude=Exclusion(service_bodies=frozenset({"B1"}))), [LINKED, OTHER]),
    ],
)
def test_a_linked_meeting_is_found_by_any_of_its_lists(asked: MeetingFilter, found: list[Meeting]) -> None:
    page = find_meetings(
        index_of(a_list(LINKED, OTHER)), MeetingQuery(filter=asked, order=MeetingOrder.NAME, first=10, now=NOW)
    )
    assert {hit.meeting_id for hit in page.hits} == {meeting.id for meeting in found}
