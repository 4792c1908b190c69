"""Marks of planned slot times instead of an index that every edition changes throughout; until when an alert was held.

PostgreSQL rewrites a row in place if its page has room: pages written from now on keep half of it. SQLite always does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REWRITTEN = ("subscriber", "slot")


def upgrade() -> None:
    op.create_table(
        "slot_time",
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("local_time", sa.Time(), nullable=False),
        sa.Column("planned_for", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("zone", "local_time", name="pk_slot_time"),
    )
    op.add_column("delivery", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_slot_zone_local_time_last_local_date", "slot")
    op.create_index("ix_slot_zone_local_time", "slot", ["zone", "local_time"])
    if op.get_bind().dialect.name == "postgresql":
        for table in REWRITTEN:
            op.execute(f"ALTER TABLE {table} SET (fillfactor = 50)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in REWRITTEN:
            op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
    op.drop_index("ix_slot_zone_local_time", "slot")
    op.create_index(
        "ix_slot_zone_local_time_last_local_date", "slot", ["zone", "local_time", "last_local_date"]
    )
    op.drop_column("delivery", "held_until")
    op.drop_table("slot_time")
