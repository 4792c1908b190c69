from __future__ import annotations

from sqlalchemy import text

from storage.storage import Store


async def test_store_opens(store: Store) -> None:
    async with store.engine.begin() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM headline"))).scalar_one() == 0
