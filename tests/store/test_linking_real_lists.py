"""Three lists of one region, imported as three sources: the records' own ids judge what was linked."""

from pathlib import Path

import pytest

from tests.outside import needs_real_lists
from tests.store.linking_report import REGION, figures_of, imported, region_sources

pytestmark = [pytest.mark.real_lists, needs_real_lists]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_three_lists_of_one_region_are_linked(real_lists: Path, sqlite_url: str, order: tuple[int, ...]) -> None:
    sources = region_sources(real_lists)
    with imported([sources[place] for place in order], sqlite_url) as database:
        small, smaller = (figures_of(database, (REGION[0], name)) for name in REGION[1:])
        everything = figures_of(database, REGION)
    assert (len(small.same), len(smaller.same)) == (244, 52)
    assert min(found.recall for found in (small, smaller, everything)) >= 0.95
    assert min(found.precision for found in (small, smaller, everything)) >= 0.99
