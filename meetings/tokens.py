"""Volunteers' tokens: who holds one may do what its role and its sources allow. There are no accounts.

A token is 256 random bits; only its SHA-256 hash is ever kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from meetings.schedule import key_from_bytes, secret_hash

TOKEN_BYTES = 32


class Role(StrEnum):
    """A VOLUNTEER looks after lists; an ADMIN also says which lists there are."""

    VOLUNTEER = "volunteer"
    ADMIN = "admin"


class Action(StrEnum):
    """What only the holder of a token may do. Everything speaks of one source."""

    REGISTER_SOURCE = "registerSource"
    PREVIEW_IMPORT = "previewImport"
    APPLY_IMPORT = "applyImport"
    REVERT_IMPORT = "revertImport"
    SUSPEND_MEETINGS = "suspendMeetings"
    RESOLVE_REPORTS = "resolveReports"
    READ_RUNS = "importRuns"
    READ_REPORTS = "reports"


_OF_VOLUNTEERS = frozenset(Action) - {Action.REGISTER_SOURCE}
ROLE_ACTIONS: dict[Role, frozenset[Action]] = {Role.VOLUNTEER: _OF_VOLUNTEERS, Role.ADMIN: frozenset(Action)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of a token. `sources` None: all of them, those to come too; `revoked_at` None: it holds."""

    id: str
    role: Role
    sources: tuple[str, ...] | None = None
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmer:
    """Who takes meetings away and may be wrong or mean harm: so many at once by this token `alone`."""

    token_id: str
    alone: int


def confirmer(token: Token | None, alone: int) -> Confirmer | None:
    """Who needs a second person beyond so many meetings (0: nobody does); None: an admin, or the operator."""
    if token is None or token.role == Role.ADMIN or not alone:
        return None
    return Confirmer(token_id=token.id, alone=alone)


def may(token: Token | None, action: Action, source_id: str | None) -> bool:
    """Whether the holder may do this to that source; `source_id` None: to all sources at once."""
    if token is None or token.revoked_at is not None or action not in ROLE_ACTIONS[token.role]:
        return False
    return token.sources is None or (source_id is not None and source_id in token.sources)


def token_from_bytes(random: bytes) -> str:
    """The token that its holder sees, once; ValueError unless 32 bytes are given."""
    if len(random) != TOKEN_BYTES:
        raise ValueError(f"a token is made of {TOKEN_BYTES} random bytes, not {len(random)}")
    return key_from_bytes(random)


def token_hash(token: str) -> str:
    """All that is kept of it: SHA-256, in hexadecimal."""
    return secret_hash(token)
