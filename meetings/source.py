"""Where listings come from, and what an import would do or did."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meetings.findings import Finding
    from meetings.listing import ListedBody, Listing
    from meetings.model import MeetingStatus

SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A list that is read again and again.

    `location` is what is fetched (a URL, or a file or folder), `url` what the public may see. `id` is lower case, so
    that it can never be taken for a meeting's.
    """

    id: str
    name: str
    importer: str
    location: str
    url: str | None = None
    fellowship: str | None = None
    language: str | None = None
    time_zone: str | None = None
    country: str | None = None
    attribution: str | None = None
    mapping: str | None = None
    refresh_hours: int = 12
    paused: bool = False
    removed: bool = False
    added_at: datetime
    last_good_import_at: datetime | None = None
    failures: int = 0
    next_attempt_at: datetime | None = None
    meeting_count: int = 0

    def __post_init__(self) -> None:
        if not SOURCE_ID.fullmatch(self.id):
            raise ValueError(f"a source's id is lower-case letters, digits, '.', '_' and '-', not {self.id!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What came with a source's last good answer, to ask with whether it changed; `body_hash` names what was read."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


class RunStatus(StrEnum):
    """How an import ended; `DRY_RUN` and `HELD` changed nothing."""

    SUCCEEDED = "succeeded"
    NOT_MODIFIED = "not_modified"
    HELD = "held"
    FAILED = "failed"
    DRY_RUN = "dry_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCounts:
    """received = added + changed + unchanged + rejected; missing and withdrawn are of what we held before."""

    received: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    withdrawn: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLimits:
    """When a plan waits for a person, and when what is missing is withdrawn.

    `memory_bytes`: what the process that imports may use, which others see to; 0: whatever there is.
    `known_records`: of lists that have more, what became of each record is not kept for the next time.
    """

    absent_share: float = 0.10
    absent_count: int = 20
    absent_most: float = 0.50
    withdraw_after_runs: int = 3
    withdraw_after: timedelta = timedelta(days=7)
    memory_bytes: int = 0
    known_records: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the store keeps of one listing, as far as a plan needs it.

    `missing_since` is when it was first absent, `missing_runs` how many good imports have missed it since, that one
    included. `ids` are all ids it ever had, the shown one first.
    """

    meeting_id: str
    ids: tuple[str, ...]
    key: str
    content_key: str
    fingerprint: str
    status: MeetingStatus
    missing_since: datetime | None = None
    missing_runs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A listing and the meeting it is; `key` is the listing's own or made of its content."""

    meeting_id: str
    key: str
    listing: Listing
    content_key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What an import would do: all of it or, when `held` gives a reason, nothing.

    `missing`: now absent for the first time; `suspended`: known, and no longer published by the source; `returned`:
    was missing and is told again, in a record that cannot be read; `withdrawn`: absent for long enough, or confirmed
    by a person.
    """

    source_id: str
    added: tuple[Placed, ...] = ()
    changed: tuple[Placed, ...] = ()
    unchanged: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    suspended: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    service_bodies: tuple[ListedBody, ...] = ()
    findings: tuple[Finding, ...] = ()
    counts: ImportCounts = field(default_factory=ImportCounts)
    held: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRun:
    """One attempt to import a source, good or bad.

    `plan_id`: the plan a person applied; `reverted_by`: the run that undid this one; `reverts`: the run it undid.
    """

    id: str
    source_id: str
    status: RunStatus
    started_at: datetime
    finished_at: datetime
    counts: ImportCounts = field(default_factory=ImportCounts)
    findings: tuple[Finding, ...] = ()
    findings_total: int = 0
    reason: str | None = None
    content_hash: str | None = None
    plan_id: str | None = None
    reverted_by: str | None = None
    reverts: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """One field of a meeting before and after, in words; None: it tells nothing."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDiff:
    """What a plan changes of one meeting."""

    meeting_id: str
    fields: tuple[FieldDiff, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlan:
    """A previewed import, kept for a day.

    `plan.withdrawn` holds all that is absent, for who applies a plan says that it is gone; `plan.held` says why
    applying must be confirmed. `state`: a hash of what was held of the source. `run_id`: the run that applied it.
    Of findings of one kind the first are kept; `findings_total` counts all.
    """

    id: str
    made_at: datetime
    state: str
    plan: ImportPlan
    diffs: tuple[MeetingDiff, ...] = ()
    findings_total: int = 0
    content_hash: str | None = None
    run_id: str | None = None
