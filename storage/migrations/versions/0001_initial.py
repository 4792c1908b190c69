"""The first tables."""

from __future__ import annotations

from alembic import op

from storage.tables import Base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing is released yet: until the first version is, the tables themselves are the first migration.
    Base.metadata.create_all(op.get_bind(), checkfirst=False)


def downgrade() -> None:
    Base.metadata.drop_all(op.get_bind(), checkfirst=False)
