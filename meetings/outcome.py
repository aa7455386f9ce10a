"""What came of something that a volunteer asked for: the run that did it, or why it could not be done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from meetings.source import ImportRun


class Refusal(StrEnum):
    """Why an import cannot be applied or undone; a published list that only grows."""

    PLAN_EXPIRED = "PLAN_EXPIRED"
    LIST_CHANGED = "LIST_CHANGED"
    NEEDS_CONFIRMATION = "NEEDS_CONFIRMATION"
    NEEDS_SECOND_PERSON = "NEEDS_SECOND_PERSON"
    UNKNOWN_RUN = "UNKNOWN_RUN"
    NOTHING_TO_UNDO = "NOTHING_TO_UNDO"
    NEWER_IMPORT = "NEWER_IMPORT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Either `run`, or `refusal` and a `message` for people that says what to do."""

    run: ImportRun | None = None
    refusal: Refusal | None = None
    message: str = ""
