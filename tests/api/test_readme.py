"""What the README tells people to type works as it stands there."""

import re

import httpx2
import orjson

from tests.outside import ROOT

BODIES = re.findall(r"-d '(.+)'$", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE)


async def test_every_request_of_the_readme_is_answered(client: httpx2.AsyncClient) -> None:
    found = await client.post("/graphql", json={"query": "{ meetings(orderBy: NAME, first: 1) { nodes { id } } }"})
    meeting_id = found.json()["data"]["meetings"]["nodes"][0]["id"]
    assert len(BODIES) == 2
    for body in BODIES:
        asked = body.replace("…an id from above…", meeting_id).encode("utf-8")
        orjson.loads(asked)
        answer = await client.post("/graphql", content=asked, headers={"Content-Type": "application/json"})
        assert "errors" not in answer.json()
        assert not answer.json()["data"].get("createSchedule", {}).get("problems")
