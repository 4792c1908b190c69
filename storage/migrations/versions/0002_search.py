"""The search index, sentence vectors and the words that "did you mean" chooses from."""

from __future__ import annotations

from alembic import op

from storage.search import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema.create(op.get_bind(), op.get_bind().dialect.name)


def downgrade() -> None:
    schema.drop(op.get_bind(), op.get_bind().dialect.name)
