"""What volunteers need: leases, plans kept, undoing, meetings in two lists, suspensions, tokens and reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from meetings.whereabouts import at_hour, door_key, room_key

revision = "0002"
down_revision = "0001"

_SOURCES = ("next_attempt_at", "leased_by", "leased_until", "etag", "last_modified", "body_hash")
_PLACES = ("door", "room")
_MEETINGS = (
    "until",
    *_PLACES,
    "shown_as",
    "shown_why",
    "suspended_from",
    "suspended_until",
    "suspended_note",
    "flagged_at",
)
_TOLD = ("weekday", "starts", "street", "venue_name", "city", "online_url")
_SOUGHT_BY = (["weekday", "starts", "latitude"], ["door"], ["room"])
_RUNS = ("plan_id", "reverted_by", "reverts")


def upgrade() -> None:
    op.add_column("sources", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    for table, names in (("sources", _SOURCES), ("meetings", _MEETINGS), ("runs", _RUNS)):
        for name in names:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=True))
    op.create_index(op.f("ix_meetings_shown_as"), "meetings", ["shown_as"])
    for columns in _SOUGHT_BY:
        op.create_index(op.f("ix_meetings_" + "_".join(columns)), "meetings", columns)
    _fill_places()
    op.create_table(
        "plans",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_plans_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_plans_source_id"), "plans", ["source_id"])
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tokens_token_hash")),
        sqlite_strict=True,
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_reports_meeting_id"), "reports", ["meeting_id"])


def downgrade() -> None:
    for table in ("reports", "tokens", "plans"):
        op.drop_table(table)
    for columns in (["shown_as"], *_SOUGHT_BY):
        op.drop_index(op.f("ix_meetings_" + "_".join(columns)), "meetings")
    for table, names in (("sources", ("failures", *_SOURCES)), ("meetings", _MEETINGS), ("runs", _RUNS)):
        for name in names:
            op.drop_column(table, name)


def _fill_places() -> None:
    """The keys of what is listed already, lest it be found in other lists only once it changes."""
    meetings = sa.table("meetings", *(sa.column(name) for name in ("id", *_TOLD, *_PLACES)))
    connection = op.get_bind()
    rows = connection.execute(sa.select(meetings.c.id, *(meetings.c[name] for name in _TOLD))).all()
    placed = [
        {
            "of": row.id,
            "door": at_hour(row.weekday, row.starts, door_key(row.street, row.venue_name, row.city)),
            "room": at_hour(row.weekday, row.starts, room_key(row.online_url)),
        }
        for row in rows
    ]
    values: dict[str, sa.BindParameter[str]] = {name: sa.bindparam(name) for name in _PLACES}
    if placed:
        connection.execute(sa.update(meetings).where(meetings.c.id == sa.bindparam("of")).values(values), placed)
