"""From a SELECT of readers to their deliveries: always one INSERT … SELECT, never a row at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Result, Select, literal
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import Lane
from storage.outbox.values import RANKS, State
from storage.statements import insert_into
from storage.tables import DeliveryRow, UtcDateTime


def rows_of(result: Result[Any]) -> int:
    """How many rows an INSERT, UPDATE or DELETE touched."""
    return cast("CursorResult[Any]", result).rowcount


async def add_deliveries(
    session: AsyncSession,
    members: Select[int],
    *,
    broadcast_id: int,
    lane: Lane,
    part: int,
    parts: int,
    now: datetime,
    state: ColumnElement[str] | None = None,
    not_before: ColumnElement[datetime] | None = None,
    held_until: ColumnElement[datetime | None] | None = None,
) -> int:
    """One INSERT … SELECT of part ``part`` for every member; readers who have it are left alone. Rows added.

    ``state``, ``not_before`` and ``held_until`` (expressions over the member's row) default to: the first part now, later
    ones after it, nothing held.
    """
    first = literal(State.WAITING.value) if state is None else state
    columns: dict[str, ColumnElement[Any]] = {
        "broadcast_id": literal(broadcast_id),
        "part": literal(part),
        "parts": literal(parts),
        "lane": literal(RANKS[lane]),
        "action": literal("send"),
        "state": first if part == 0 else literal(State.AFTER.value),
        "not_before": literal(now, UtcDateTime()) if not_before is None else not_before,
        "attempts": literal(0),
        "doubts": literal(0),
        "rescues": literal(0),
        "is_plain": literal(False),
        "error": literal(""),
        "updated_at": literal(now, UtcDateTime()),
    }
    if held_until is not None:
        columns["held_until"] = held_until
    source = members.add_columns(*columns.values())
    statement = insert_into(session, DeliveryRow).from_select(["subscriber_id", *columns], source)
    conflict = ["broadcast_id", "subscriber_id", "part"]
    statement = statement.on_conflict_do_nothing(index_elements=conflict)
    # Of an INSERT SQLAlchemy forgets the count unless it is asked to keep it.
    return rows_of(await session.execute(statement, execution_options={"preserve_rowcount": True}))
