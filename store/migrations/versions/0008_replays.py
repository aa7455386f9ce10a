"""Answers kept for a day under a client's own key, so that a mutation sent twice is done once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "replays",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("taken_until", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_replays")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_replays_at"), "replays", ["at"])


def downgrade() -> None:
    op.drop_table("replays")
