"""A group that becomes a supergroup keeps everything under its new id."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.preferences import to_preferences, wants_key
from storage.statements import insert_into
from storage.tables import DeliveryRow, MuteRow, PauseRow, SubscriberRow, SubscriptionRow, WatchRow


async def move(session: AsyncSession, old_chat_id: int, new_chat_id: int) -> int:
    """Every subscriber of the old chat (one a topic) moves; how many.

    Where the new chat has a subscriber already, somebody spoke to the bot before Telegram told us: the older settings
    stay, and what was added under the new id is added to them.
    """
    if old_chat_id == new_chat_id:
        return 0
    both = (
        select(SubscriberRow.chat_id, SubscriberRow.topic_id, SubscriberRow.id)
        .where(SubscriberRow.chat_id.in_([old_chat_id, new_chat_id]))
        .order_by(SubscriberRow.id)
        .with_for_update()
    )
    ids = {(row.chat_id, row.topic_id): row.id for row in await session.execute(both)}
    old = {topic: number for (chat_id, topic), number in ids.items() if chat_id == old_chat_id}
    for topic, kept in old.items():
        if (taken := ids.get((new_chat_id, topic))) is not None:
            await _merge(session, kept, taken)
    statement = update(SubscriberRow).where(SubscriberRow.chat_id == old_chat_id)
    await session.execute(statement.values(chat_id=new_chat_id))
    await session.execute(delete(PauseRow).where(PauseRow.chat_id == old_chat_id))
    return len(old)


async def _merge(session: AsyncSession, kept: int, other: int) -> None:
    """Hand all of ``other`` to ``kept``, then drop its row."""
    await _merge_countries(session, kept, other)
    await session.execute(update(WatchRow).where(WatchRow.subscriber_id == other).values(subscriber_id=kept))
    words = select(MuteRow.words).where(MuteRow.subscriber_id == other)
    rows = [{"subscriber_id": kept, "words": text} for text in await session.scalars(words)]
    if rows:
        await session.execute(insert_into(session, MuteRow).on_conflict_do_nothing(), rows)
    twin = DeliveryRow.__table__.alias("twin")
    has_twin = (
        select(twin.c.id)
        .where(twin.c.subscriber_id == kept)
        .where(twin.c.broadcast_id == DeliveryRow.broadcast_id, twin.c.part == DeliveryRow.part)
        .exists()
    )
    deliveries = update(DeliveryRow).where(DeliveryRow.subscriber_id == other, ~has_twin)
    await session.execute(deliveries.values(subscriber_id=kept))
    # No foreign key drops the twins with their subscriber: checking it would slow every fan-out.
    await session.execute(delete(DeliveryRow).where(DeliveryRow.subscriber_id == other))
    told = select(func.max(SubscriberRow.last_until)).where(SubscriberRow.id.in_([kept, other]))
    latest = await session.scalar(told)
    await session.execute(delete(SubscriberRow).where(SubscriberRow.id == other))
    await session.execute(update(SubscriberRow).where(SubscriberRow.id == kept).values(last_until=latest))


async def _merge_countries(session: AsyncSession, kept: int, other: int) -> None:
    statement = (
        select(SubscriptionRow.subscriber_id, SubscriptionRow.country)
        .where(SubscriptionRow.subscriber_id.in_([kept, other]))
        .order_by(SubscriptionRow.subscriber_id != kept, SubscriptionRow.position)
    )
    countries = list(dict.fromkeys(country for _, country in await session.execute(statement)))
    rows = [
        {"subscriber_id": kept, "country": country, "position": position}
        for position, country in enumerate(countries)
    ]
    await session.execute(delete(SubscriptionRow).where(SubscriptionRow.subscriber_id == kept))
    if rows:
        await session.execute(insert_into(session, SubscriptionRow), rows)
    row = (await session.execute(select(SubscriberRow.__table__).where(SubscriberRow.id == kept))).one()
    wants = wants_key(to_preferences(row, countries, (), None))
    await session.execute(
        update(SubscriberRow)
        .where(SubscriberRow.id == kept)
        .values(wants=wants, is_paused=False, pause_reason="")
    )
