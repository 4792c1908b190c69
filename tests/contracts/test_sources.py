from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from news.errors import SourceExistsError, UnknownSourceError
from news.model import SourceKind, SourceState
from storage.storage import Store
from tests.contracts.builders import DAY, HOUR, NOW, headline, source, stored

LEARNED = SourceState(
    etag='W/"abc"',
    last_modified="Sat, 21 Mar 2026 03:00:00 GMT",
    next_fetch_at=NOW + HOUR,
    last_fetch_at=NOW,
    last_success_at=NOW - HOUR,
    failures=3,
    strikes=1,
    last_error="no answer within 20 s",
    items_per_day=12.5,
    redirect_url="https://elsewhere.example/feed",
    redirect_seen=2,
    is_dead_told=True,
)


async def test_a_source_comes_back_as_it_was_added(store: Store) -> None:
    await store.sources.add(source(), NOW)
    assert await store.sources.get("outlet1") == source()
    assert await store.sources.state("outlet1") == SourceState()


async def test_what_fetching_learned_is_kept_in_every_field(store: Store) -> None:
    await store.sources.add(source(), NOW)
    await store.sources.record({"outlet1": LEARNED})
    assert await store.sources.state("outlet1") == LEARNED


async def test_what_many_fetches_learned_is_kept_at_once_and_a_stranger_spoils_nothing(store: Store) -> None:
    for number in (1, 2):
        await store.sources.add(source(number), NOW)
    with pytest.raises(UnknownSourceError, match="nobody"):
        await store.sources.record({"outlet1": LEARNED, "nobody": LEARNED, "outlet2": LEARNED})
    assert await store.sources.list_all() == [(source(1), LEARNED), (source(2), LEARNED)]


async def test_the_catalogue_is_listed_by_id_without_what_was_removed(store: Store) -> None:
    for number in (3, 1, 2):
        await store.sources.add(source(number), NOW)
    await store.sources.record({"outlet2": LEARNED})
    await store.sources.remove("outlet3")
    assert await store.sources.list_all() == [(source(1), SourceState()), (source(2), LEARNED)]


@pytest.mark.parametrize(
    ("again", "owner"),
    [
        pytest.param(source(1, url="https://other.example/"), "outlet1", id="same id"),
        pytest.param(source(2, url=source(1).url), "outlet1", id="same URL"),
        pytest.param(source(1), "outlet1", id="both"),
    ],
)
async def test_an_id_or_a_url_belongs_to_one_source(store: Store, again, owner: str) -> None:
    await store.sources.add(source(), NOW)
    with pytest.raises(SourceExistsError) as caught:
        await store.sources.add(again, NOW)
    assert caught.value.source_id == owner
    assert source().url in str(caught.value)
    assert await store.sources.list_all() == [(source(), SourceState())]


async def test_of_many_adding_one_source_one_wins(store: Store) -> None:
    outcomes = await asyncio.gather(
        *(store.sources.add(source(), NOW) for _ in range(5)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType"] + ["SourceExistsError"] * 4


async def test_a_removed_source_is_unknown_and_its_url_is_free(store: Store) -> None:
    await store.sources.add(source(), NOW)
    await store.sources.remove("outlet1")
    with pytest.raises(UnknownSourceError):
        await store.sources.get("outlet1")
    await store.sources.add(source(2, url=source(1).url), NOW)
    assert (await store.sources.get("outlet2")).url == source(1).url


async def test_headlines_outlive_their_source(store: Store) -> None:
    (number,) = await stored(store, headline(1, "KZ"))
    await store.sources.remove("outlet1")
    assert (await store.headlines.get(number)).source_name == "Outlet 1"


async def test_a_removed_source_can_be_added_anew_and_starts_fresh(store: Store) -> None:
    await store.sources.add(source(), NOW)
    await store.sources.record({"outlet1": LEARNED})
    await store.sources.remove("outlet1")
    await store.sources.add(source(name="Outlet renamed", is_paused=True), NOW + DAY)
    assert await store.sources.get("outlet1") == source(name="Outlet renamed", is_paused=True)
    assert await store.sources.state("outlet1") == SourceState()


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda sources: sources.get("nobody"), id="get"),
        pytest.param(lambda sources: sources.state("nobody"), id="state"),
        pytest.param(lambda sources: sources.remove("nobody"), id="remove"),
        pytest.param(lambda sources: sources.set_paused("nobody", is_paused=True), id="pause"),
        pytest.param(lambda sources: sources.record({"nobody": LEARNED}), id="record"),
    ],
)
async def test_an_unknown_source_is_named(store: Store, call) -> None:
    with pytest.raises(UnknownSourceError, match="nobody"):
        await call(store.sources)


async def test_ensure_adds_once_and_then_gives_what_is_stored(store: Store) -> None:
    assert await store.sources.ensure(source(), NOW) == source()
    await store.sources.set_paused("outlet1", is_paused=True)
    assert await store.sources.ensure(source(name="New name"), NOW) == source(is_paused=True)


async def test_ensure_brings_a_removed_source_back(store: Store) -> None:
    await store.sources.add(source(), NOW)
    await store.sources.remove("outlet1")
    assert await store.sources.ensure(source(), NOW) == source()


async def test_ensure_at_the_same_time_is_one_source(store: Store) -> None:
    found = await asyncio.gather(*(store.sources.ensure(source(), NOW) for _ in range(5)))
    assert found == [source()] * 5


async def test_ensure_refuses_the_url_of_another_source(store: Store) -> None:
    await store.sources.add(source(), NOW)
    with pytest.raises(SourceExistsError, match="outlet1"):
        await store.sources.ensure(source(2, url=source(1).url), NOW)


async def test_due_are_those_never_fetched_then_the_longest_overdue(store: Store) -> None:
    for number, next_fetch_at in enumerate((NOW - HOUR, NOW, None, NOW + HOUR, NOW - 2 * HOUR), start=1):
        await store.sources.add(source(number), NOW)
        await store.sources.record({f"outlet{number}": SourceState(next_fetch_at=next_fetch_at)})
    claimed = await store.sources.claim_due(NOW, 10, 60.0)
    assert [found.id for found, _ in claimed] == ["outlet3", "outlet5", "outlet1", "outlet2"]
    assert claimed[1] == (source(5), SourceState(next_fetch_at=NOW - 2 * HOUR))


async def test_paused_removed_and_file_sources_are_never_due(store: Store) -> None:
    await store.sources.add(source(1, is_paused=True), NOW)
    await store.sources.add(source(2), NOW)
    await store.sources.remove("outlet2")
    await store.sources.add(source(3, kind=SourceKind.FILE, url="file:orda.txt"), NOW)
    assert await store.sources.claim_due(NOW, 10, 60.0) == []
    await store.sources.set_paused("outlet1", is_paused=False)
    assert [found.id for found, _ in await store.sources.claim_due(NOW, 10, 60.0)] == ["outlet1"]


async def test_a_lease_keeps_others_away_until_it_runs_out_or_is_freed(store: Store) -> None:
    await store.sources.add(source(), NOW)
    assert len(await store.sources.claim_due(NOW, 10, 60.0)) == 1
    assert await store.sources.claim_due(NOW + timedelta(seconds=59), 10, 60.0) == []
    assert len(await store.sources.claim_due(NOW + timedelta(seconds=60), 10, 60.0)) == 1
    await store.sources.record({"outlet1": SourceState()})
    assert len(await store.sources.claim_due(NOW + timedelta(seconds=61), 10, 60.0)) == 1


async def test_two_fetchers_never_claim_the_same_source(store: Store) -> None:
    for number in range(20):
        await store.sources.add(source(number), NOW)
    claims = await asyncio.gather(*(store.sources.claim_due(NOW, 7, 60.0) for _ in range(4)))
    ids = [found.id for claim in claims for found, _ in claim]
    assert len(ids) == len(set(ids))
    assert len(ids) + len(await store.sources.claim_due(NOW, 20, 60.0)) == 20


async def test_a_lasting_redirect_changes_the_address(store: Store) -> None:
    await store.sources.add(source(), NOW)
    await store.sources.record({"outlet1": SourceState()}, {"outlet1": "https://new.example/feed"})
    assert await store.sources.get("outlet1") == replace(source(), url="https://new.example/feed")


async def test_a_redirect_to_another_source_changes_nothing_but_the_state(store: Store) -> None:
    await store.sources.add(source(1), NOW)
    await store.sources.add(source(2), NOW)
    await store.sources.record({"outlet1": LEARNED}, {"outlet1": source(2).url})
    assert await store.sources.get("outlet1") == source(1)
    assert await store.sources.state("outlet1") == LEARNED


async def test_a_fetch_that_ends_after_the_removal_does_not_bring_the_source_back(store: Store) -> None:
    await store.sources.add(source(), NOW)
    await store.sources.remove("outlet1")
    await store.sources.record({"outlet1": LEARNED}, {"outlet1": "https://new.example/feed"})
    assert await store.sources.list_all() == []
    await store.sources.add(source(2, url="https://new.example/feed"), NOW)
