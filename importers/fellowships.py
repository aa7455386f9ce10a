"""What a fellowship says for all its meetings: their usual length, and how it sees medication."""

from __future__ import annotations

from datetime import timedelta

from meetings.model import MedicationStance
from meetings.vocabulary import Vocabulary

_USUAL = timedelta(minutes=60)


def usual_length(vocabulary: Vocabulary, fellowship: str) -> timedelta:
    """How long its meetings are when nothing else is said."""
    known = vocabulary.fellowships.get(fellowship)
    return timedelta(minutes=known.usual_minutes) if known else _USUAL


def fellowship_stance(vocabulary: Vocabulary, fellowship: str) -> tuple[MedicationStance, str | None]:
    """How it sees medication, and who says so; UNSTATED but where the fellowship exists for people on medication."""
    known = vocabulary.fellowships.get(fellowship)
    if known is None or known.medication == MedicationStance.UNSTATED:
        return MedicationStance.UNSTATED, None
    return known.medication, known.name
