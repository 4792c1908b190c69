from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from news.errors import NewerDatabaseError
from news.model import Chat, ChatKind, Preferences, Query
from news.text import index_words
from storage.migrations.comparing import is_ours
from storage.storage import open_store
from storage.tables import Base
from storage.upgrade import MIGRATIONS, check, downgrade, migration_engine, newest_revision, upgrade
from tests.contracts.builders import HOUR, NOW, headline, source

ROOT = Path(__file__).parents[2]
OPTIONS = {"compare_type": True, "include_object": is_ours}


async def on(url: str, action):
    """Run ``action(connection)`` with the engine that migrations use."""
    engine = migration_engine(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(action)
    finally:
        await engine.dispose()


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_the_migrations_lead_to_the_tables_of_the_code(database_url: str) -> None:
    def differences(connection: Connection) -> list:
        return compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), Base.metadata)

    assert await on(database_url, differences) == []


async def test_the_comparison_sees_a_missing_index(database_url: str) -> None:
    def break_it(connection: Connection) -> list:
        connection.execute(text("DROP INDEX ix_headline_story_id"))
        return compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), Base.metadata)

    ((kind, index),) = await on(database_url, break_it)
    assert (kind, index.name) == ("add_index", "ix_headline_story_id")


async def test_an_empty_database_is_brought_to_the_newest_revision(empty_database_url: str) -> None:
    assert await check(empty_database_url) is None
    assert await upgrade(empty_database_url) == newest_revision()
    assert await check(empty_database_url) == newest_revision()


async def test_upgrading_again_changes_nothing(database_url: str) -> None:
    before = await on(database_url, tables)
    assert await upgrade(database_url) == newest_revision()
    assert await on(database_url, tables) == before


async def test_processes_that_start_together_migrate_once(empty_database_url: str) -> None:
    program = (
        "import asyncio, sys; from storage.upgrade import upgrade; print(asyncio.run(upgrade(sys.argv[1])))"
    )
    starts = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, empty_database_url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    said = [(await process.communicate())[0].decode().strip() for process in starts]
    assert said == [newest_revision()] * 3


async def test_down_to_nothing_and_up_again(database_url: str) -> None:
    before = await on(database_url, tables)
    assert await downgrade(database_url, "base") is None
    assert await on(database_url, tables) == {"alembic_version"}
    await upgrade(database_url)
    assert await on(database_url, tables) == before


async def test_the_way_down_ends_at_the_revision_asked_for(database_url: str) -> None:
    assert await downgrade(database_url, "0001") == "0001"
    assert await check(database_url) == "0001"


async def test_a_filled_database_keeps_its_rows_and_what_depends_on_them(database_url: str) -> None:
    """The last migration is undone and done again over rows with children: nothing may be emptied by cascade."""
    store = await open_store(database_url)
    await store.sources.add(source(), NOW)
    ids = await store.headlines.add([headline(number, "KZ", "UZ") for number in range(10)])
    await store.headlines.override_countries(ids[0], ["KG"], 1, NOW)
    chosen = Preferences(countries=("KZ", "UZ"))
    reader = await store.subscribers.save(Chat(1), ChatKind.PRIVATE, chosen, NOW)
    await store.subscribers.add_watch(reader.id, "bridge", NOW)
    headlines = await store.headlines.get_many(ids)
    await downgrade(database_url, "-1")
    await upgrade(database_url)
    assert await store.headlines.get_many(ids) == headlines
    assert await store.subscribers.find(Chat(1)) == reader
    assert len(await store.subscribers.list_watches(reader.id)) == 1
    await store.close()


async def test_an_index_that_is_keyed_anew_finds_what_it_found(database_url: str) -> None:
    await downgrade(database_url, "0002")
    await upgrade(database_url)
    store = await open_store(database_url)
    await store.sources.add(source(), NOW)
    added = [headline(number, "KZ", "FR", seen=NOW - number * HOUR) for number in range(5)]
    await store.headlines.add([*added, headline(9, "UZ")])

    async def said() -> list[object]:
        asked = (Query("", terms=("bridg",), countries=(code,)) for code in ("KZ", "FR", "UZ"))
        pages = [await store.search.search(query, now=NOW) for query in asked]
        return [
            *pages,
            await store.search.closest_words("brigde"),
            await store.search.closest_words("bridge"),
        ]

    before = await said()
    await downgrade(database_url, "0002")
    await upgrade(database_url)
    assert await said() == before
    assert [page.total for page in before[:3]] == [5, 5, 1]
    await store.close()


async def test_other_stems_are_indexed_anew(database_url: str) -> None:
    """With stems of an earlier version in the index nothing is found; afterwards everything is, by country too."""
    store = await open_store(database_url)
    await store.sources.add(source(), NOW)
    titles = {"kk": "Газды тасымалдау басталды", "ky": "Жолдорду оңдоо башталды", "ru": "Дороги открыли"}
    added = [
        replace(headline(number, "KZ"), title=title, language=language)
        for number, (language, title) in enumerate(titles.items())
    ]
    await store.headlines.add(added)

    def forget(connection: Connection) -> None:
        connection.execute(text("UPDATE search_index SET title = 'former' WHERE rest LIKE '%_lk%'"))

    async def said() -> list[int]:
        terms = (index_words(title, "", language).title.split()[0] for language, title in titles.items())
        asked = [Query("", terms=(term,), countries=("KZ",)) for term in terms]
        return [(await store.search.search(query, now=NOW)).total for query in asked]

    assert await said() == [1, 1, 1]
    await downgrade(database_url, "0006")
    await on(database_url, forget)
    assert await said() == [0, 0, 1]
    await upgrade(database_url)
    assert await said() == [1, 1, 1]
    await store.close()


@pytest.mark.parametrize("action", [upgrade, check], ids=["upgrade", "check"])
async def test_a_database_of_a_newer_version_is_refused_untouched(database_url: str, action) -> None:
    def age(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await on(database_url, age)
    before = await on(database_url, tables)
    with pytest.raises(NewerDatabaseError, match="9999"):
        await action(database_url)
    assert await on(database_url, tables) == before


async def test_a_migration_that_fails_leaves_the_database_as_it_was(empty_database_url: str) -> None:
    def occupy(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE subscriber (id integer)"))

    await on(empty_database_url, occupy)
    with pytest.raises(Exception, match="subscriber"):
        await upgrade(empty_database_url)
    assert await on(empty_database_url, tables) <= {"subscriber", "alembic_version"}
    assert await check(empty_database_url) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_migration_that_would_leave_orphans_is_refused(database_url: str) -> None:
    def orphan(connection: Connection) -> None:
        connection.execute(text("DELETE FROM source"))

    store = await open_store(database_url)
    await store.sources.add(source(), NOW)
    await store.headlines.add([headline(1)])
    await store.close()
    await on(database_url, orphan)
    with pytest.raises(RuntimeError, match="without a parent"):
        await downgrade(database_url, "-1")
    assert await check(database_url) == newest_revision()


def test_revisions_form_one_line_in_the_order_of_their_files() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    walked = [revision.revision for revision in script.walk_revisions()][::-1]
    files = sorted(path.name.split("_")[0] for path in (Path(MIGRATIONS) / "versions").glob("*.py"))
    assert walked == files
    assert len(script.get_heads()) == 1
