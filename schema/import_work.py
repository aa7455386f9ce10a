"""What resolvers ask of the imports: they know what is wanted, not how a list is fetched, read or undone."""

from __future__ import annotations

from typing import Protocol

from meetings.outcome import Outcome
from meetings.source import ImportRun, KeptPlan, Source


class ImportWork(Protocol):
    """Given by `api`. Each opens transactions of its own, so it is called while no snapshot is held."""

    def checked(self, source: Source) -> Source:
        """The source with its codes as we write them; InvalidQuery names the field that is wrong, UnknownCode too."""
        ...

    def preview(self, source: Source, content: str | None) -> KeptPlan | ImportRun:
        """What importing it would do, of this content or of what its location holds; a failed run if nothing."""
        ...

    def apply(self, plan_id: str, *, confirm: bool) -> Outcome:
        """Carry a previewed import out; twice is once."""
        ...

    def revert(self, run_id: str) -> Outcome:
        """Undo an import; twice is once."""
        ...

    def without_persons(self, text: str) -> str:
        """Plain text without e-mail addresses, telephone numbers and named persons."""
        ...
