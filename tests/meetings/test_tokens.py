"""Who may do what: every role, action and scope."""

from dataclasses import replace

import pytest

from meetings.tokens import Action, Role, Token, may, token_from_bytes, token_hash
from tests.builders import NOW

ANY = Token(id="t", role=Role.ADMIN, created_at=NOW)
#: What the matrix says, written out: a change of rights must be written twice.
ALLOWED = {
    (Role.VOLUNTEER, Action.REGISTER_SOURCE): False,
    (Role.VOLUNTEER, Action.PREVIEW_IMPORT): True,
    (Role.VOLUNTEER, Action.APPLY_IMPORT): True,
    (Role.VOLUNTEER, Action.REVERT_IMPORT): True,
    (Role.VOLUNTEER, Action.SUSPEND_MEETINGS): True,
    (Role.VOLUNTEER, Action.RESOLVE_REPORTS): True,
    (Role.VOLUNTEER, Action.READ_RUNS): True,
    (Role.VOLUNTEER, Action.READ_REPORTS): True,
} | {(Role.ADMIN, action): True for action in Action}
#: A token's sources, the source asked for, and whether the scope takes it in.
SCOPES = [
    (None, "lantern", True),
    (None, None, True),
    (("lantern", "harbor"), "lantern", True),
    (("lantern",), "harbor", False),
    (("lantern",), None, False),
    ((), "lantern", False),
    ((), None, False),
]


@pytest.mark.parametrize(("sources", "asked", "inside"), SCOPES)
@pytest.mark.parametrize(("role", "action"), [(role, action) for role in Role for action in Action])
def test_holder_may_do_what_role_and_scope_both_allow(
    role: Role, action: Action, sources: tuple[str, ...] | None, asked: str | None, inside: bool
) -> None:
    assert may(replace(ANY, role=role, sources=sources), action, asked) == (ALLOWED[role, action] and inside)


@pytest.mark.parametrize("action", Action)
def test_revoked_token_and_no_token_allow_nothing(action: Action) -> None:
    assert not may(replace(ANY, revoked_at=NOW), action, "lantern")
    assert not may(None, action, "lantern")


def test_token_is_256_bits_and_its_hash_another_256() -> None:
    token = token_from_bytes(bytes(range(32)))
    assert (len(token), len(token_hash(token)), token in token_hash(token)) == (43, 64, False)


@pytest.mark.parametrize("count", [0, 16, 31, 33])
def test_token_of_fewer_or_more_bytes_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        token_from_bytes(bytes(count))
