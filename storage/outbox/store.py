"""Alerts from draft to retraction, watch messages, and the editors' log (news.ports.BroadcastStore)."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from news.errors import UnknownBroadcastError
from news.model import Audience, Broadcast, BroadcastState, Lane, Message, Progress
from storage.engine import SessionMaker
from storage.outbox.audience import count_audience
from storage.outbox.changing import queue_deletions, queue_edits
from storage.outbox.fanout import add_deliveries, rows_of
from storage.outbox.messages import dump_messages, load_messages
from storage.outbox.recording import BROADCAST, COUNTED, stop_broadcast
from storage.outbox.spreading import BETWEEN_S, READERS_AT_ONCE, spread
from storage.statements import codes, insert_into
from storage.tables import AuditRow, BroadcastRow, SubscriberRow

Messages = Mapping[str, tuple[Message, ...]]
SENT_STATES = (BroadcastState.SENDING, BroadcastState.SENT, BroadcastState.STOPPED, BroadcastState.CORRECTED)


class SqlBroadcastStore:
    """BroadcastStore on both databases."""

    def __init__(self, reads: SessionMaker, writes: SessionMaker) -> None:
        self._reads = reads
        self._writes = writes

    async def audience(self, countries: Sequence[str], now: datetime) -> Audience:
        """Active readers of any of the countries (no country: all) who want alerts."""
        async with self._reads() as session:
            return await count_audience(session, countries, now)

    async def draft_alert(
        self,
        text: str,
        messages: Messages,
        countries: Sequence[str],
        created_by: int,
        now: datetime,
        *,
        pierces_quiet: bool = False,
    ) -> int:
        """Keep a draft; its id. ``pierces_quiet``: readers who sleep get it at once instead of when they wake."""
        async with self._writes.begin() as session:
            row = BroadcastRow(
                key=f"alert|{uuid.uuid4().hex}",
                lane=Lane.ALERT,
                state=BroadcastState.DRAFT,
                messages=dump_messages(messages),
                countries=",".join(countries),
                text=text,
                created_by=created_by,
                created_at=now,
                pierces_quiet=pierces_quiet,
            )
            session.add(row)
            await session.flush()
            return row.id

    async def set_pierces_quiet(self, broadcast_id: int, *, pierces_quiet: bool) -> bool:
        """Change that choice of a draft; false when it is no draft any more."""
        async with self._writes.begin() as session:
            choose = update(BROADCAST).where(
                BROADCAST.c.id == broadcast_id, BROADCAST.c.state == BroadcastState.DRAFT
            )
            return rows_of(await session.execute(choose.values(pierces_quiet=pierces_quiet))) == 1

    async def get(self, broadcast_id: int) -> Broadcast:
        """Raise UnknownBroadcastError."""
        async with self._reads() as session:
            return _broadcast(await _row(session, broadcast_id))

    async def confirm_alert(
        self, broadcast_id: int, now: datetime, *, at_once: int = READERS_AT_ONCE
    ) -> int | None:
        """Draft → sending, with one delivery per reader and part; sleepers' are held unless it pierces.

        How many; None when it is no draft any more.

        The first readers' messages may go out before the last ones' are queued.
        """
        async with self._writes.begin() as session:
            confirm = update(BROADCAST).where(
                BROADCAST.c.id == broadcast_id, BROADCAST.c.state == BroadcastState.DRAFT
            )
            await _row(session, broadcast_id)
            if not rows_of(await session.execute(confirm.values(state=BroadcastState.SENDING, spread_to=0))):
                return None
            added = await spread(session, broadcast_id, now, at_once)
        return (added or 0) + await self.spread_on(broadcast_id, now, at_once=at_once)

    async def spread_on(self, broadcast_id: int, now: datetime, *, at_once: int = READERS_AT_ONCE) -> int:
        """Queue a confirmed alert for the readers that are left, a span of them a transaction; how many were added."""
        added = 0
        while True:
            async with self._writes.begin() as session:
                some = await spread(session, broadcast_id, now, at_once)
            if some is None:
                return added
            added += some
            await asyncio.sleep(BETWEEN_S)

    async def unspread(self) -> list[int]:
        """Alerts that are queued for some of their readers only: that goes on right now, or a crash came in between.

        Whoever goes on with one that another process is at only helps it: each span is taken once.
        """
        left = select(BROADCAST.c.id).where(BROADCAST.c.spread_to.is_not(None))
        async with self._reads() as session:
            return list(await session.scalars(left))

    async def cancel(self, broadcast_id: int, now: datetime) -> bool:
        """A draft is thrown away; false when it is no draft any more. Raise UnknownBroadcastError."""
        async with self._writes.begin() as session:
            await _row(session, broadcast_id)
            cancel = update(BROADCAST).where(
                BROADCAST.c.id == broadcast_id, BROADCAST.c.state == BroadcastState.DRAFT
            )
            cancel = cancel.values(state=BroadcastState.CANCELLED, finished_at=now, moved_at=now)
            return rows_of(await session.execute(cancel)) == 1

    async def stop(self, broadcast_id: int, now: datetime) -> int:
        """Nothing more goes out; how many deliveries were cancelled. Raise UnknownBroadcastError."""
        async with self._writes.begin() as session:
            row = await _row(session, broadcast_id)
            if row.state not in (BroadcastState.SENDING, BroadcastState.CORRECTED):
                return 0
            return await session.run_sync(stop_broadcast, broadcast_id, now)

    async def correct(self, broadcast_id: int, text: str, messages: Messages, now: datetime) -> int:
        """Edit what was sent, everywhere; how many edits are queued. What was not sent yet goes out corrected."""
        async with self._writes.begin() as session:
            row = await _row(session, broadcast_id)
            if row.state not in SENT_STATES:
                return 0
            state = (
                BroadcastState.STOPPED if row.state == BroadcastState.STOPPED else BroadcastState.CORRECTED
            )
            await _revise(
                session, broadcast_id, now, text=text, messages=dump_messages(messages), state=state
            )
            return await queue_edits(session, broadcast_id, messages, now)

    async def retract(self, broadcast_id: int, now: datetime) -> int:
        """Delete what was sent, everywhere; how many deletions are queued. What was not sent yet is cancelled."""
        async with self._writes.begin() as session:
            row = await _row(session, broadcast_id)
            if row.state not in SENT_STATES:
                return 0
            await _revise(session, broadcast_id, now)
            await session.run_sync(stop_broadcast, broadcast_id, now, state=BroadcastState.RETRACTED)
            return await queue_deletions(session, broadcast_id, now)

    async def progress(self, broadcast_id: int) -> Progress:
        """The counts of one broadcast, kept beside it. Raise UnknownBroadcastError."""
        async with self._reads() as session:
            row = await _row(session, broadcast_id)
        ended = {state.value: int(getattr(row, state.value)) for state in COUNTED}
        waiting = max(0, row.total - row.held - sum(ended.values()))
        return Progress(total=row.total, waiting=waiting, held=row.held, **ended)

    async def recent_alerts(self, limit: int = 10) -> list[Broadcast]:
        """Newest first, drafts and cancelled ones included."""
        newest = select(BROADCAST).where(BROADCAST.c.lane == Lane.ALERT, BROADCAST.c.text != "")
        newest = newest.order_by(BROADCAST.c.created_at.desc(), BROADCAST.c.id.desc()).limit(limit)
        async with self._reads() as session:
            return [_broadcast(row) for row in await session.execute(newest)]

    async def queue_watch(self, subscriber_id: int, key: str, message: Message, now: datetime) -> bool:
        """One message in the watch lane under a unique key; false if that key was used or the reader has left."""
        async with self._writes.begin() as session:
            reader = select(SubscriberRow.id).where(SubscriberRow.id == subscriber_id)
            if await session.scalar(reader) is None:
                return False
            insert = insert_into(session, BroadcastRow).values(
                key=f"watch|{key}",
                lane=Lane.WATCH,
                state=BroadcastState.SENDING,
                messages=dump_messages({"": (message,)}),
                created_at=now,
                moved_at=now,
                total=1,
            )
            insert = insert.on_conflict_do_nothing(index_elements=["key"]).returning(BROADCAST.c.id)
            broadcast_id = await session.scalar(insert)
            if broadcast_id is None:
                return False
            await add_deliveries(
                session, reader, broadcast_id=broadcast_id, lane=Lane.WATCH, part=0, parts=1, now=now
            )
            return True

    async def audit(self, who: int, action: str, subject: str, now: datetime) -> None:
        """Append to the editors' log."""
        async with self._writes.begin() as session:
            session.add(AuditRow(at=now, who=who, action=action, subject=subject))

    async def list_audit(self, limit: int = 20) -> list[tuple[datetime, int, str, str]]:
        """(when, who, action, subject), newest first."""
        newest = select(AuditRow.at, AuditRow.who, AuditRow.action, AuditRow.subject)
        async with self._reads() as session:
            rows = await session.execute(newest.order_by(AuditRow.id.desc()).limit(limit))
            return [(row.at, row.who, row.action, row.subject) for row in rows]

    async def last_audit(self) -> dict[int, tuple[datetime, str, str]]:
        """What each who ever did something did last: (when, action, subject)."""
        last = select(func.max(AuditRow.id)).group_by(AuditRow.who)
        entries = select(AuditRow.who, AuditRow.at, AuditRow.action, AuditRow.subject)
        async with self._reads() as session:
            rows = await session.execute(entries.where(AuditRow.id.in_(last)))
            return {row.who: (row.at, row.action, row.subject) for row in rows}


async def _row(session: AsyncSession, broadcast_id: int) -> Row[Any]:
    found = (await session.execute(select(BROADCAST).where(BROADCAST.c.id == broadcast_id))).one_or_none()
    if found is None:
        raise UnknownBroadcastError(broadcast_id)
    return found


def _broadcast(row: Row[Any]) -> Broadcast:
    return Broadcast(
        id=row.id,
        lane=Lane(row.lane),
        state=BroadcastState(row.state),
        messages=load_messages(row.messages),
        countries=codes(row.countries),
        created_at=row.created_at,
        created_by=row.created_by,
        text=row.text,
        pierces_quiet=row.pierces_quiet,
    )


async def _revise(session: AsyncSession, broadcast_id: int, now: datetime, **changes: object) -> None:
    """A new revision: what was in the air under the old one is edited or deleted once it has landed."""
    row = update(BROADCAST).where(BROADCAST.c.id == broadcast_id)
    await session.execute(row.values(revision=BROADCAST.c.revision + 1, moved_at=now, **changes))
