"""Who plans and who paces, among any number of processes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, case, or_, select

from news.errors import JarchiError
from storage.engine import SessionMaker
from storage.outbox.bulk import update_of
from storage.outbox.values import Fence, Lease
from storage.statements import insert_into
from storage.steps import Transaction
from storage.tables import LeaseRow


class LostLeadershipError(JarchiError):
    """Another process has taken the lease meanwhile: nothing was written."""

    def __init__(self, fence: Fence) -> None:
        super().__init__(f"Another process now leads “{fence.name}”; this one stands by.")
        self.fence = fence


def check_fence(transaction: Transaction, fence: Fence | None) -> None:
    """Raise LostLeadershipError when the epoch has moved on; holds the row until the transaction ends."""
    if fence is None:
        return
    statement = select(LeaseRow.epoch).where(LeaseRow.name == fence.name).with_for_update(read=True)
    if transaction.scalar(statement) != fence.epoch:
        raise LostLeadershipError(fence)


class LeaseStore:
    """Leases that are renewed, run out and change hands; the epoch grows with every change."""

    def __init__(self, reads: SessionMaker, writes: SessionMaker) -> None:
        self._reads = reads
        self._writes = writes

    async def acquire(self, name: str, owner: str, *, now: datetime, lease: timedelta) -> Lease | None:
        """Take a free or run-out lease, or renew one's own; None while another process holds it."""
        until = now + lease
        async with self._writes.begin() as session:
            insert = insert_into(session, LeaseRow).values(name=name, owner=owner, epoch=1, until=until)
            held = LeaseRow.__table__.c
            # One's own lease that ran out changes hands too: what was begun under the old epoch may have been redone.
            is_renewal = and_(held.owner == owner, held.until > now)
            statement = insert.on_conflict_do_update(
                index_elements=["name"],
                set_={
                    "owner": owner,
                    "until": until,
                    "epoch": case((is_renewal, held.epoch), else_=held.epoch + 1),
                },
                where=or_(held.owner == owner, held.until <= now),
            ).returning(held.epoch)
            epoch = await session.scalar(statement)
        return None if epoch is None else Lease(name, owner, epoch, until)

    async def release(self, name: str, owner: str, *, now: datetime) -> None:
        """Let one's lease run out at once, so that a successor need not wait; the row keeps the epoch."""
        async with self._writes.begin() as session:
            mine = update_of(LeaseRow).where(LeaseRow.name == name, LeaseRow.owner == owner)
            await session.execute(mine.values(until=now))
