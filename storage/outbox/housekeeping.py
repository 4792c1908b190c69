"""What time does to broadcasts: they end, their rows are dropped after a week, counts that drifted are put right."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import BroadcastState, Lane
from storage.engine import SessionMaker
from storage.outbox.bulk import update_of
from storage.outbox.fanout import rows_of
from storage.outbox.recording import BROADCAST, COUNTED, DELIVERY
from storage.outbox.values import LANES, State
from storage.tables import BroadcastRow, DeliveryRow

# A reader who erased everything took deliveries along without counting them; a broadcast that stands still is counted anew.
STANDS_STILL = timedelta(minutes=10)
ROWS_AT_ONCE = 20_000
FINAL = (BroadcastState.SENT, BroadcastState.STOPPED, BroadcastState.CORRECTED, BroadcastState.RETRACTED)


class HousekeepingStore:
    """Periodic work on broadcasts; each method is repeatable and does a bounded piece."""

    def __init__(self, reads: SessionMaker, writes: SessionMaker) -> None:
        self._reads = reads
        self._writes = writes

    async def finish(self, now: datetime) -> int:
        """Close broadcasts whose every delivery has ended; how many."""
        done = sum((BROADCAST.c[state.value] for state in COUNTED), start=BROADCAST.c.held * 0)
        finish = (
            update(BROADCAST)
            .where(
                BROADCAST.c.state == BroadcastState.SENDING,
                BROADCAST.c.spread_to.is_(None),
                done >= BROADCAST.c.total,
            )
            .values(state=BroadcastState.SENT, finished_at=now)
        )
        async with self._writes.begin() as session:
            return rows_of(await session.execute(finish))

    async def release_held(self, now: datetime) -> int:
        """Alerts whose readers have woken may go; how many."""
        woken = update_of(DeliveryRow).where(DeliveryRow.state == State.HELD, DeliveryRow.not_before <= now)
        woken = woken.values(state=State.WAITING, updated_at=now).returning(DeliveryRow.broadcast_id)
        async with self._writes.begin() as session:
            counts = Counter(await session.scalars(woken))
            for broadcast_id, count in sorted(counts.items()):
                row = update(BROADCAST).where(BROADCAST.c.id == broadcast_id)
                await session.execute(row.values(held=BROADCAST.c.held - count, moved_at=now))
        return counts.total()

    async def recount(self, now: datetime) -> int:
        """Count the rows of unfinished broadcasts that have stood still for ten minutes; how many counts changed."""
        still = select(BroadcastRow.id).where(
            BroadcastRow.state == BroadcastState.SENDING, BroadcastRow.moved_at < now - STANDS_STILL
        )
        async with self._writes.begin() as session:
            return sum([await _recount(session, one, now) for one in await session.scalars(still)])

    async def drop_old(self, moment: datetime, *, rows: int = ROWS_AT_ONCE) -> int:
        """Drop deliveries of broadcasts that ended before ``moment``, at most ``rows``; the counts stay. How many."""
        old = select(DELIVERY.c.id).join(BROADCAST, BROADCAST.c.id == DELIVERY.c.broadcast_id)
        old = old.where(
            BROADCAST.c.state.in_(FINAL),
            or_(BROADCAST.c.finished_at < moment, BROADCAST.c.finished_at.is_(None)),
            BROADCAST.c.moved_at < moment,
        ).limit(rows)
        async with self._writes.begin() as session:
            return rows_of(await session.execute(delete(DELIVERY).where(DELIVERY.c.id.in_(old))))

    async def waiting(self, now: datetime) -> dict[Lane, int]:
        """Deliveries that are due now, by lane, for health and metrics."""
        statement = (
            select(DeliveryRow.lane, func.count())
            .where(DeliveryRow.state == State.WAITING, DeliveryRow.not_before <= now)
            .group_by(DeliveryRow.lane)
        )
        async with self._reads() as session:
            return {LANES[rank]: count for rank, count in await session.execute(statement)}


async def _recount(session: AsyncSession, broadcast_id: int, now: datetime) -> bool:
    """Set the counts to what the rows say."""
    rows = await session.execute(
        select(DeliveryRow.state, func.count())
        .where(DeliveryRow.broadcast_id == broadcast_id)
        .group_by(DeliveryRow.state)
    )
    found = {State(state): count for state, count in rows}
    counts = {state.value: found.get(state, 0) for state in (*COUNTED, State.HELD)}
    counts["total"] = sum(found.values())
    before = (await session.execute(select(BROADCAST).where(BROADCAST.c.id == broadcast_id))).one()
    change = update(BROADCAST).where(BROADCAST.c.id == broadcast_id).values(moved_at=now, **counts)
    await session.execute(change)
    return any(before._mapping[name] != count for name, count in counts.items())  # noqa: SLF001 (public in SQLAlchemy)
