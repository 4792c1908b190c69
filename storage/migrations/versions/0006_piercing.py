"""Whether an alert reaches readers in their quiet hours at once: its editor's choice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "broadcast", sa.Column("pierces_quiet", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("broadcast", "pierces_quiet")
