"""What volunteers ask of the imports, carried out by this process' house: beside the answers, never in their way."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from api.apart import carry_out
from api.house import House
from api.importing import fetch_limits, import_limits
from api.settings import Settings
from importers.fetch import fetch
from importers.persons import without_persons
from importers.preview import apply_kept, preview_import, sent_content
from importers.registration import checked_source
from importers.revert import revert_run
from importers.text import clean_text
from meetings.outcome import Outcome
from meetings.reports import DETAIL_LENGTH
from meetings.source import ImportRun, KeptPlan, Source
from meetings.tokens import Confirmer, Token, confirmer
from store.database import Database
from store.sources import get_source
from store.vocabulary import get_vocabulary

log = logging.getLogger(__name__)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseWork:
    """`schema.import_work.ImportWork` for one operation; `viewer` is who asks."""

    house: House
    viewer: Token | None

    def checked(self, source: Source) -> Source:
        """See `ImportWork`."""
        return checked_source(source, self.house.vocabulary)

    def preview(self, source: Source, content: str | None) -> KeptPlan | ImportRun:
        """See `ImportWork`."""
        plan_id = secrets.token_hex(8)
        found = self._carried_out(preview, source.id, content, plan_id)
        self._log("preview", source.id, plan_id)
        return found

    def apply(self, plan_id: str, *, confirm: bool) -> Outcome:
        """See `ImportWork`."""
        outcome = self._carried_out(apply, plan_id, confirm, secrets.token_hex(8), self._confirmer())
        self._log("apply", outcome.run.source_id if outcome.run else "-", outcome.run.id if outcome.run else "-")
        return outcome

    def revert(self, run_id: str) -> Outcome:
        """See `ImportWork`."""
        outcome = self._carried_out(revert, run_id, secrets.token_hex(8), self._confirmer())
        self._log("revert", outcome.run.source_id if outcome.run else "-", outcome.run.id if outcome.run else "-")
        return outcome

    def without_persons(self, text: str) -> str:
        """See `ImportWork`."""
        return without_persons(clean_text(text, most=DETAIL_LENGTH, lines=True).text)

    def _confirmer(self) -> Confirmer | None:
        return confirmer(self.viewer, self.house.settings.second_person_meetings)

    def _carried_out(self, work: Callable[..., Result], *told: object) -> Result:
        settings = self.house.settings
        return carry_out(settings, settings.volunteer_seconds, work, self.house.clock(), *told)

    def _log(self, what: str, source_id: str, id: str) -> None:
        """Who did what: the token's public id, for the day on which somebody must know."""
        log.info(
            "volunteer token=%s did=%s source=%s id=%s", self.viewer.id if self.viewer else "-", what, source_id, id
        )


def preview(
    database: Database, settings: Settings, now: datetime, source_id: str, content: str | None, plan_id: str
) -> KeptPlan | ImportRun:
    """What importing the source would do, of this content or of what its location holds."""
    with database.read() as read:
        source, vocabulary = get_source(read, source_id), get_vocabulary(read)
    if content is None:
        get = partial(fetch, limits=fetch_limits(settings), today=now.astimezone(UTC).date())
    else:
        get = partial(sent_content, content=content, most=settings.content_bytes)
    limits = import_limits(settings)
    return preview_import(database, source, fetch=get, vocabulary=vocabulary, now=now, plan_id=plan_id, limits=limits)


def apply(
    database: Database,
    settings: Settings,
    now: datetime,
    plan_id: str,
    confirm: bool,
    run_id: str,
    by: Confirmer | None,
) -> Outcome:
    """Carry a kept plan out."""
    return apply_kept(database, plan_id, confirm=confirm, run_id=run_id, now=now, by=by)


def revert(
    database: Database, settings: Settings, now: datetime, run_id: str, new_run_id: str, by: Confirmer | None
) -> Outcome:
    """Undo an import."""
    return revert_run(database, run_id, new_run_id=new_run_id, now=now, by=by)
