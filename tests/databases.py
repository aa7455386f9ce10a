"""Databases on a PostgreSQL server, made for a test and dropped after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg


@contextmanager
def postgres_database(server: str, template: str = "template0") -> Iterator[str]:
    """The URL of a database on that server, a copy of another one, dropped afterwards."""
    name = f"homegroup_test_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
    yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def name_in(url: str) -> str:
    """The name of the database that a URL is of."""
    return urlsplit(url).path[1:]
