"""How far a confirmed alert has been queued: its readers are reached by spans of their ids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("broadcast", sa.Column("spread_to", big, nullable=True))


def downgrade() -> None:
    op.drop_column("broadcast", "spread_to")
