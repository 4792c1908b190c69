"""What is on its way: claimed by lane under a lease and a token, recorded one by one, rescued by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, exists, select

from news.errors import UnknownBroadcastError
from news.model import Lane, Message
from storage.engine import SessionMaker
from storage.outbox.bulk import delete_of, update_of
from storage.outbox.claiming import claim
from storage.outbox.fanout import rows_of
from storage.outbox.housekeeping import HousekeepingStore
from storage.outbox.leases import LeaseStore, check_fence
from storage.outbox.messages import load_messages
from storage.outbox.planning import PlanningStore
from storage.outbox.recording import DELIVERY, count_changes, record
from storage.outbox.values import LANES, Fence, Job, Recorded, Result, State
from storage.statements import insert_into
from storage.steps import Steps
from storage.tables import BroadcastRow, DeliveryRow, PauseRow, UtcDateTime

EVERYWHERE = 0  # the chat id of a pause that holds for all chats
MOST_RESCUES = 5  # a delivery that was in flight at five crashes is taken for their cause


_DUE = select(
    *(
        exists()
        .where(
            DELIVERY.c.state == State.WAITING,
            DELIVERY.c.lane == rank,
            DELIVERY.c.not_before <= bindparam("moment", type_=UtcDateTime()),
        )
        .label(lane.value)
        for rank, lane in LANES.items()
    )
)


class DeliveryStore:
    """The courier's side of the outbox; ``planning``, ``leases`` and ``housekeeping`` are its other doors."""

    def __init__(self, reads: SessionMaker, writes: SessionMaker, steps: Steps) -> None:
        self._reads = reads
        self._writes = writes
        self._steps = steps
        self.planning = PlanningStore(reads, writes)
        self.leases = LeaseStore(reads, writes)
        self.housekeeping = HousekeepingStore(reads, writes)

    async def due_lanes(self, now: datetime) -> set[Lane]:
        """The lanes in which something is due."""
        row = await self._steps.read(lambda connection: connection.execute(_DUE, {"moment": now}).one())
        return {lane for lane, is_due in zip(LANES.values(), row, strict=True) if is_due}

    async def claim(
        self,
        lane: Lane,
        limit: int,
        *,
        token: str,
        now: datetime,
        lease: timedelta,
        fence: Fence | None = None,
    ) -> list[Job]:
        """At most ``limit`` deliveries of the lane that are due, oldest first, for the holder of ``token`` alone.

        Alerts that one reader slept through are one job. Deliveries to readers who are paused are closed as gone
        instead. Raise LostLeadershipError.
        """

        def step(connection: Connection) -> list[Job]:
            check_fence(connection, fence)
            return claim(connection, lane, limit, token=token, now=now, lease=lease)

        return await self._steps.write(step)

    async def record(self, results: Sequence[Result], *, now: datetime) -> Recorded:
        """Acknowledge results in one transaction; those whose lease another process has taken over are refused."""
        if not results:
            return Recorded()
        return await self._steps.write(lambda connection: record(connection, results, now))

    async def rescue(self, *, now: datetime, limit: int = 1_000) -> int:
        """Give back deliveries whose lease ran out: their process died or hung. How many.

        Whether they were sent nobody knows; only what was in flight at that moment can arrive twice. One that was
        in flight at five crashes is closed as unknown.
        """
        late = select(DeliveryRow.id).where(DeliveryRow.state == State.CLAIMED, DeliveryRow.lease_until < now)
        late = late.order_by(DeliveryRow.lease_until).limit(limit).with_for_update(skip_locked=True)
        rescue = update_of(DeliveryRow).where(DeliveryRow.id.in_(late))
        rescue = rescue.values(
            state=State.WAITING, token=None, lease_until=None, rescues=DeliveryRow.rescues + 1, updated_at=now
        )
        async with self._writes.begin() as session:
            rescued = (
                await session.execute(
                    rescue.returning(DeliveryRow.id, DeliveryRow.broadcast_id, DeliveryRow.rescues)
                )
            ).all()
            hopeless = {row.id: row.broadcast_id for row in rescued if row.rescues >= MOST_RESCUES}
            if hopeless:
                close = update_of(DeliveryRow).where(DeliveryRow.id.in_(hopeless))
                await session.execute(close.values(state=State.UNKNOWN, error="in flight at five crashes"))
                await session.run_sync(
                    count_changes, [(one, State.UNKNOWN) for one in hopeless.values()], now
                )
        return len(rescued)

    async def messages(self, broadcast_id: int) -> dict[str, tuple[Message, ...]]:
        """The broadcast's texts by interface language, as they read now. Raise UnknownBroadcastError."""
        async with self._reads() as session:
            found = await session.scalar(select(BroadcastRow.messages).where(BroadcastRow.id == broadcast_id))
        if found is None:
            raise UnknownBroadcastError(broadcast_id)
        return load_messages(found)

    async def fold(self, before: datetime) -> int:
        """Drop the rows of broadcasts that ended before this moment, in short transactions; how many.

        Their counts stay. Broadcasts that stand still are counted anew, and waits that are over are forgotten.
        """
        await self.housekeeping.recount(before)
        await self.forget_pauses(before)
        dropped = 0
        while some := await self.housekeeping.drop_old(before):
            dropped += some
        return dropped

    async def save_pause(self, chat_id: int, until: datetime) -> None:
        """Remember a wait that Telegram ordered, for a chat or for EVERYWHERE; a longer one already kept stays."""
        async with self._writes.begin() as session:
            insert = insert_into(session, PauseRow).values(chat_id=chat_id, until=until)
            held = PauseRow.__table__.c
            statement = insert.on_conflict_do_update(
                index_elements=["chat_id"], set_={"until": until}, where=held.until < until
            )
            await session.execute(statement)

    async def pauses(self, now: datetime) -> Mapping[int, datetime]:
        """The waits still in force by chat id."""
        async with self._reads() as session:
            rows = await session.execute(select(PauseRow.chat_id, PauseRow.until).where(PauseRow.until > now))
            return {row.chat_id: row.until for row in rows}

    async def forget_pauses(self, now: datetime) -> int:
        """Drop the waits that are over."""
        async with self._writes.begin() as session:
            return rows_of(await session.execute(delete_of(PauseRow).where(PauseRow.until <= now)))
