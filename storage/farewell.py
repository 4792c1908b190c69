"""What the bot owes a reader who leaves: all of their data, or none of it left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import Lane, Subscriber
from storage.tables import (
    BroadcastRow,
    DeliveryRow,
    MuteRow,
    PauseRow,
    SlotRow,
    SubscriberRow,
    SubscriptionRow,
    WatchRow,
)

BELONGINGS = (DeliveryRow, MuteRow, SlotRow, SubscriptionRow, WatchRow)


async def erase(session: AsyncSession, chat_id: int) -> int:
    """Delete every row about this chat; how many.

    The editors' log is the operator's, not the chat's: an editor's acts stay in it.
    """
    ids = select(SubscriberRow.id).where(SubscriberRow.chat_id == chat_id)
    numbers = list(await session.scalars(ids.order_by(SubscriberRow.id).with_for_update()))
    # A message made for one reader holds that reader's own words; it goes with its deliveries.
    own = await _own_broadcasts(session, numbers)
    erased = 0
    for table in BELONGINGS:
        erased += await _delete(session, table, table.subscriber_id.in_(numbers))
    erased += await _delete(session, BroadcastRow, BroadcastRow.id.in_(own))
    erased += await _delete(session, SubscriberRow, SubscriberRow.id.in_(numbers))
    return erased + await _delete(session, PauseRow, PauseRow.chat_id == chat_id)


async def export(
    session: AsyncSession, chat_id: int, subscribers: Sequence[tuple[Row[Any], Subscriber]]
) -> dict[str, object]:
    """See news.ports.SubscriberStore.export."""
    pause = await session.scalar(select(PauseRow.until).where(PauseRow.chat_id == chat_id))
    return {
        "chat_id": chat_id,
        "wait_until": _text(pause),
        "subscribers": [await _one(session, row, subscriber) for row, subscriber in subscribers],
    }


async def _one(session: AsyncSession, row: Row[Any], subscriber: Subscriber) -> dict[str, object]:
    chosen = subscriber.preferences
    return {
        "id": subscriber.id,
        "topic_id": subscriber.chat.topic_id,
        "kind": subscriber.kind.value,
        "created_at": _text(subscriber.created_at),
        "is_paused": subscriber.is_paused,
        "pause_reason": row.pause_reason,
        "last_until": _text(subscriber.last_until),
        "language": chosen.language,
        "countries": list(chosen.countries),
        "zone": chosen.zone,
        "hours": [_text(hour) for hour in chosen.hours],
        "weekdays": sorted(chosen.weekdays),
        "content_languages": list(chosen.content_languages),
        "layout": chosen.layout.value,
        "stories_per_country": chosen.stories_per_country,
        "wants_alerts": chosen.wants_alerts,
        "quiet": [_text(edge) for edge in chosen.quiet] if chosen.quiet else None,
        "alerts_pierce_quiet": chosen.alerts_pierce_quiet,
        "slots": await _rows(session, SlotRow, subscriber.id),
        "watches": await _rows(session, WatchRow, subscriber.id),
        "mutes": [found["words"] for found in await _rows(session, MuteRow, subscriber.id)],
        "deliveries": await _rows(session, DeliveryRow, subscriber.id),
    }


async def _rows(session: AsyncSession, table: Any, subscriber_id: int) -> list[dict[str, object]]:
    """Every column of the subscriber's rows, so that a new column cannot be forgotten here."""
    statement = (
        select(table.__table__)
        .where(table.subscriber_id == subscriber_id)
        .order_by(*table.__table__.primary_key)
    )
    return [
        {
            name: value if isinstance(value, int | str | None) else _text(value)
            for name, value in row.items()
            if name != "subscriber_id"
        }
        for row in (await session.execute(statement)).mappings()
    ]


async def _own_broadcasts(session: AsyncSession, numbers: Sequence[int]) -> list[int]:
    """Messages for these readers alone; also those whose deliveries were dropped, for nobody knows any more whose."""
    deliveries = select(DeliveryRow.id).where(DeliveryRow.broadcast_id == BroadcastRow.id)
    statement = (
        select(BroadcastRow.id)
        .where(or_(BroadcastRow.lane == Lane.WATCH, BroadcastRow.lane == Lane.REPLY))
        .where(or_(deliveries.where(DeliveryRow.subscriber_id.in_(numbers)).exists(), ~deliveries.exists()))
    )
    return list(await session.scalars(statement))


async def _delete(session: AsyncSession, table: Any, condition: Any) -> int:
    count = await session.scalar(select(func.count()).select_from(table).where(condition)) or 0
    await session.execute(delete(table).where(condition))
    return count


def _text(value: Any) -> str | None:
    return None if value is None else value.isoformat()
