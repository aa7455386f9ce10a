"""Problems: what was understood but cannot be done, as a mutation tells it to its client. They are never raised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import graphene


class ProblemCode(StrEnum):
    """What may stand in the way; a published list that only grows."""

    UNKNOWN_KEY = "UNKNOWN_KEY"
    UNKNOWN_MEETING = "UNKNOWN_MEETING"
    TOO_MANY_ENTRIES = "TOO_MANY_ENTRIES"
    TOO_LONG = "TOO_LONG"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    BAD_VALUE = "BAD_VALUE"
    UNKNOWN_SOURCE = "UNKNOWN_SOURCE"
    CANNOT_READ = "CANNOT_READ"
    PLAN_EXPIRED = "PLAN_EXPIRED"
    LIST_CHANGED = "LIST_CHANGED"
    NEEDS_CONFIRMATION = "NEEDS_CONFIRMATION"
    NEEDS_SECOND_PERSON = "NEEDS_SECOND_PERSON"
    UNKNOWN_RUN = "UNKNOWN_RUN"
    NOTHING_TO_UNDO = "NOTHING_TO_UNDO"
    NEWER_IMPORT = "NEWER_IMPORT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One problem, for the field at that path of the mutation's arguments."""

    code: ProblemCode
    message: str
    field: tuple[str, ...] | None = None


class Problem(graphene.ObjectType):
    """Why something that was asked for could not be done. Where there are problems, nothing was changed."""

    code = graphene.String(
        required=True,
        description="For programs: " + ", ".join(f"`{code.value}`" for code in ProblemCode) + ". The list may grow.",
    )
    message = graphene.String(
        required=True,
        description="For people, in English: what is wrong and what would do, e.g. `at most 100 characters, not 120`.",
    )
    field = graphene.List(
        graphene.NonNull(graphene.String),
        description='The argument it speaks of, as a path, e.g. `["entries", "0", "meetingId"]`.',
    )
