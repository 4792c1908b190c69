"""Changing many rows at once. By default the ORM would fetch the key of every row that an UPDATE touched, to bring objects
in memory up to date; the outbox holds no objects, and a million keys cost more than the update itself.
"""

from __future__ import annotations

from sqlalchemy import Delete, Update, delete, update

from storage.tables import Base


def update_of(row: type[Base]) -> Update:
    """An UPDATE that fetches nothing."""
    return update(row).execution_options(synchronize_session=False)


def delete_of(row: type[Base]) -> Delete:
    """A DELETE that fetches nothing."""
    return delete(row).execution_options(synchronize_session=False)
