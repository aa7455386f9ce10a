"""A migrated database of either kind."""

from collections.abc import Iterator

import pytest

from store.database import Database
from store.migration import migrate
from store.sources import put_source
from tests.builders import a_source


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database, migrated."""
    database = Database(database_url)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def listed(database: Database) -> Database:
    """A database that knows one source, `lantern`."""
    with database.write() as write:
        put_source(write, a_source())
    return database
