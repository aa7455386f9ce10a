"""Going on from a generation that an earlier process published, so that a restart reads what changed and not all.

Only from one that is undamaged and was built by the very same program from the very same database: the entry of the
change log up to which it is complete must still be there, as it was. Everything else is built anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path

import meetings
import search
import store
from meetings.listing import id_from_number
from meetings.zones import TZDATA_VERSION
from search.clock import instant_of
from search.encoding import Encoder
from search.files import Published, published_undamaged
from search.generations import Built, Facts, fingerprint, with_texts_of, without_changed_texts
from search.rules import Horizon
from search.segments import Collector
from store.changes import KEPT, entry_mark, last_change
from store.database import Reader
from store.index_texts import IndexTexts, read_index_texts


def mark_of(read: Reader, change: int) -> str | None:
    """What a generation is known by that this program builds of this database; None: nobody can go on from it."""
    entry = entry_mark(read, change)
    return None if entry is None else f"{_program()} {entry}"


@cache
def _program() -> str:
    """A hash of all that decides what rows become: of code that says it otherwise, the same rows may be others."""
    told = blake2b(digest_size=12)
    for package in (meetings, store, search):
        for home in package.__path__:
            for path in sorted(Path(home).rglob("*.py")):
                told.update(path.read_bytes())
    return told.hexdigest()


def built_before(read: Reader, folder: Path, facts: Facts, now: datetime) -> Built | None:
    """What was published last, ready to be patched; None: all must be built anew."""
    # Before anything is built: the files of a program may be replaced while it runs.
    _program()
    found = published_undamaged(folder)
    if found is None:
        return None
    (published, mark), header = found, found[0].generation.header
    expected = mark_of(read, header.change)
    if expected is None or mark != expected or header.tzdata != TZDATA_VERSION or header.facts != fingerprint(facts):
        return None
    # What is older may be missing in the log.
    if last_change(read) < header.change or abs(now - instant_of(header.built_at)) > KEPT:
        return None
    if not published.generation.texts.ready:
        return None
    return built_again(published, facts, lambda ids: read_index_texts(read, ids))


def built_again(
    published: Published, facts: Facts, read_texts: Callable[[Sequence[str]], Iterable[IndexTexts]]
) -> Built:
    """What the builder knew when it published a generation with texts; `read_texts` of the ids of those that changed.

    Of the second segment there is no more than what searches need: it is made anew.
    """
    generation = published.generation
    header, main = generation.header, generation.texts.main
    horizon = Horizon(first=header.first_start, last=header.last_start)
    built = Built(
        generation=generation,
        encoder=Encoder(generation.zones, horizon, known=generation),
        facts=facts,
        changed_texts=Collector(first=main.count),
        number=published.number,
    )
    changed = generation.rows.number[generation.rows.document >= main.count].tolist()
    if not changed:
        return built
    # Nothing of it may be taken for what the files hold.
    known = without_changed_texts(replace(built, number=0))
    return with_texts_of(known, known, read_texts([id_from_number(number) for number in changed]))
