"""Whatever a cell or a field holds: findings with their places, and never a good row lost because of a bad one."""

import csv
import io
import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from importers import mapped, naws, spreadsheet
from importers.mapping_file import FIELDS
from importers.protocol import Fetched
from meetings.findings import CATALOGUE
from meetings.listing import Parsed, content_key, fingerprint
from tests.builders import a_source
from tests.hostile import HOSTILE
from tests.importers.lists import the_vocabulary

SHEET = {
    "Name": "First Light", "Day": "Tuesday", "Time": "19:30", "End Time": "", "Types": "O", "Address": "12 Ferry Lane",
    "City": "New York", "State": "NY", "Country": "USA", "Latitude": "40.7128", "Longitude": "-74.006",
    "Coordinates": "", "Notes": "", "Conference URL": "", "Conference Phone": "", "Timezone": "",
    "Regions": "", "ID": "101",
}  # fmt: skip
NAWS = {
    "CommitteeName": "First Light", "AreaRegion": "AR1", "Day": "Tuesday", "Time": "1930", "Closed": "OPEN",
    "Format1": "D", "Committee": "G1", "City": "New York", "State": "NY", "Longitude": "-74.006", "Latitude": "40.7128",
    "Language1": "", "Room": "", "Delete": "", "VirtualMeetingLink": "", "PhoneMeetingNumber": "", "bmlt_id": "101",
}  # fmt: skip
MAPPING = "[fields]\n" + "\n".join(f'{name} = "{name}"' for name in FIELDS)
RECORD = {"name": "First Light", "weekday": "Tuesday", "start_time": "19:30", "key": "101", "country": "US"}
SAMPLES = [
    "", " ", "0", "7", "25:00", "24:00", "noon", "7-8pm", "Sunday", "Daily", "Someday, Mon", "1st Monday", "90", "-1hr",
    "<script>alert(1)</script>", "\u202egnp.exe", "America/New_York", "1" * 5000, "é" * 20000, "a@example.org", "=1+1",
    "+1 212 555 0123,,1#", "https://zoom.us/j/1", "http://[", "javascript:alert(1)", "999", "nan", "TC", "ONL", "no",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(SAMPLES), HOSTILE)
VALUES: st.SearchStrategy[Any] = st.one_of(
    TEXTS, st.integers(), st.floats(), st.none(), st.booleans(), st.lists(TEXTS, max_size=3),
    st.dictionaries(TEXTS, TEXTS, max_size=2),
)  # fmt: skip


def table(*rows: dict[str, str]) -> bytes:
    """Rows as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def check(result: Parsed) -> None:
    """The neighbour is there, nothing is lost, and all that came of it can be kept."""
    assert "The Good Neighbour" in [listing.name for listing in result.listings]
    assert result.received >= 2
    assert all(finding.code in CATALOGUE and finding.where for finding in result.findings)
    for listing in result.listings:
        content_key(listing).encode("ascii")
        fingerprint(listing).encode("ascii")
        repr(listing).encode("utf-8")


def read(importer: Any, body: bytes, **source: Any) -> Parsed:
    """What this importer makes of it."""
    return importer.parse(Fetched(documents={"list": body}, location="list"), a_source(**source), the_vocabulary())  # type: ignore[no-any-return]  # any importer


@example({"Address": "\t\r\t\nATTENDEE:x\t\r\t"})
@given(st.dictionaries(st.sampled_from(sorted(SHEET)), TEXTS, min_size=1, max_size=5))
def test_any_cell_of_a_spreadsheet_loses_no_neighbour(changes: dict[str, str]) -> None:
    check(read(spreadsheet, table(SHEET | changes, SHEET | {"Name": "The Good Neighbour", "ID": "900900"})))


@given(st.dictionaries(st.sampled_from(sorted(NAWS)), TEXTS, min_size=1, max_size=5))
def test_any_cell_of_a_naws_table_loses_no_neighbour(changes: dict[str, str]) -> None:
    good = NAWS | {"CommitteeName": "The Good Neighbour", "bmlt_id": "900900"}
    check(read(naws, table(NAWS | changes, good)))


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), VALUES, min_size=1, max_size=5))
def test_any_value_of_a_mapped_list_loses_no_neighbour(changes: dict[str, Any]) -> None:
    rows = [RECORD | changes, RECORD | {"name": "The Good Neighbour", "key": "900900"}]
    check(read(mapped, json.dumps(rows).encode(), mapping=MAPPING))
