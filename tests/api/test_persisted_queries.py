"""Documents asked for by their hash, and servers that answer no others than their operator's."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from api.graphql_requests import GRAPHQL, JSON
from api.settings import BadSetting
from meetings.errors import InvalidQuery
from tests.api.test_graphql_http import TYPENAME, a_client, an_app, code

ANSWER = {"data": {"__typename": "Query"}}
TOLD = {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def apq(text: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}}


def by_id(text: str) -> dict[str, Any]:
    return {"documentId": f"sha256:{sha256(text)}"}


async def ask(
    client: httpx2.AsyncClient, method: str, parameters: Mapping[str, Any], accept: str = GRAPHQL
) -> httpx2.Response:
    headers = {"Accept": accept}
    if method == "POST":
        return await client.post("/graphql", json=dict(parameters), headers=headers)
    written = {name: v if isinstance(v, str) else orjson.dumps(v).decode() for name, v in parameters.items()}
    return await client.get("/graphql", params=written, headers=headers)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("asked", [apq(TYPENAME), by_id(TYPENAME)])
async def test_a_document_that_was_answered_may_be_asked_for_by_its_hash(method: str, asked: dict[str, Any]) -> None:
    async with a_client(an_app()) as client:
        missed = await ask(client, method, asked)
        assert (missed.status_code, missed.json()) == (400, {"errors": [TOLD]})
        registered = await ask(client, method, {"query": TYPENAME, **asked})
        assert (await ask(client, method, asked)).json() == registered.json() == ANSWER


async def test_clients_of_the_older_media_type_are_told_with_status_200() -> None:
    async with a_client(an_app()) as client:
        missed = await ask(client, "POST", apq(TYPENAME), JSON)
    assert (missed.status_code, missed.json()) == (200, {"errors": [TOLD]})


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
@pytest.mark.parametrize("asked", [apq("{ other }"), by_id("{ other }")])
async def test_a_hash_of_another_document_is_refused_and_nothing_is_kept(accept: str, asked: dict[str, Any]) -> None:
    async with a_client(an_app()) as client:
        refused = await ask(client, "POST", {"query": TYPENAME, **asked}, accept)
        assert (refused.status_code, refused.json()["errors"][0]["message"]) == (
            400,
            "request: provided sha does not match query",
        )
        assert code(await ask(client, "POST", apq(TYPENAME))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_document_that_is_not_valid_is_never_kept() -> None:
    async with a_client(an_app()) as client:
        for _ in range(2):
            assert code(await ask(client, "POST", {"query": "{ nothing }", **apq("{ nothing }")})) == "BAD_INPUT"
        assert code(await ask(client, "POST", apq("{ nothing }"))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_the_document_that_was_not_asked_for_longest_is_forgotten_first() -> None:
    texts = [f"{{ a{n}: __typename }}" for n in range(3)]
    async with a_client(an_app(GRAPHQL_DOCUMENTS="2", GRAPHQL_NEW_DOCUMENTS="1")) as client:
        for text in (texts[0], *texts[:2], texts[1], texts[0], *texts[2:], texts[2]):
            await ask(client, "POST", {"query": text})
        known = ["errors" not in (await ask(client, "POST", apq(text))).json() for text in texts]
    assert known == [True, False, True]


@pytest.mark.parametrize(
    "parameters",
    [
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "0" * 64}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "zz"}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 7}}},
        {"extensions": {"persistedQuery": "x"}},
        {"documentId": "sha256:abc"},
        {"documentId": "md5:" + "0" * 32},
        {"documentId": 7},
        {"extensions": {}},
    ],
)
async def test_what_is_no_hash_is_refused_whatever_the_client_accepts(parameters: dict[str, Any]) -> None:
    async with a_client(an_app()) as client:
        response = await ask(client, "POST", parameters, JSON)
    assert (response.status_code, code(response)) == (400, "BAD_INPUT")


MANIFESTS = {
    "ids and texts": {"what": TYPENAME},
    "a list of operations": {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": "what", "name": "What", "type": "query", "body": TYPENAME}],
    },
}


def manifest(folder: Path, told: object) -> dict[str, str]:
    path = folder / "documents.json"
    path.write_bytes(orjson.dumps(told))
    return {"GRAPHQL_TRUSTED_DOCUMENTS": str(path)}


@pytest.mark.parametrize("told", MANIFESTS.values(), ids=MANIFESTS)
async def test_a_trusted_document_is_answered_by_text_hash_or_id(told: object, tmp_path: Path) -> None:
    async with a_client(an_app(**manifest(tmp_path, told))) as client:
        for asked in ({"query": TYPENAME}, apq(TYPENAME), by_id(TYPENAME), {"documentId": "what"}):
            assert (await ask(client, "POST", asked)).json() == ANSWER


async def test_where_documents_are_trusted_no_other_is_answered_or_kept(tmp_path: Path) -> None:
    other = "{ a: __typename }"
    async with a_client(an_app(**manifest(tmp_path, {"what": TYPENAME}))) as client:
        refused = await ask(client, "POST", {"query": other})
        assert (refused.status_code, code(refused)) == (400, "BAD_INPUT")
        assert "its operator has listed" in refused.json()["errors"][0]["message"]
        assert code(await ask(client, "POST", apq(other))) == "PERSISTED_QUERY_NOT_FOUND"
        assert code(await ask(client, "POST", {"documentId": "other"})) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("told", [[], {}, {"id": 7}, {"operations": "x"}, {"operations": [{"id": "x"}]}])
def test_a_manifest_of_another_shape_is_told_by_its_setting(told: object, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="HOMEGROUP_GRAPHQL_TRUSTED_DOCUMENTS"):
        an_app(**manifest(tmp_path, told))


def test_a_manifest_that_is_not_there_is_told_by_its_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        an_app(GRAPHQL_TRUSTED_DOCUMENTS=str(tmp_path / "none.json"))


def test_a_trusted_document_that_is_not_valid_is_told_by_its_id(tmp_path: Path) -> None:
    with pytest.raises(InvalidQuery, match=r"document broken: .*nothing"):
        an_app(**manifest(tmp_path, {"what": TYPENAME, "broken": "{ nothing }"}))
