"""How well listings of one meeting are linked, on real lists: `python -m tests.store.linking_report`.

Three lists of one region, imported as three sources; and one feed as it was in three years, to see what becomes of
lists that differ. Records' own ids are the labels, and the matcher never sees them. The feed's are web addresses, which
change where a record is entered anew, so that there some that count as wrong are right.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from sqlalchemy import select

from importers.fetch import fetch
from importers.run import run_import
from meetings.source import RunStatus, Source
from store.database import Database
from store.migration import migrate
from store.sources import put_source
from store.tables import meetings
from tests.builders import NOW, a_source
from tests.importers.lists import the_vocabulary
from tests.outside import REAL_LISTS, REAL_LISTS_ABSENT

#: Each was said of one region by another server; the first is the oldest.
REGION = ("new-york", "v2", "v3")
YEARS = ("2020-07", "2021-06", "2022-12")
#: Pairs of a kind that are printed.
_SHOWN = 10
Labelled = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Pairs of listings: those of one label that could be linked, those linked, rightly or not."""

    same: frozenset[frozenset[Labelled]]
    linked: frozenset[frozenset[Labelled]]

    @property
    def recall(self) -> float:
        return len(self.same & self.linked) / len(self.same)

    @property
    def precision(self) -> float:
        return len(self.same & self.linked) / len(self.linked)


def region_sources(lists: Path) -> list[Source]:
    """The three lists of New York, the whole one first."""
    return [_source(name, number, location=str(lists / "bmlt" / name)) for number, name in enumerate(REGION)]


def yearly_sources(lists: Path) -> list[Source]:
    """One feed, as it was in three years."""
    folder = lists / "meeting-guide" / "se-pennsylvania"
    facts: dict[str, Any] = {"importer": "meeting_guide", "fellowship": "AA", "country": None}
    return [_source(name, number, location=str(folder / f"{name}.json"), **facts) for number, name in enumerate(YEARS)]


def _source(name: str, number: int, **facts: Any) -> Source:
    return a_source(id=name, name=name, added_at=NOW + timedelta(minutes=number), **facts)


@contextmanager
def imported(sources: Sequence[Source], url: str) -> Iterator[Database]:
    """A database into which these lists were read, one after the other."""
    database = Database(url)
    migrate(database)
    try:
        for number, source in enumerate(sources):
            with database.write() as write:
                put_source(write, source)
            run = run_import(
                database,
                source,
                fetch=fetch,
                vocabulary=the_vocabulary(),
                clock=lambda at=NOW + timedelta(hours=number): at,  # type: ignore[misc] # a default is bound early
                run_id=f"run-{number}",
            )
            assert run.status is RunStatus.SUCCEEDED, run.reason
        yield database
    finally:
        database.close()


def figures_of(database: Database, sources: Iterable[str]) -> Figures:
    """The figures between these sources; a listing's label is its source's own key."""
    with database.read() as read:
        columns = (meetings.c.id, meetings.c.shown_as, meetings.c.source_id, meetings.c.source_key)
        rows = read.connection.execute(select(*columns).where(meetings.c.source_id.in_(list(sources)))).all()
    by_key: dict[str, list[Labelled]] = {}
    by_id: dict[str, list[Labelled]] = {}
    for row in rows:
        by_key.setdefault(row.source_key, []).append((row.source_id, row.source_key))
        by_id.setdefault(row.shown_as or row.id, []).append((row.source_id, row.source_key))
    return Figures(same=_pairs(by_key.values()), linked=_pairs(by_id.values()))


def _pairs(groups: Iterable[list[Labelled]]) -> frozenset[frozenset[Labelled]]:
    return frozenset(frozenset(pair) for group in groups for pair in combinations(group, 2) if pair[0] != pair[1])


def _lines(title: str, found: Figures) -> Iterator[str]:
    counts = f"{len(found.same)} pairs to link, {len(found.linked)} linked"
    yield f"{title}: {counts}, recall {found.recall:.2%}, precision {found.precision:.2%}"
    for word, pairs in (("missed", found.same - found.linked), ("wrong", found.linked - found.same)):
        for pair in sorted(sorted(pair) for pair in pairs)[:_SHOWN]:
            yield f"  {word}: " + " and ".join("/".join(one) for one in pair)
        if len(pairs) > _SHOWN:
            yield f"  … {len(pairs)} {word} in all"


def report(lists: Path, folder: str) -> Iterator[str]:
    """The figures and what was missed, line by line."""
    for title, sources in (("region", region_sources(lists)), ("years", yearly_sources(lists))):
        names = [source.id for source in sources]
        with imported(sources, f"sqlite:///{folder}/{title}.db") as database:
            for one, other in combinations(names, 2):
                yield from _lines(f"{one} and {other}", figures_of(database, (one, other)))
            yield from _lines("all three", figures_of(database, names))


def main() -> None:
    """Print the report."""
    if not REAL_LISTS.is_dir():
        sys.exit(REAL_LISTS_ABSENT)
    with tempfile.TemporaryDirectory() as folder:
        for line in report(REAL_LISTS, folder):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
