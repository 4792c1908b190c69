"""Readers and what they chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from news.errors import WrongUseError
from news.model import Chat, ChatKind, Preferences, Subscriber, Watch
from news.timetable import due
from storage import farewell, moving
from storage.engine import SessionMaker
from storage.outbox.bulk import update_of
from storage.preferences import SlotPast, known_zone, slot_rows, subscriber_columns, to_preferences
from storage.statements import AnySelect, insert_into
from storage.tables import (
    HeadlineRow,
    MuteRow,
    SlotRow,
    SlotTimeRow,
    SubscriberRow,
    SubscriptionRow,
    WatchRow,
)


class SqlSubscriberStore:
    """news.ports.SubscriberStore on SQLite and PostgreSQL."""

    def __init__(self, reads: SessionMaker, writes: SessionMaker) -> None:
        self._reads = reads
        self._writes = writes

    async def find(self, chat: Chat) -> Subscriber | None:
        """The subscriber of this chat (and topic), if there is one."""
        statement = select(SubscriberRow.__table__).where(_is(chat))
        async with self._reads() as session:
            return await _read_one(session, statement)

    async def get(self, subscriber_id: int) -> Subscriber:
        """Raise WrongUseError when there is none."""
        statement = select(SubscriberRow.__table__).where(SubscriberRow.id == subscriber_id)
        async with self._reads() as session:
            found = await _read_one(session, statement)
        if found is None:
            raise WrongUseError(f"There is no subscriber {subscriber_id}: the chat has been forgotten.")
        return found

    async def save(self, chat: Chat, kind: ChatKind, preferences: Preferences, now: datetime) -> Subscriber:
        """Create or change, in one transaction; lifts a pause. A changed hour that has passed today starts tomorrow.

        Raise WrongUseError for an unknown time zone.
        """
        known_zone(preferences.zone)
        async with self._writes.begin() as session:
            # Slots are locked before the subscriber, as the planner does, so that neither overwrites the other's date.
            before = await _past_of_slots(session, chat)
            number = await _upsert(session, chat, kind, preferences, now)
            slots = slot_rows(number, preferences, before, now)
            follows = [
                {"subscriber_id": number, "country": country, "position": position}
                for position, country in enumerate(dict.fromkeys(preferences.countries))
            ]
            await _replace(session, SlotRow, number, slots)
            await _take_back_marks(session, slots, now)
            await _replace(session, SubscriptionRow, number, follows)
            saved = await _read_one(
                session, select(SubscriberRow.__table__).where(SubscriberRow.id == number)
            )
        assert saved is not None
        return saved

    async def pause(self, chat_id: int, reason: str, now: datetime) -> int:  # noqa: ARG002 (the port's signature)
        """After a block: settings stay. Number of subscribers (topics) paused."""
        return await self._set_paused(chat_id, is_paused=True, reason=reason)

    async def resume(self, chat_id: int) -> int:
        """The reader is back; how many subscribers (topics) receive again."""
        return await self._set_paused(chat_id, is_paused=False, reason="")

    async def migrate(self, old_chat_id: int, new_chat_id: int) -> int:
        """A group became a supergroup: every row moves in one transaction. Subscribers moved."""
        async with self._writes.begin() as session:
            return await moving.move(session, old_chat_id, new_chat_id)

    async def forget(self, chat_id: int) -> int:
        """Erase everything about this chat in one transaction. Rows erased."""
        async with self._writes.begin() as session:
            return await farewell.erase(session, chat_id)

    async def export(self, chat_id: int) -> dict[str, object]:
        """All we hold about this chat, as JSON-able data; times are ISO 8601 in UTC."""
        statement = select(SubscriberRow.__table__).where(SubscriberRow.chat_id == chat_id)
        async with self._reads() as session:
            rows = (await session.execute(statement.order_by(SubscriberRow.topic_id))).all()
            subscribers = [(row, await _subscriber(session, row)) for row in rows]
            return await farewell.export(session, chat_id, subscribers)

    async def set_last_until(self, subscriber_id: int, until: datetime) -> None:
        """The reader has been told everything up to this instant (first digest)."""
        statement = update(SubscriberRow).where(SubscriberRow.id == subscriber_id)
        async with self._writes.begin() as session:
            await session.execute(statement.values(last_until=until))

    async def add_watch(self, subscriber_id: int, words: str, now: datetime) -> int:
        """Save a search that pings from the next headline on; its id."""
        newest = select(func.coalesce(func.max(HeadlineRow.id), 0)).scalar_subquery()
        row = {"subscriber_id": subscriber_id, "words": words, "last_headline_id": newest, "created_at": now}
        async with self._writes.begin() as session:
            statement = insert_into(session, WatchRow).values(row).returning(WatchRow.id)
            return int((await session.execute(statement)).scalar_one())

    async def list_watches(self, subscriber_id: int) -> list[Watch]:
        """The reader's saved searches, oldest first."""
        return await self._watches(_watches().where(WatchRow.subscriber_id == subscriber_id))

    async def all_watches(self, after_id: int, limit: int) -> list[Watch]:
        """Watches of readers that are not paused, by id."""
        statement = _watches().join(SubscriberRow, SubscriberRow.id == WatchRow.subscriber_id)
        statement = statement.where(~SubscriberRow.is_paused, WatchRow.id > after_id)
        return await self._watches(statement.limit(limit))

    async def set_watch_told(self, watch_id: int, headline_id: int) -> None:
        """Headlines up to this one have been told; never goes back."""
        statement = update(WatchRow).where(WatchRow.id == watch_id, WatchRow.last_headline_id < headline_id)
        async with self._writes.begin() as session:
            await session.execute(statement.values(last_headline_id=headline_id))

    async def remove_watch(self, subscriber_id: int, watch_id: int) -> bool:
        """Whether the reader had this watch."""
        statement = delete(WatchRow).where(WatchRow.id == watch_id, WatchRow.subscriber_id == subscriber_id)
        async with self._writes.begin() as session:
            return (await session.execute(statement.returning(WatchRow.id))).first() is not None

    async def add_mute(self, subscriber_id: int, words: str) -> None:
        """Words that never reach this reader; saying them twice is once."""
        async with self._writes.begin() as session:
            statement = insert_into(session, MuteRow).values(subscriber_id=subscriber_id, words=words)
            await session.execute(statement.on_conflict_do_nothing())

    async def list_mutes(self, subscriber_id: int) -> list[str]:
        """The reader's muted words, sorted."""
        statement = select(MuteRow.words).where(MuteRow.subscriber_id == subscriber_id)
        async with self._reads() as session:
            return sorted(await session.scalars(statement))

    async def remove_mute(self, subscriber_id: int, words: str) -> bool:
        """Whether these words were muted."""
        statement = delete(MuteRow).where(MuteRow.subscriber_id == subscriber_id, MuteRow.words == words)
        async with self._writes.begin() as session:
            return (await session.execute(statement.returning(MuteRow.words))).first() is not None

    async def counts(self) -> Mapping[str, int]:
        """``total``, ``active``, ``paused`` and, of active readers, ``country:XX`` figures for /stats."""
        by_pause = select(SubscriberRow.is_paused, func.count()).group_by(SubscriberRow.is_paused)
        by_country = (
            select(SubscriptionRow.country, func.count())
            .join(SubscriberRow, SubscriberRow.id == SubscriptionRow.subscriber_id)
            .where(~SubscriberRow.is_paused)
            .group_by(SubscriptionRow.country)
            .order_by(func.count().desc(), SubscriptionRow.country)
        )
        async with self._reads() as session:
            pauses = {bool(is_paused): count for is_paused, count in await session.execute(by_pause)}
            countries = {f"country:{code}": count for code, count in await session.execute(by_country)}
        active, paused = pauses.get(False, 0), pauses.get(True, 0)
        return {"total": active + paused, "active": active, "paused": paused} | countries

    async def _set_paused(self, chat_id: int, *, is_paused: bool, reason: str) -> int:
        statement = (
            update(SubscriberRow)
            .where(SubscriberRow.chat_id == chat_id, SubscriberRow.is_paused != is_paused)
            .values(is_paused=is_paused, pause_reason=reason)
        )
        async with self._writes.begin() as session:
            return len((await session.execute(statement.returning(SubscriberRow.id))).all())

    async def _watches(self, statement: AnySelect) -> list[Watch]:
        async with self._reads() as session:
            return [Watch(*row) for row in await session.execute(statement.order_by(WatchRow.id))]


def _is(chat: Chat) -> Any:
    return (SubscriberRow.chat_id == chat.chat_id) & (SubscriberRow.topic_id == chat.topic_id)


def _watches() -> AnySelect:
    return select(WatchRow.id, WatchRow.subscriber_id, WatchRow.words, WatchRow.last_headline_id)


async def _past_of_slots(session: AsyncSession, chat: Chat) -> dict[Any, SlotPast]:
    statement = (
        select(SlotRow.local_time, SlotRow.last_local_date, SlotRow.skipped)
        .join(SubscriberRow, SubscriberRow.id == SlotRow.subscriber_id)
        .where(_is(chat))
        .order_by(SlotRow.ordinal)
        .with_for_update(of=SlotRow)
    )
    return {
        row.local_time: SlotPast(row.last_local_date, row.skipped) for row in await session.execute(statement)
    }


async def _upsert(
    session: AsyncSession, chat: Chat, kind: ChatKind, preferences: Preferences, now: datetime
) -> int:
    chosen = subscriber_columns(preferences) | {"kind": kind.value, "is_paused": False, "pause_reason": ""}
    statement = insert_into(session, SubscriberRow).values(
        chat_id=chat.chat_id, topic_id=chat.topic_id, created_at=now, **chosen
    )
    upsert = statement.on_conflict_do_update(index_elements=["chat_id", "topic_id"], set_=chosen)
    return int((await session.execute(upsert.returning(SubscriberRow.id))).scalar_one())


async def _replace(
    session: AsyncSession,
    table: type[SlotRow | SubscriptionRow],
    subscriber_id: int,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    await session.execute(delete(table).where(table.subscriber_id == subscriber_id))
    if rows:
        await session.execute(insert_into(session, table), rows)


async def _take_back_marks(session: AsyncSession, slots: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """A reader who has moved may be behind a time of the new zone that the planner takes for planned."""
    for slot in slots:
        last, time_of_day = slot["last_local_date"], slot["local_time"]
        if last is not None and last >= due(now, time_of_day, ZoneInfo(slot["zone"])).local_date:
            continue
        mark = update_of(SlotTimeRow).where(
            SlotTimeRow.zone == slot["zone"], SlotTimeRow.local_time == time_of_day
        )
        await session.execute(mark.values(planned_for=None))


async def _read_one(session: AsyncSession, statement: AnySelect) -> Subscriber | None:
    row = (await session.execute(statement)).one_or_none()
    return await _subscriber(session, row) if row else None


async def _subscriber(session: AsyncSession, row: Row[Any]) -> Subscriber:
    countries = select(SubscriptionRow.country).where(SubscriptionRow.subscriber_id == row.id)
    slots = select(SlotRow.local_time, SlotRow.weekdays).where(SlotRow.subscriber_id == row.id)
    follows = list(await session.scalars(countries.order_by(SubscriptionRow.position)))
    hours = (await session.execute(slots.order_by(SlotRow.ordinal))).all()
    weekdays = hours[0].weekdays if hours else None
    return Subscriber(
        id=row.id,
        chat=Chat(row.chat_id, row.topic_id),
        kind=ChatKind(row.kind),
        preferences=to_preferences(row, follows, [hour.local_time for hour in hours], weekdays),
        created_at=row.created_at,
        is_paused=row.is_paused,
        last_until=row.last_until,
    )
