"""Everything that is stored, behind one object that the composition root opens and closes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from news.model import Activity
from storage import days
from storage.engine import open_engine, session_makers
from storage.headlines import SqlHeadlineStore
from storage.outbox.deliveries import DeliveryStore
from storage.outbox.store import SqlBroadcastStore
from storage.search.lookups import Lookups
from storage.search.store import SqlSearchStore
from storage.sources import SqlSourceStore
from storage.steps import Steps
from storage.stories import SqlStoryStore
from storage.subscribers import SqlSubscriberStore


class Store:
    """The stores of news.ports on one engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.lookups = Lookups(engine)
        self.steps = Steps(engine)
        reads, writes = session_makers(engine)
        self._reads = reads
        self.sources = SqlSourceStore(reads, writes)
        self.headlines = SqlHeadlineStore(reads, writes, self.lookups)
        self.stories = SqlStoryStore(self.lookups, self.steps)
        self.search = SqlSearchStore(reads, writes, self.lookups)
        self.subscribers = SqlSubscriberStore(reads, writes)
        self.broadcasts = SqlBroadcastStore(reads, writes)
        self.outbox = DeliveryStore(reads, writes, self.steps)

    async def activity(self, edges: Sequence[datetime]) -> Activity:
        """The bot's work on each day [edge, next edge) of some days."""
        async with self._reads() as session:
            return await days.activity(session, edges)

    async def close(self) -> None:
        """Give every connection back."""
        self.lookups.close()
        self.steps.close()
        await self.engine.dispose()


async def open_store(url: str, *, pool_size: int = 5) -> Store:
    """Open ``sqlite+aiosqlite:///FILE`` or ``postgresql+psycopg://…``; run ``upgrade`` first."""
    return Store(open_engine(url, pool_size=pool_size))
