"""Tokens kept: hashes only, and none that is revoked opens anything."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from meetings.errors import NotFound
from meetings.tokens import Role, Token, token_from_bytes, token_hash
from store.database import Database
from store.tokens import add_token, find_token, list_tokens, revoke_token
from tests.builders import NOW

SECRET = token_from_bytes(bytes(range(32)))
TOKEN = Token(id="t1", role=Role.VOLUNTEER, sources=("lantern",), created_at=NOW)


@pytest.fixture
def holding(database: Database) -> Database:
    with database.write() as write:
        add_token(write, TOKEN, token_hash=token_hash(SECRET))
    return database


def test_token_is_found_by_its_hash_with_its_role_and_scope(holding: Database) -> None:
    with holding.read() as read:
        assert find_token(read, token_hash(SECRET)) == TOKEN
        assert find_token(read, token_hash(SECRET + "x")) is None


def test_token_without_a_scope_is_for_all_sources(holding: Database) -> None:
    admin = Token(id="t2", role=Role.ADMIN, created_at=NOW + timedelta(days=1))
    with holding.write() as write:
        add_token(write, admin, token_hash="h")
        assert (find_token(write, "h"), list_tokens(write)) == (admin, (TOKEN, admin))


def test_revoked_token_is_listed_and_opens_nothing(holding: Database) -> None:
    with holding.write() as write:
        revoke_token(write, "t1", now=NOW)
        revoke_token(write, "t1", now=NOW + timedelta(days=1))
        assert find_token(write, token_hash(SECRET)) is None
        assert [token.revoked_at for token in list_tokens(write)] == [NOW]


def test_unknown_token_cannot_be_revoked(database: Database) -> None:
    with database.write() as write, pytest.raises(NotFound):
        revoke_token(write, "t9", now=NOW)


def test_token_itself_is_nowhere_in_the_database(holding: Database) -> None:
    with holding.read() as read:
        assert SECRET not in repr(read.connection.execute(text("SELECT * FROM tokens")).all())
