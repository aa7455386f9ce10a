"""Who may do what: every mutation and every question of volunteers, against every role and scope.

The operations are taken from the schema, so that one which is added without a word here fails.
"""

from typing import Any

import orjson
import pytest
from graphql import GraphQLSchema

from meetings.tokens import Role, Token
from tests.builders import a_listing, a_source
from tests.importers.lists import bmlt_record
from tests.schema.conftest import House, a_token, id_of

#: Whom each operation is open to. Those for volunteers speak of the source `lantern`.
PUBLIC = {
    "createSchedule", "updateSchedule", "setEntries", "removeEntries", "rotateFeed", "deleteSchedule", "reportMeeting",
    "addSearch", "removeSearch",
}  # fmt: skip
OF_VOLUNTEERS = {
    "previewImport": 'previewImport(source: "lantern", content: "[]") { problems { code } }',
    "applyImport": 'applyImport(plan: "p2") { problems { code } }',
    "revertImport": 'revertImport(run: "run 1") { problems { code } }',
    "suspendMeetings": f'suspendMeetings(ids: ["{id_of("1")}"], from: "2026-11-22") {{ problems {{ code }} }}',
    "resolveReports": f'resolveReports(meetingId: "{id_of("1")}", outcome: FIXED) {{ problems {{ code }} }}',
}
OF_ADMINS = {
    "registerSource": """registerSource(input: {
        id: "lantern", name: "Lantern Area", importer: "bmlt", location: "https://lists.example.org/main_server"
    }) { problems { code } }""",
}
QUESTIONS = {
    "importRuns": 'importRuns(source: "lantern") { nodes { id } }',
    "importRun": 'importRun(id: "run 1") { id }',
    "reports": 'reports(source: "lantern") { id }',
}
VIEWERS: dict[str, Token | None] = {
    "public": None,
    "volunteer of another list": a_token(Role.VOLUNTEER, "elsewhere"),
    "admin of another list": a_token(Role.ADMIN, "elsewhere"),
    "volunteer of this list": a_token(Role.VOLUNTEER, "elsewhere", "lantern"),
    "volunteer of all lists": a_token(Role.VOLUNTEER),
    "admin of this list": a_token(Role.ADMIN, "lantern"),
    "admin of all lists": a_token(Role.ADMIN),
}
MATRIX = [
    (kind, text, name, "this" in name or "all" in name, kind == "mutation" and operation in OF_ADMINS)
    for kind, operations in (("mutation", OF_VOLUNTEERS | OF_ADMINS), ("query", QUESTIONS))
    for operation, text in operations.items()
    for name in VIEWERS
]


def previewed(house: House) -> None:
    """A plan of the list, `p2`, as the second thing that was given an id."""
    source = a_source()
    house.work.fetched = orjson.dumps([bmlt_record()])
    kept = house.work.preview(source, None)
    assert kept.id == "p2"


def test_every_mutation_is_public_or_in_the_matrix(graphql_schema: GraphQLSchema) -> None:
    assert graphql_schema.mutation_type is not None
    assert set(graphql_schema.mutation_type.fields) == PUBLIC | set(OF_VOLUNTEERS) | set(OF_ADMINS)


@pytest.mark.parametrize(("kind", "text", "viewer", "reaches", "admins_only"), MATRIX)
def test_an_operation_is_open_to_the_roles_and_scopes_that_reach_it(
    house: House, kind: str, text: str, viewer: str, reaches: bool, admins_only: bool
) -> None:
    house.lists(a_listing(record_key="1"))
    previewed(house)
    house.viewer = VIEWERS[viewer]
    answer: dict[str, Any] = house.ask(f"{kind} {{ {text} }}")
    codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
    open_to = reaches and ("admin" in viewer or not admins_only)
    assert codes == ([] if open_to else ["UNAUTHORIZED"])
