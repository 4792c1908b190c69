"""Which of a database's tables the metadata answers for."""

from __future__ import annotations

# The search index has tables of each database's own kind, which no metadata describes.
NOT_OURS = ("search_",)


def is_ours(_object: object, name: str | None, kind: str, is_reflected: bool, compare_to: object) -> bool:  # noqa: FBT001 (Alembic's signature)
    """Leave out of comparisons what the full-text index keeps for itself."""
    is_only_in_database = kind == "table" and is_reflected and compare_to is None
    return not (is_only_in_database and str(name).startswith(NOT_OURS))
