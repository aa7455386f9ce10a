"""Who confirmed a removal for which one volunteer is too few."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "confirmations",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "token_id", name=op.f("pk_confirmations")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("confirmations")
