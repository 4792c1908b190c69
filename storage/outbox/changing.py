"""Corrections and retractions: rows that were sent are sent to again, as edits or deletions of the same message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import Lane, Message
from storage.outbox.audience import with_language
from storage.outbox.bulk import update_of
from storage.outbox.fanout import add_deliveries, rows_of
from storage.outbox.recording import BROADCAST, count_changes
from storage.outbox.values import RANKS, UNSENT, Action, State
from storage.tables import DeliveryRow, SubscriberRow


async def queue_edits(
    session: AsyncSession, broadcast_id: int, messages: Mapping[str, tuple[Message, ...]], now: datetime
) -> int:
    """Edit every sent message of the broadcast to its new text; parts that fell away are deleted, new ones are sent.

    Returns how many edits and deletions are queued.
    """
    queued = 0
    for language, parts in messages.items():
        reached = with_language(_reached(broadcast_id), language, messages)
        await _cut_parts(session, broadcast_id, reached, len(parts), now)
        await _add_parts(session, broadcast_id, reached, len(parts), now)
        kept = _again(broadcast_id, Action.EDIT, now).where(
            DeliveryRow.subscriber_id.in_(reached), DeliveryRow.part < len(parts)
        )
        fallen = _again(broadcast_id, Action.DELETE, now).where(
            DeliveryRow.subscriber_id.in_(reached), DeliveryRow.part >= len(parts)
        )
        queued += rows_of(await session.execute(kept)) + rows_of(await session.execute(fallen))
    await _uncount_sent(session, broadcast_id, queued)
    return queued


async def queue_deletions(session: AsyncSession, broadcast_id: int, now: datetime) -> int:
    """Delete every sent message of the broadcast; how many deletions are queued."""
    edits = update_of(DeliveryRow).where(
        DeliveryRow.broadcast_id == broadcast_id,
        DeliveryRow.state == State.WAITING,
        DeliveryRow.action == Action.EDIT,
    )
    overtaken = rows_of(await session.execute(edits.values(action=Action.DELETE)))
    queued = rows_of(await session.execute(_again(broadcast_id, Action.DELETE, now)))
    await _uncount_sent(session, broadcast_id, queued)
    return queued + overtaken


def _reached(broadcast_id: int) -> Select[int]:
    """Readers whose first part went out or still can."""
    open_or_sent = (State.WAITING, State.HELD, State.CLAIMED, State.SENT)
    first = select(DeliveryRow.subscriber_id).where(
        DeliveryRow.broadcast_id == broadcast_id, DeliveryRow.part == 0, DeliveryRow.state.in_(open_or_sent)
    )
    return select(SubscriberRow.id).where(SubscriberRow.id.in_(first))


def _again(broadcast_id: int, action: Action, now: datetime) -> Update:
    """Sent messages of the broadcast wait once more, in the alerts' lane, to be edited or deleted."""
    sent = update_of(DeliveryRow).where(
        DeliveryRow.broadcast_id == broadcast_id,
        DeliveryRow.state == State.SENT,
        DeliveryRow.action != Action.DELETE,
        DeliveryRow.message_id.is_not(None),
    )
    return sent.values(
        state=State.WAITING,
        action=action,
        lane=RANKS[Lane.ALERT],
        not_before=now,
        doubts=0,
        is_plain=False,
        error="",
        updated_at=now,
    )


async def _cut_parts(
    session: AsyncSession, broadcast_id: int, readers: Select[int], parts: int, now: datetime
) -> None:
    """Parts that fell away and were not sent yet are cancelled; the others learn how many parts there are now."""
    of_readers = update_of(DeliveryRow).where(
        DeliveryRow.broadcast_id == broadcast_id, DeliveryRow.subscriber_id.in_(readers)
    )
    cut = of_readers.where(
        DeliveryRow.part >= parts, DeliveryRow.state.in_(UNSENT), DeliveryRow.action == Action.SEND
    )
    cancelled = rows_of(await session.execute(cut.values(state=State.CANCELLED, updated_at=now)))
    await session.run_sync(count_changes, [(broadcast_id, State.CANCELLED)] * cancelled, now)
    await session.execute(of_readers.where(DeliveryRow.parts != parts).values(parts=parts))


async def _add_parts(
    session: AsyncSession, broadcast_id: int, readers: Select[int], parts: int, now: datetime
) -> None:
    """Parts that the corrected text has more than the old one; each goes out after the one before it."""
    added = 0
    for part in range(1, parts):
        added += await add_deliveries(
            session, readers, broadcast_id=broadcast_id, lane=Lane.ALERT, part=part, parts=parts, now=now
        )
    if added:
        row = update(BROADCAST).where(BROADCAST.c.id == broadcast_id)
        await session.execute(row.values(total=BROADCAST.c.total + added))


async def _uncount_sent(session: AsyncSession, broadcast_id: int, queued: int) -> None:
    row = update(BROADCAST).where(BROADCAST.c.id == broadcast_id)
    await session.execute(row.values(sent=BROADCAST.c.sent - queued))
