"""A backup is what was there, or it is refused; and either kind of database takes the other's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.backup import BadBackup, backup, restore, verify
from store.database import Database
from store.imports import held_listings
from store.migration import migrate
from store.schedules import get_schedule_by_key
from store.sources import list_sources
from tests.builders import a_listing
from tests.store.test_imports import a_plan, apply, placed
from tests.store.test_schedules import a_schedule, an_entry, kept


@pytest.fixture
def filled(listed: Database) -> Database:
    apply(listed, a_plan(placed(a_listing(record_key="1")), placed(a_listing(record_key="2", notes="Łódź"))))
    kept(listed, a_schedule(an_entry()))
    return listed


def backed_up(database: Database, path: Path) -> Path:
    with database.read() as read:
        backup(read, path)
    return path


@pytest.fixture
def empty(listed: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database of the other kind."""
    other = str(request.getfixturevalue("postgres_url")) if listed.is_sqlite else f"sqlite:///{tmp_path}/other.db"
    database = Database(other)
    migrate(database)
    yield database
    database.close()


def test_what_was_backed_up_is_restored_into_the_other_kind(filled: Database, empty: Database, tmp_path: Path) -> None:
    path = backed_up(filled, tmp_path / "backup.gz")
    with empty.write() as write:
        restore(write, path)
    with filled.read() as before, empty.read() as after:
        assert list_sources(after) == list_sources(before)
        assert held_listings(after, "lantern") == held_listings(before, "lantern")
        assert get_schedule_by_key(after, "key") == get_schedule_by_key(before, "key")
    assert backed_up(empty, tmp_path / "again.gz").read_bytes() == path.read_bytes()


def test_a_damaged_backup_is_refused(filled: Database, tmp_path: Path) -> None:
    path = backed_up(filled, tmp_path / "backup.gz")
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(BadBackup):
        verify(path)


def test_half_a_backup_is_refused(filled: Database, tmp_path: Path) -> None:
    path = backed_up(filled, tmp_path / "backup.gz")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BadBackup):
        verify(path)


def test_a_backup_is_not_restored_over_a_list(filled: Database, tmp_path: Path) -> None:
    path = backed_up(filled, tmp_path / "backup.gz")
    with filled.write() as write, pytest.raises(BadBackup, match="empty"):
        restore(write, path)


def test_what_people_keep_is_for_nobody_else_on_the_machine(sqlite_url: str, tmp_path: Path) -> None:
    # Made here, and no copy of a file, whose mode would be the copier's.
    database = Database(sqlite_url)
    migrate(database)
    backed_up(database, tmp_path / "backup.gz")
    modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir() if path.is_file()}
    database.close()
    assert modes.keys() >= {"homegroup.sqlite", "backup.gz"}
    assert set(modes.values()) == {0}


def test_a_backup_overwrites_no_file(filled: Database, tmp_path: Path) -> None:
    path = backed_up(filled, tmp_path / "backup.gz")
    with filled.read() as read, pytest.raises(BadBackup):
        backup(read, path)
