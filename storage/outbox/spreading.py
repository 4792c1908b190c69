"""A confirmed alert reaches its readers by spans of their ids: the first messages go out while the others are still queued."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import BroadcastState, Lane
from storage.outbox.audience import (
    alert_readers,
    held_state,
    held_until,
    waking_times,
    who_sleeps,
    with_language,
)
from storage.outbox.fanout import add_deliveries
from storage.outbox.messages import load_messages
from storage.outbox.recording import BROADCAST
from storage.outbox.values import State
from storage.statements import codes
from storage.tables import DeliveryRow, SubscriberRow

READERS_AT_ONCE = 5_000
BETWEEN_S = 0.02  # SQLite has one writer: the courier gets its turn between two spans
GOING_OUT = (BroadcastState.SENDING, BroadcastState.CORRECTED)


async def spread(session: AsyncSession, broadcast_id: int, now: datetime, at_once: int) -> int | None:
    """Queue the alert for the next span of readers; how many deliveries were added. None: nobody is left, or it was stopped."""
    locked = select(BROADCAST).where(BROADCAST.c.id == broadcast_id).with_for_update()
    row = (await session.execute(locked)).one()
    if row.spread_to is None:
        return None
    ids = select(SubscriberRow.id).where(SubscriberRow.id > row.spread_to).order_by(SubscriberRow.id)
    some = ids.limit(at_once).subquery()
    last, count = (await session.execute(select(func.max(some.c.id), func.count()))).one()
    added: int | None = None
    changes: dict[str, Any] = {"spread_to": last if count == at_once else None, "moved_at": now}
    if last is None or row.state not in GOING_OUT:
        changes["spread_to"] = None
    else:
        span = (row.spread_to + 1, last)
        added = await _fan_out(session, row, span, now)
        held = await _count_held(session, broadcast_id, span)
        changes |= {"total": BROADCAST.c.total + added, "held": BROADCAST.c.held + held}
    await session.execute(update(BROADCAST).where(BROADCAST.c.id == broadcast_id).values(changes))
    return added


async def _fan_out(session: AsyncSession, row: Row[Any], span: tuple[int, int], now: datetime) -> int:
    """Deliveries of every part to the span's readers of the alert's countries, each in the reader's language."""
    messages = load_messages(row.messages)
    readers = alert_readers(codes(row.countries)).where(SubscriberRow.id.between(*span))
    asleep = [] if row.pierces_quiet else await who_sleeps(session, readers, now)
    added = 0
    for language, parts in messages.items():
        for part in range(len(parts)):
            added += await add_deliveries(
                session,
                with_language(readers, language, messages),
                broadcast_id=row.id,
                lane=Lane.ALERT,
                part=part,
                parts=len(parts),
                now=now,
                state=held_state(asleep),
                not_before=waking_times(asleep, now),
                held_until=held_until(asleep),
            )
    return added


async def _count_held(session: AsyncSession, broadcast_id: int, span: tuple[int, int]) -> int:
    held = select(func.count()).where(
        DeliveryRow.broadcast_id == broadcast_id,
        DeliveryRow.subscriber_id.between(*span),
        DeliveryRow.state == State.HELD,
    )
    return await session.scalar(held) or 0
