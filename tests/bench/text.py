"""What searching by words costs: reading and building, size, patching, and questions beside SQLite's FTS5.

`python -m tests.bench.text [MEETINGS]` prints a table in Markdown and the same as JSON. Times are CPU times, best of
several. FTS5 has the same rows, with accents folded, and the same beginnings; it is asked for all ids, as ours answers,
because other filters need them. It corrects no spelling.
"""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from meetings.search import MeetingFilter, MeetingOrder, MeetingQuery, PlaceFilter, TimeFilter
from search.builder import build
from search.files import publish
from search.generations import Built, patch_generation, with_texts
from search.index import Index, open_index
from search.meetings import find_meetings
from search.texts import find_text, text_question
from search.words import folded
from store.database import Database
from store.index_rows import read_index_rows
from store.index_texts import IndexTexts, read_index_texts
from tests.bench.filling import fill
from tests.bench.made_up import made_up_rows
from tests.bench.made_up_texts import MadeUpTexts
from tests.bench.memory import most_megabytes
from tests.bench.search import NOW, Table, add_reference, as_markdown, cpu, densest_place
from tests.search.worlds import vocabulary

MEETINGS = 300_000
#: Our question, and FTS5's for the same rows; None: it has none.
QUESTIONS = {
    "a word": ("serenity", "serenity*"),
    "a common word": ("group", "group*"),
    "three words": ("just for today", "just* for* today*"),
    "a phrase of three words": ('"just for today"', '"just for today"'),
    "a beginning": ("se", "se*"),
    "two misspelt words": ("serenty tooday", None),
    "two misspelt long words": ("verxanyorr marpollri", None),
    "Russian": ("надеж", "надеж*"),
    "Japanese": ("希望", None),
    "Arabic": ("نور", "نور*"),
    "nonsense": ("qqzzxxwwqqzz", "qqzzxxwwqqzz*"),
}


def measure(count: int, home: Path) -> Table:
    """All of it, in a folder of its own."""
    table = Table()
    database = Database(f"sqlite:///{home / 'bench.sqlite'}")
    texts = MadeUpTexts()
    fill(database, made_up_rows(count), NOW, more=lambda _: texts())
    add_reference(table)
    built = _building(table, database, home / "index")
    index = open_index(home / "index")
    assert index is not None
    _asking(table, index, _fts5(table, database))
    _with_other_filters(table, index)
    _patching(table, database, built, home / "patched")
    _peak(table, str(database.engine.url), home / "anew")
    database.close()
    return table


def _building(table: Table, database: Database, folder: Path) -> Built:
    made: list[Built] = []

    def read_all() -> None:
        with database.read() as read:
            for _ in read_index_texts(read):
                pass

    def build_texts() -> None:
        with database.read() as read:
            made.append(with_texts(made[0], read_index_texts(read)))

    with database.read() as read:
        columns = cpu(lambda: made.append(build(read, vocabulary(), folder, NOW)))
    every = "columns and texts"
    table.add(every, columns, "s", note=f"{len(made[0].generation.rows.number):,} meetings, read to written")
    table.add("texts", cpu(build_texts), "s", of=every, note="read to arrays")
    table.add("reading texts alone", cpu(read_all), "s", of=every)
    sizes = {path.name: path.stat().st_size for path in folder.glob("generation-2/*.npy")}
    table.add("files", sum(sizes.values()) / 1e6, "MB")
    told = {name: sum(size for path, size in sizes.items() if name in path) / 1e6 for name in _PARTS}
    note = ", ".join(f"{name} {size:.1f}" for name, size in told.items())
    table.add("files of texts", sum(size for path, size in sizes.items() if "texts." in path) / 1e6, "MB", note=note)
    return made[-1]


_PARTS = ("main.words", "main.documents", "main.weights", "main.keys", "main.names", "main.others")


# --- Asking -------------------------------------------------------------------------------------


def _fts5(table: Table, database: Database) -> sqlite3.Connection:
    """The same rows in a table of SQLite's, and what making it costs."""
    fts5 = sqlite3.connect(":memory:")
    options = "prefix='2 3 4', tokenize='unicode61 remove_diacritics 2'"
    fts5.execute(f"CREATE VIRTUAL TABLE texts USING fts5(name, others, notes, {options})")

    def fill_it() -> None:
        with database.read() as read:
            fts5.executemany(
                "INSERT INTO texts(rowid, name, others, notes) VALUES (?, ?, ?, ?)", map(_row, read_index_texts(read))
            )

    table.add("FTS5: all rows", cpu(fill_it), "s", of="texts")
    pages, page = (fts5.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    table.add("FTS5: its table", pages * page / 1e6, "MB", of="files of texts", note="with the texts themselves")
    return fts5


def _row(told: IndexTexts) -> tuple[int, str, str, str]:
    others = (told.group, told.venue, told.city, told.region, told.service_body)
    return told.number, folded(told.name), folded(" | ".join(others)), folded(told.notes)


def _asking(table: Table, index: Index, fts5: sqlite3.Connection) -> None:
    for name, (text, same) in QUESTIONS.items():
        asked = text_question(text)
        assert asked is not None
        found = len(find_text(index.columns, asked).rows)
        other = f"FTS5: {name}"
        if same is not None:
            theirs = partial(_matches, fts5, same)
            if len(theirs()) != found:
                raise SystemExit(f"{name}: we find {found:,} meetings, FTS5 {len(theirs()):,}")
            table.add(other, milliseconds(theirs), "ms")
        cost = milliseconds(partial(find_text, index.columns, asked))
        table.add(name, cost, "ms", of=other if same is not None else "a word", note=f"`{text}`: {found:,} found")


def _matches(fts5: sqlite3.Connection, text: str) -> list[Any]:
    return fts5.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (text,)).fetchall()


def _with_other_filters(table: Table, index: Index) -> None:
    evening = TimeFilter(starts_from=1020, starts_before=1320)
    near = PlaceFilter(near=densest_place(index), radius_km=25.0)
    for where, place in (("25 km, evenings", near), ("worldwide, evenings", PlaceFilter())):
        for text in ("serenity", "group", "serenty tooday"):
            asked = MeetingFilter(text=text, place=place, time=evening, fellowships=frozenset({"NA", "AA"}))
            query = MeetingQuery(filter=asked, order=MeetingOrder.RELEVANCE, first=25, now=NOW)
            note = f"{find_meetings(index, query).total:,} found, 25 shown"
            cost = milliseconds(partial(_first_asked, index, query))
            table.add(f"`{text}`, {where}, by relevance", cost, "ms", of="a word", note=note)


def _first_asked(index: Index, query: MeetingQuery) -> object:
    # An index that has not been asked before remembers no text.
    return find_meetings(Index(index.columns), query)


# --- Changing -----------------------------------------------------------------------------------


def _patching(table: Table, database: Database, built: Built, folder: Path) -> None:
    with database.read() as read:
        ids = [row.id for row in read_index_rows(read, now=NOW)][:: max(1, len(built.generation.rows.number) // 3000)]
        for name, changed in (("1 row", ids[:1]), ("1 % of rows", ids)):
            state = {"built": built, "number": publish(folder, built.generation)}

            def patch(changed: list[str] = changed, state: dict[str, Any] = state) -> None:
                rows = list(read_index_rows(read, changed, now=NOW))
                texts = read_index_texts(read, changed)
                numbers = [row.number for row in rows]
                state["built"] = patch_generation(state["built"], rows, numbers, NOW, 1, texts)
                publish(folder, state["built"].generation)

            cost = cpu(patch, 4)
            table.add(
                f"patch, {name}", cost, "s", of="columns and texts", note=f"{len(changed):,} rows, read to written"
            )


def _peak(table: Table, url: str, folder: Path) -> None:
    """The most memory a process takes that builds all."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        before, after = pool.apply(_built_apart, (url, folder))
    table.add("most memory of the builder", after, "MB", note=f"{before:.0f} before it began")


def _built_apart(url: str, folder: Path) -> tuple[float, float]:
    before = most_megabytes()
    database = Database(url)
    with database.read() as read:
        build(read, vocabulary(), folder, NOW)
    database.close()
    return before, most_megabytes()


def milliseconds(act: Callable[[], object]) -> float:
    """CPU time, the best of several."""
    return cpu(act, 7) * 1e3


def main(count: int = MEETINGS) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home:
        table = measure(count, Path(home))
    print(as_markdown(table.lines))
    print(json.dumps([asdict(line) for line in table.lines]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MEETINGS)
