"""Saved searches, and the month in which a schedule was last used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "schedule_searches",
        sa.Column("schedule_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("added_on", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_schedule_searches_schedule_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("schedule_id", "id", name=op.f("pk_schedule_searches")),
        sqlite_strict=True,
    )
    # Whoever has one now has used it when it was last changed, at the latest.
    op.add_column("schedules", sa.Column("used_month", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE schedules SET used_month = substr(entries_updated_at, 1, 8) || '01'")


def downgrade() -> None:
    op.drop_column("schedules", "used_month")
    op.drop_table("schedule_searches")
