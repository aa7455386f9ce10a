"""For whom a suspension begins or ends on a day is looked up whenever a copy of the list catches up."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index(op.f("ix_meetings_suspended_from"), "meetings", ["suspended_from"])


def downgrade() -> None:
    op.drop_index(op.f("ix_meetings_suspended_from"), "meetings")
