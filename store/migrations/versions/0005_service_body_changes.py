"""What imports change of service bodies, so that undoing one puts them back too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "service_body_changes",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("service_body_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_service_body_changes")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_service_body_changes_run_id"), "service_body_changes", ["run_id"])


def downgrade() -> None:
    op.drop_table("service_body_changes")
