"""Bringing a database to the tables of this release, from any earlier one."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from store.database import Database


def migrate(database: Database, *, revision: str = "head") -> None:
    """Run the migrations that are still missing, each in its own transaction."""
    with database.write() as write:
        config = Config()
        config.set_main_option("script_location", "store:migrations")
        config.attributes["connection"] = write.connection
        command.upgrade(config, revision)
