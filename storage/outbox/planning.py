"""The planner's questions and its one write: readers of a due time, grouped and turned into deliveries in SQL."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Update,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import BroadcastState, Lane, Message
from storage.engine import SessionMaker
from storage.outbox.bulk import update_of
from storage.outbox.fanout import add_deliveries, rows_of
from storage.outbox.leases import check_fence
from storage.outbox.messages import dump_messages, load_messages, parts_for
from storage.outbox.values import Fence, Group, Lag, SlotTime, Window
from storage.statements import insert_into
from storage.tables import (
    BroadcastRow,
    DeliveryRow,
    EditionRow,
    MuteRow,
    SlotRow,
    SlotTimeRow,
    SubscriberRow,
    UtcDateTime,
)

# Readers per transaction: a writer waits behind it well under a second on SQLite, and a crash loses nothing.
READERS_AT_ONCE = 50_000
# PostgreSQL writes with one processor a connection; SQLite has one writer in any case.
WRITERS = {"postgresql": 2, "sqlite": 1}

# Steps from one zone and time to the next along the index instead of reading a million slots to find a hundred. (Comparing
# pairs would read them: SQLite seeks by the first column of a pair only.)
SLOT_TIMES = text(
    """
    WITH RECURSIVE zones(zone) AS (
        SELECT min(zone) FROM slot
        UNION ALL
        SELECT (SELECT min(slot.zone) FROM slot WHERE slot.zone > zones.zone) FROM zones WHERE zones.zone IS NOT NULL
    ), times(zone, local_time) AS (
        SELECT zones.zone, (SELECT min(slot.local_time) FROM slot WHERE slot.zone = zones.zone)
        FROM zones WHERE zones.zone IS NOT NULL
        UNION ALL
        SELECT times.zone, (SELECT min(slot.local_time) FROM slot
                            WHERE slot.zone = times.zone AND slot.local_time > times.local_time)
        FROM times WHERE times.local_time IS NOT NULL
    )
    SELECT times.zone, times.local_time, slot_time.planned_for
    FROM times LEFT JOIN slot_time ON slot_time.zone = times.zone AND slot_time.local_time = times.local_time
    WHERE times.local_time IS NOT NULL ORDER BY times.zone, times.local_time
    """
).columns(SlotRow.zone, SlotRow.local_time, SlotTimeRow.planned_for)


@dataclass(frozen=True, slots=True)
class Edition:
    """A composed edition, ready to be given to its group."""

    window: Window
    group: Group
    messages: tuple[Message, ...]
    story_count: int

    @property
    def key(self) -> str:
        return edition_key(self.window, self.group)


def edition_key(window: Window, group: Group) -> str:
    """What makes an edition itself: slot, zone, local date, and what its readers want to know since when."""
    content = "\0".join((group.wants, group.since.isoformat(), str(group.skipped), group.mutes))
    digest = hashlib.sha256(content.encode()).hexdigest()[:32]
    return f"digest|{window.slot.zone}|{window.slot.local_time:%H:%M:%S}|{window.local_date}|{digest}"


class PlanningStore:
    """Slots, windows and groups; every write can be repeated without a second delivery."""

    def __init__(self, reads: SessionMaker, writes: SessionMaker) -> None:
        self._reads = reads
        self._writes = writes

    async def slot_times(self) -> dict[SlotTime, date | None]:
        """Every (zone, local time) that at least one reader chose, and the date all of its slots are planned for."""
        async with self._reads() as session:
            rows = await session.execute(SLOT_TIMES)
            return {SlotTime(zone, local_time): planned_for for zone, local_time, planned_for in rows}

    async def mark_planned(self, slot: SlotTime, day: date, *, fence: Fence | None = None) -> bool:
        """Note that every slot of this time is planned for ``day``; false when one is not."""
        mark = and_(SlotTimeRow.zone == slot.zone, SlotTimeRow.local_time == slot.local_time)
        async with self._writes.begin() as session:
            await session.run_sync(check_fence, fence)
            new = insert_into(session, SlotTimeRow).values(zone=slot.zone, local_time=slot.local_time)
            await session.execute(new.on_conflict_do_nothing(index_elements=["zone", "local_time"]))
            # Locked before the slots are looked at: a reader who moves into the zone meanwhile takes the mark back after it.
            await session.execute(select(SlotTimeRow.zone).where(mark).with_for_update())
            if await session.scalar(select(exists().where(_is_behind(slot, day)))):
                return False
            await session.execute(update_of(SlotTimeRow).where(mark).values(planned_for=day))
        return True

    async def lags(self, slot: SlotTime, before: date) -> list[Lag]:
        """The distinct (last planned date, weekdays) of this time's slots that are not yet planned for ``before``."""
        statement = (
            select(SlotRow.last_local_date, SlotRow.weekdays).where(_is_behind(slot, before)).distinct()
        )
        async with self._reads() as session:
            return [Lag(last, weekdays) for last, weekdays in await session.execute(statement)]

    async def pass_over(
        self, slot: SlotTime, lag: Lag, *, upto: date, skipped: int, fence: Fence | None = None
    ) -> int:
        """Count the dates of this lag as done up to ``upto`` without a delivery; ``skipped`` of them were missed."""
        is_lag = SlotRow.last_local_date.is_not_distinct_from(lag.last_local_date)
        statement = (
            update_of(SlotRow)
            .where(_is_behind(slot, upto), is_lag, SlotRow.weekdays == lag.weekdays)
            .values(last_local_date=upto, skipped=SlotRow.skipped + skipped)
        )
        return await self._write(statement, fence)

    async def pass_over_absent(self, window: Window, *, fence: Fence | None = None) -> int:
        """Readers who are paused, or were told up to ``until`` already on their own asking, get no edition of it."""
        absent = select(SubscriberRow.id).where(
            or_(SubscriberRow.is_paused.is_(True), SubscriberRow.last_until >= window.until)
        )
        is_behind = _is_behind(window.slot, window.local_date)
        statement = update_of(SlotRow).where(is_behind, SlotRow.subscriber_id.in_(absent))
        return await self._write(statement.values(last_local_date=window.local_date), fence)

    async def groups(self, window: Window) -> list[Group]:
        """The window's readers by what they want to read and since when: one edition for each group."""
        # The subquery gives the expressions names to group by: PostgreSQL takes two equal bind parameters for different.
        readers = _readers(window).subquery()
        keys = (readers.c.wants, readers.c.since, readers.c.skipped, readers.c.mutes)
        statement = select(*keys, func.min(readers.c.id), func.max(readers.c.id), func.count()).group_by(
            *keys
        )
        async with self._reads() as session:
            rows = (await session.execute(statement)).all()
        return sorted((Group(*row) for row in rows), key=lambda group: group.sample_id)

    async def has_edition(self, key: str) -> bool:
        """Whether an edition was composed and kept before a crash."""
        async with self._reads() as session:
            return await session.scalar(select(BroadcastRow.id).where(BroadcastRow.key == key)) is not None

    async def publish(
        self,
        window: Window,
        group: Group,
        edition: Edition | None,
        *,
        now: datetime,
        fence: Fence | None = None,
        at_once: int = READERS_AT_ONCE,
    ) -> int:
        """Give the edition to its group, ``at_once`` readers a transaction; how many deliveries were added.

        The edition is kept first, so that a run cut short goes on with the same text. Then in each transaction the
        deliveries appear, the slots move to the local date and the readers' ``last_until`` moves to the window's
        end, or none of it. ``edition`` None: the one that is kept under the same key.
        """
        async with self._writes.begin() as session:
            writers = WRITERS[session.get_bind().dialect.name]
            await session.run_sync(check_fence, fence)
            if edition is not None:
                await _keep(session, edition, now)
        spans = _spans(group, at_once)  # one iterator for all writers: each takes the next

        async def deliver_spans() -> int:
            added = 0
            for span in spans:
                async with self._writes.begin() as session:
                    await session.run_sync(check_fence, fence)
                    added += await _deliver(session, window, group, span, now)
            return added

        ended = await asyncio.gather(*(deliver_spans() for _ in range(writers)), return_exceptions=True)
        for outcome in ended:  # what one writer could not do, the next run does
            if isinstance(outcome, BaseException):
                raise outcome
        return sum(outcome for outcome in ended if isinstance(outcome, int))

    async def _write(self, statement: Update, fence: Fence | None) -> int:
        async with self._writes.begin() as session:
            await session.run_sync(check_fence, fence)
            return rows_of(await session.execute(statement))


def _is_behind(slot: SlotTime, day: date) -> ColumnElement[bool]:
    return and_(
        SlotRow.zone == slot.zone,
        SlotRow.local_time == slot.local_time,
        or_(SlotRow.last_local_date.is_(None), SlotRow.last_local_date < day),
    )


def _readers(window: Window) -> Select[int, str, datetime, int, str]:
    """Readers of the window that are not paused, with all that tells their editions apart."""
    muted = _muted()
    return (
        select(
            SubscriberRow.id,
            SubscriberRow.wants,
            _since(window).label("since"),
            SlotRow.skipped,
            func.coalesce(muted.c.mutes, "").label("mutes"),
        )
        .join(SlotRow, SlotRow.subscriber_id == SubscriberRow.id)
        .outerjoin(muted, muted.c.subscriber_id == SubscriberRow.id)
        .where(_is_behind(window.slot, window.local_date), SubscriberRow.is_paused.is_(False))
    )


def _since(window: Window) -> ColumnElement[datetime]:
    last = SubscriberRow.last_until
    return case(
        (last.is_(None), literal(window.first_since, UtcDateTime())),
        (last < window.floor, literal(window.floor, UtcDateTime())),
        else_=last,
    )


def _muted() -> Subquery:
    """Muted words by reader, one a line. Few readers mute anything: gathered once, not asked for every reader."""
    ordered = select(MuteRow).order_by(MuteRow.subscriber_id, MuteRow.words).subquery()
    mutes = func.aggregate_strings(ordered.c.words, "\n").label("mutes")
    return select(ordered.c.subscriber_id, mutes).group_by(ordered.c.subscriber_id).subquery()


def _members(window: Window, group: Group, span: tuple[int, int]) -> Select[int]:
    """The ids of the group's readers in (after, upto] that are still to be planned."""
    slot, muted = window.slot, _muted()
    return (
        select(SubscriberRow.id)
        .join(SlotRow, SlotRow.subscriber_id == SubscriberRow.id)
        .outerjoin(muted, muted.c.subscriber_id == SubscriberRow.id)
        .where(
            SubscriberRow.wants == group.wants,
            SubscriberRow.id > span[0],
            SubscriberRow.id <= span[1],
            SubscriberRow.is_paused.is_(False),
            _since(window) == group.since,
            func.coalesce(muted.c.mutes, "") == group.mutes,
            SlotRow.skipped == group.skipped,
            # coalesce() hides the column from the slot's index: the group's readers are found by ``wants`` and their
            # slots by key. The other way round reads every reader of the time once for each of its groups.
            func.coalesce(SlotRow.zone, "") == slot.zone,
            SlotRow.local_time == slot.local_time,
            or_(SlotRow.last_local_date.is_(None), SlotRow.last_local_date < window.local_date),
        )
    )


async def _keep(session: AsyncSession, edition: Edition, now: datetime) -> None:
    window, group = edition.window, edition.group
    kept = insert_into(session, EditionRow).values(
        key=edition.key,
        zone=window.slot.zone,
        local_date=window.local_date,
        local_time=window.slot.local_time,
        wants=group.wants,
        since=group.since,
        until=window.until,
        story_count=edition.story_count,
        composed_at=now,
    )
    await session.execute(kept.on_conflict_do_nothing(index_elements=["key"]))
    edition_id = select(EditionRow.id).where(EditionRow.key == edition.key).scalar_subquery()
    broadcast = insert_into(session, BroadcastRow).values(
        key=edition.key,
        lane=Lane.DIGEST,
        state=BroadcastState.SENDING,
        edition_id=edition_id,
        messages=dump_messages({"": edition.messages}),
        created_at=now,
        moved_at=now,
    )
    await session.execute(broadcast.on_conflict_do_nothing(index_elements=["key"]))


def _spans(group: Group, at_once: int) -> Iterator[tuple[int, int]]:
    """The group's ids cut into spans (after, upto] that hold about ``at_once`` of its readers each."""
    pieces = -(-group.readers // at_once)
    width = -(-(group.last_id - group.sample_id + 1) // pieces)
    for after in range(group.sample_id - 1, group.last_id, width):
        yield after, min(after + width, group.last_id)


async def _deliver(
    session: AsyncSession, window: Window, group: Group, span: tuple[int, int], now: datetime
) -> int:
    kept = await session.execute(
        select(BroadcastRow.id, BroadcastRow.messages).where(BroadcastRow.key == edition_key(window, group))
    )
    broadcast_id, messages = kept.one()
    parts = len(parts_for(load_messages(messages), ""))
    members = _members(window, group, span)
    added = 0
    for part in range(parts):
        added += await add_deliveries(
            session, members, broadcast_id=broadcast_id, lane=Lane.DIGEST, part=part, parts=parts, now=now
        )
    await session.execute(_advance_slots(window, broadcast_id, span))
    await session.execute(_advance_readers(window, broadcast_id, span))
    count = update_of(BroadcastRow).where(BroadcastRow.id == broadcast_id)
    await session.execute(count.values(total=BroadcastRow.total + added))
    return added


def _planned(broadcast_id: int, span: tuple[int, int]) -> Select[int]:
    after, upto = span
    return select(DeliveryRow.subscriber_id).where(
        DeliveryRow.broadcast_id == broadcast_id,
        DeliveryRow.part == 0,
        DeliveryRow.subscriber_id > after,
        DeliveryRow.subscriber_id <= upto,
    )


def _advance_slots(window: Window, broadcast_id: int, span: tuple[int, int]) -> Update:
    return (
        update_of(SlotRow)
        .where(
            SlotRow.subscriber_id.in_(_planned(broadcast_id, span)),
            func.coalesce(SlotRow.zone, "") == window.slot.zone,  # by key, as in _members
            SlotRow.local_time == window.slot.local_time,
        )
        .values(last_local_date=window.local_date, skipped=0)
    )


def _advance_readers(window: Window, broadcast_id: int, span: tuple[int, int]) -> Update:
    readers = update_of(SubscriberRow).where(SubscriberRow.id.in_(_planned(broadcast_id, span)))
    return readers.values(last_until=window.until)
