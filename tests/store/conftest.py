"""A migrated database of either kind."""

from collections.abc import Iterator

import pytest

from store.database import Database
from store.sources import put_source
from tests.builders import a_source


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    """An empty database, migrated."""
    database = Database(migrated_url)
    yield database
    database.close()


@pytest.fixture
def listed(database: Database) -> Database:
    """A database that knows one source, `lantern`."""
    with database.write() as write:
        put_source(write, a_source())
    return database
