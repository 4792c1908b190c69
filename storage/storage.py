"""Everything that is stored, behind one object that the composition root opens and closes."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import open_engine, session_makers


class Store:
    """The stores of news.ports on one engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        _reads, _writes = session_makers(engine)

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


async def open_store(url: str, *, pool_size: int = 5) -> Store:
    """Open ``sqlite+aiosqlite:///FILE`` or ``postgresql+psycopg://…``; run ``upgrade`` first."""
    return Store(open_engine(url, pool_size=pool_size))
