from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from news.model import Chat, ChatKind, Preferences
from news.ports import Storage
from storage.storage import Store, open_store
from tests.contracts.builders import NOW, headline, source, stored


def as_port(store: Store) -> Storage:
    """A type checker's proof that the stores are what the use cases ask for."""
    return store


async def test_every_store_of_the_port_is_there(store: Store) -> None:
    port = as_port(store)
    for name in ("sources", "headlines", "stories", "search", "subscribers", "broadcasts"):
        assert getattr(port, name) is not None


async def test_what_one_opening_wrote_the_next_one_reads(database_url: str) -> None:
    first = await open_store(database_url)
    await first.sources.add(source(), NOW)
    await first.close()
    second = await open_store(database_url)
    assert await second.sources.get("outlet1") == source()
    await second.close()


async def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    (number,) = await stored(store, headline(1, "KZ"))
    async with store.engine.connect() as connection:
        await connection.execution_options(sqlite_begin="IMMEDIATE")
        await connection.execute(text("UPDATE headline SET title = 'half written'"))
        found = await asyncio.wait_for(store.headlines.get(number), timeout=5)
        assert found.title == headline(1).title
        await connection.rollback()


async def test_writers_wait_for_the_one_that_has_the_lock(store: Store) -> None:
    await stored(store, headline(1, "KZ"))
    async with store.engine.connect() as connection:
        await connection.execution_options(sqlite_begin="IMMEDIATE")
        # The row that every writer below needs, so that PostgreSQL makes them wait as SQLite does.
        await connection.execute(text("UPDATE source SET note = 'locked'"))
        waiting = [
            asyncio.create_task(store.sources.set_paused("outlet1", is_paused=True)),
            asyncio.create_task(store.headlines.delete_older_than(NOW)),
            asyncio.create_task(
                store.subscribers.save(Chat(1), ChatKind.PRIVATE, Preferences(countries=("KZ",)), NOW)
            ),
        ]
        done, _ = await asyncio.wait(waiting[:1], timeout=0.2)
        assert not done
        await connection.commit()
    await asyncio.wait_for(asyncio.gather(*waiting), timeout=20)
    found = await store.sources.get("outlet1")
    assert (found.is_paused, found.note) == (True, "locked")


async def test_more_tasks_than_connections_all_finish(store: Store) -> None:
    batches = [[headline(number, "KZ")] for number in range(40)]
    await stored(store)
    added = await asyncio.gather(*(store.headlines.add(batch) for batch in batches))
    assert sorted(map(len, added)) == [1] * 40
    assert await store.headlines.count() == 40


async def test_a_cancelled_write_leaves_the_store_usable(store: Store) -> None:
    await stored(store)
    task = asyncio.create_task(store.headlines.add([headline(n, "KZ") for n in range(3_000)]))
    await asyncio.wait([task], timeout=0.02)
    task.cancel()
    outcome = (await asyncio.gather(task, return_exceptions=True))[0]
    left = await store.headlines.count()
    assert left == (3_000 if isinstance(outcome, list) else 0)
    assert len(await store.headlines.add([headline(9_999, "KZ")])) == 1


async def test_a_naive_moment_is_refused_by_every_question(store: Store) -> None:
    naive = NOW.replace(tzinfo=None)
    for call in (
        store.sources.claim_due(naive, 1, 1.0),
        store.headlines.stories_between(naive, naive, []),
        store.headlines.delete_older_than(naive),
    ):
        with pytest.raises(Exception, match="naive datetime"):
            await call
