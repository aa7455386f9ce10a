"""The volunteers' desk in a browser: the whole way, and lists that mean harm."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.clock import clock
from api.house import open_database
from api.settings import settings_from_environ
from meetings.tokens import Role, Token, token_from_bytes, token_hash
from store.migration import migrate
from store.sources import put_source
from store.tokens import add_token
from store.vocabulary import put_vocabulary
from tests.builders import NOW, a_source
from tests.importers.importing import some
from tests.importers.lists import seed_documents
from tests.importers.servers import Server, a_server, sends
from tests.oracles.judges import Browse
from tests.oracles.pages import CORPUS, clean, served

pytestmark = pytest.mark.long
TOKEN = token_from_bytes(bytes(32))
#: A list of 25, of which 13 are no more, and one is told wrongly.
BEFORE, AFTER = some(25), [*some(10), *some(1, 10, start_time="20:00:00"), *some(1, 11, start_time="25:00:00")]
#: What the page decides by rather than shows.
KEPT = ["severity", "status", "role", "weekday", "id", "startedAt", "lastGoodImportAt", "endCursor"]


@dataclass(frozen=True, slots=True)
class Desk:
    """A running server with a desk, and the list that volunteers bring in."""

    origin: str
    files: Path
    link: str

    def told(self, **more: Any) -> dict[str, Any]:
        return {"origin": self.origin, "token": TOKEN, "files": str(self.files), "link": self.link, **more}


@pytest.fixture
def lists() -> Iterator[Server]:
    """A root server on loopback."""
    with a_server() as server:
        server.answers["/main_server/client_interface/json/"] = lambda handler: sends(
            json.dumps(BEFORE if "GetSearchResults" in handler.path else []).encode()
        )(handler)
        yield server


@pytest.fixture
def desk(tmp_path: Path, lists: Server) -> Iterator[Desk]:
    told = {"DATA_DIR": str(tmp_path / "var"), "PRIVATE_SOURCES": "1", "PLAIN_HTTP": "1"}
    settings = settings_from_environ({f"HOMEGROUP_{name}": value for name, value in told.items()})
    with open_database(settings) as database:
        migrate(database)
        with database.write() as write:
            put_vocabulary(write, *seed_documents())
            known = Token(id="T1", role=Role.ADMIN, created_at=clock())
            add_token(write, known, token_hash=token_hash(TOKEN))
    (tmp_path / "shorter.json").write_text(json.dumps(AFTER))
    with served(lambda port: create_app(replace(settings, port=port))) as origin:
        yield Desk(origin, tmp_path, f"http://127.0.0.1:{lists.port}/main_server")


@pytest.mark.parametrize("size", [0, 1], ids=["desktop", "telephone"])
def test_a_volunteer_registers_previews_applies_and_undoes(desk: Desk, browse: Browse, size: int) -> None:
    (account,) = browse("desk", "way", desk.told(size=size))
    assert "25 new meetings, 0 changed, 0 gone" in account["previewed"]
    assert "25 added" in account["applied"]
    assert "0 added, 1 changed, 13 withdrawn" in account["confirmed"]
    assert "14 meetings as before, 0 withdrawn" in account["undone"]
    assert (account["unconfirmed"], account["keptOn"], account["paused"]) == (1, 1, 1)
    assert (account["focused"], account["focusedThen"]) == ("importer", "h-plan")
    assert clean(account)
    assert account["left"] == account["cookies"] == 0


def test_whatever_lists_and_answers_hold_is_shown_as_text(desk: Desk, browse: Browse, tmp_path: Path) -> None:
    settings = settings_from_environ({"HOMEGROUP_DATA_DIR": str(tmp_path / "var")})
    with open_database(settings) as database, database.write() as write:
        put_source(write, a_source(name=CORPUS[1], attribution=CORPUS[0], added_at=NOW))
    (tmp_path / "hostile.json").write_text(json.dumps(hostile_records()))
    (account,) = browse("desk", "hostile", desk.told(corpus=CORPUS, kept=KEPT, source="lantern", size=0))
    assert (account["ran"], account["dialogs"], account["scripts"], account["foreignElements"]) == (0, 0, 1, 0)
    assert clean(account)
    assert "<3 AT&T 5 < 6" in account["told"]
    shown = "\n".join(account["shown"])
    assert [text for text in CORPUS[:10] if text not in shown] == []


def hostile_records() -> list[dict[str, Any]]:
    """Records whose every field holds one of the corpus, a field a record."""
    names = list(some(1)[0])
    return [
        record | {name: CORPUS[(place + shift) % len(CORPUS)]}
        for shift in range(2)
        for place, name in enumerate(names)
        for record in some(1, 100 * shift + place)
    ]
