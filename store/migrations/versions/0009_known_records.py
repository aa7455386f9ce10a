"""What became of the records that a source told last, so that unchanged ones need not be read again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "known_records",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_known_records_source_id")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_known_records")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("known_records")
