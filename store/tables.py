"""The tables and their indexes, and nothing else.

`meetings` holds one row a listing: a meeting as its source tells it. `changes` is the change log, numbered in commit
order. Of schedules' keys and tokens there are hashes only.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

from meetings.model import MedicationStance, MeetingStatus, VenueType, ZoneReason
from meetings.source import RunStatus
from store.columns import Big, Code, Day, Instant, Json, Real, Words, Yes

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

vocabulary = Table(
    "vocabulary",
    metadata,
    Column("name", Text, primary_key=True),
    Column("document", Json, nullable=False),
    sqlite_strict=True,
)

sources = Table(
    "sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("importer", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("url", Text),
    Column("fellowship", Text),
    Column("language", Text),
    Column("time_zone", Text),
    Column("country", Text),
    Column("attribution", Text),
    Column("mapping", Text),
    Column("refresh_hours", Integer, nullable=False),
    Column("paused", Yes, nullable=False),
    Column("removed", Yes, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("last_good_import_at", Instant),
    # How reading it goes: failures in a row, when to try again, and who is reading it now until when.
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", Instant),
    Column("leased_by", Text),
    Column("leased_until", Instant),
    # For conditional requests, as the server gave them; and the hash under which its last good answer is kept.
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Text),
    sqlite_strict=True,
)

service_bodies = Table(
    "service_bodies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False, index=True),
    Column("source_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("parent_id", Text, index=True),
    Column("url", Text),
    Column("helpline", Text),
    sqlite_strict=True,
)

#: What imports change of them; `before` null: it was not there, `after` null: it is not there any more.
service_body_changes = Table(
    "service_body_changes",
    metadata,
    Column("number", Big, primary_key=True, autoincrement=False),
    Column("service_body_id", Text, nullable=False),
    Column("run_id", Text, nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("before", Json),
    Column("after", Json),
    sqlite_strict=True,
)

meetings = Table(
    "meetings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Big, nullable=False),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False),
    Column("source_key", Text, nullable=False),
    Column("content_key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("status", Code(MeetingStatus), nullable=False),
    # When it was first absent from its source, and when it was last there; both null while it is listed, for then
    # it was last seen at its source's last good import and no row need be rewritten to say so.
    Column("missing_since", Instant),
    Column("last_seen_at", Instant),
    Column("name", Text, nullable=False),
    Column("fellowship", Text, nullable=False),
    Column("venue_type", Code(VenueType)),
    Column("zone", Text),
    Column("zone_reason", Code(ZoneReason)),
    Column("weekday", Integer),
    Column("starts", Integer),
    Column("minutes", Integer),
    Column("duration_assumed", Yes, nullable=False),
    Column("interval", Integer, nullable=False),
    Column("anchor", Day),
    Column("weeks", Text, nullable=False),
    Column("exceptions", Json, nullable=False),
    Column("until", Day),
    Column("venue_name", Text),
    Column("street", Text),
    Column("city", Text),
    Column("region", Text),
    Column("postal_code", Text),
    Column("country", Text),
    Column("formatted_address", Text),
    Column("latitude", Real),
    Column("longitude", Real),
    Column("approximate", Yes, nullable=False),
    Column("arrival_notes", Text),
    Column("online_url", Text),
    Column("online_provider", Text),
    Column("online_phone", Text),
    Column("online_notes", Text),
    Column("group_name", Text),
    Column("group_code", Text),
    Column("group_url", Text),
    Column("formats", Words, nullable=False),
    Column("other_formats", Words, nullable=False),
    Column("languages", Words, nullable=False),
    Column("medication", Code(MedicationStance), nullable=False),
    Column("medication_source", Text),
    Column("notes", Text),
    Column("service_body_id", Text),
    Column("areas", Words, nullable=False),
    Column("url", Text),
    Column("revision", Integer, nullable=False),
    Column("updated_at", Instant, nullable=False),
    # Hours with keys of `meetings.whereabouts`, by which the same meeting is looked for in other lists.
    Column("door", Text),
    Column("room", Text),
    # The same meeting in several lists is shown once: each of its listings, the oldest itself too, names the oldest,
    # under whose id they are shown, and but for that one says why. Null: it is in one list only.
    Column("shown_as", Text),
    Column("shown_why", Text),
    # A person's word that it does not meet from one day to another, inclusive; imports keep it.
    Column("suspended_from", Day),
    Column("suspended_until", Day),
    Column("suspended_note", Text),
    # Reports of distinct people raise a flag; they hide nothing.
    Column("flagged_at", Instant),
    UniqueConstraint("number"),
    Index(None, "source_id", "source_key"),
    Index(None, "source_id", "group_code", "group_name"),
    Index(None, "weekday", "starts", "latitude"),
    sqlite_strict=True,
)
# Of what few rows tell: indexes of those few.
for _column in (meetings.c.door, meetings.c.room, meetings.c.shown_as, meetings.c.suspended_from):
    Index(None, _column, sqlite_where=_column.is_not(None), postgresql_where=_column.is_not(None))

#: Ids that a meeting would have on a server that first saw it under a later key, or had before it was joined.
meeting_ids = Table(
    "meeting_ids",
    metadata,
    Column("id", Text, primary_key=True),
    Column("meeting_id", Text, ForeignKey("meetings.id"), nullable=False, index=True),
    sqlite_strict=True,
)

changes = Table(
    "changes",
    metadata,
    # Ours to give: a sequence's numbers are not in commit order.
    Column("number", Big, primary_key=True, autoincrement=False),
    Column("meeting_id", Text, nullable=False, index=True),
    Column("run_id", Text, index=True),
    Column("at", Instant, nullable=False),
    # The row as it was; null when it was not there. What it became is the next change's `before`, or the row.
    Column("before", Json),
    sqlite_strict=True,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False),
    Column("status", Code(RunStatus), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=False),
    Column("received", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("withdrawn", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("findings_total", Integer, nullable=False),
    Column("reason", Text),
    Column("content_hash", Text),
    Column("plan_id", Text),
    Column("reverted_by", Text),
    # For a run that undid another: which.
    Column("reverts", Text),
    Index(None, "source_id", "started_at"),
    sqlite_strict=True,
)

findings = Table(
    "findings",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("code", Text, nullable=False),
    Column("where", Text, nullable=False),
    Column("source_key", Text),
    Column("value", Text),
    sqlite_strict=True,
)

#: What an import would do, kept for a day so that a person can look and apply it. `state` is a hash of what was held
#: of the source when it was made: a plan is void once that changed.
plans = Table(
    "plans",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("content_hash", Text),
    Column("document", Json, nullable=False),
    Column("run_id", Text),
    sqlite_strict=True,
)

#: Volunteers' tokens: hashes only. `sources` null: all of them.
tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("sources", Json),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    sqlite_strict=True,
)

#: For a day: which volunteers confirmed a removal for which one is too few. `subject` names a list's content or a run.
confirmations = Table(
    "confirmations",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("token_id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    sqlite_strict=True,
)

#: What people report of meetings. Nothing of who reported is kept.
reports = Table(
    "reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("meeting_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("detail", Text),
    Column("at", Instant, nullable=False),
    Column("outcome", Text),
    sqlite_strict=True,
)

#: For two days: the key of each day, and under it one mark a network that reported a meeting. Both go together.
reporter_keys = Table(
    "reporter_keys",
    metadata,
    Column("day", Day, primary_key=True),
    Column("key", Text, nullable=False),
    sqlite_strict=True,
)
reporter_marks = Table(
    "reporter_marks",
    metadata,
    Column("day", Day, primary_key=True),
    Column("meeting_id", Text, primary_key=True),
    Column("mark", Text, primary_key=True),
    sqlite_strict=True,
    # Rows by their key alone: their order tells nobody which was first.
    sqlite_with_rowid=False,
)

schedules = Table(
    "schedules",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key_hash", Text, nullable=False, unique=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("name", Text),
    Column("time_zone", Text, nullable=False),
    Column("discreet", Yes, nullable=False),
    Column("reminder_minutes", Integer),
    Column("rotation", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("entries_updated_at", Instant, nullable=False),
    # The first day of the month in which its key or its feed was last used, and nothing finer.
    Column("used_month", Day, nullable=False),
    sqlite_strict=True,
)

schedule_entries = Table(
    "schedule_entries",
    metadata,
    Column("schedule_id", Text, ForeignKey("schedules.id", ondelete="CASCADE"), primary_key=True),
    Column("meeting_id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("note", Text),
    Column("reminder_minutes", Integer),
    Column("skipped_dates", Words, nullable=False),
    Column("dates", Json),
    Column("added_on", Day, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("updated_at", Instant, nullable=False),
    sqlite_strict=True,
)

#: Questions whose matches join a schedule; `most` is how many of them.
schedule_searches = Table(
    "schedule_searches",
    metadata,
    Column("schedule_id", Text, ForeignKey("schedules.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("most", Integer, nullable=False),
    Column("filter", Json, nullable=False),
    Column("added_on", Day, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("updated_at", Instant, nullable=False),
    sqlite_strict=True,
)

#: Feeds that were turned off: their addresses show an empty calendar for a while, lest phones keep old meetings.
retired_feeds = Table(
    "retired_feeds",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("turned_off_at", Instant, nullable=False),
    sqlite_strict=True,
)

#: For a day: mutations that a client may send again, under a hash of its own key. `request` and `answer` are under that
#: key too, which nobody here keeps; `answer` null: it is being worked out, until `taken_until` at the latest.
replays = Table(
    "replays",
    metadata,
    Column("key_hash", Text, primary_key=True),
    Column("request", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("taken_until", Instant, nullable=False),
    Column("answer", Text),
    sqlite_strict=True,
)

#: What became of the records that a source told last, so that unchanged ones need not be read again; `terms` is a hash
#: of all else that decides how they are read. Without it the next import takes longer, and nothing else.
known_records = Table(
    "known_records",
    metadata,
    Column("source_id", Text, ForeignKey("sources.id"), primary_key=True),
    Column("terms", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    sqlite_strict=True,
)

#: What no copy holds: it is kept for so short a time that none may outlive it, or comes anew by itself.
FLEETING = frozenset({reporter_keys, reporter_marks, replays, known_records})
