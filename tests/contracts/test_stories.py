"""news.ports.StoryStore and joining stories, on both databases."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from news.gazetteer import Gazetteer, load_gazetteer
from news.group import HOPELESS
from news.model import NewHeadline, Source, SourceKind
from news.pool import CANDIDATES
from news.stories import join_stories
from storage.storage import Store

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


async def add(store: Store, titles: list[str], *, language: str = "en", start: datetime = NOW) -> list[int]:
    """Store these titles a minute apart; their ids."""
    await store.sources.ensure(Source("wire", "Wire", SourceKind.FILE, "https://wire.example/"), NOW)
    return await store.headlines.add(
        [
            NewHeadline(
                source_id="wire",
                guid=title,
                title=title,
                first_seen_at=NOW,
                sort_at=start + number * MINUTE,
                language=language,
            )
            for number, title in enumerate(titles)
        ]
    )


async def open_stories(store: Store, ids: list[int]) -> list[int]:
    final = await store.stories.join(dict.fromkeys(ids), NOW)
    return [final[number] for number in ids]


async def titles_by_story(store: Store) -> list[set[str]]:
    """The stories of all headlines, as sets of titles."""
    stories: defaultdict[int | None, set[str]] = defaultdict(set)
    for headline in await store.headlines.after(0, 1_000):
        stories[headline.story_id].add(headline.title)
    return list(stories.values())


async def test_waiting_headlines_come_oldest_first_until_they_have_a_story(store: Store) -> None:
    late, early = (
        await add(store, ["Late news"], start=NOW),
        await add(store, ["Early news"], start=NOW - MINUTE),
    )
    assert [h.id for h in await store.stories.without_story(10)] == [*early, *late]
    assert [h.id for h in await store.stories.without_story(1)] == early
    await open_stories(store, early)
    assert [h.id for h in await store.stories.without_story(10)] == late


async def test_joining_keeps_what_another_process_wrote(store: Store) -> None:
    one, two = await add(store, ["Reservoir dam opens", "Reservoir dam is opened"])
    first = await store.stories.join({one: None}, NOW)
    again = await store.stories.join({one: None, two: first[one]}, NOW)
    assert again == {one: first[one], two: first[one]}


async def test_two_processes_open_one_story_for_a_headline(store: Store) -> None:
    (number,) = await add(store, ["Reservoir dam opens"])
    results = await asyncio.gather(*(store.stories.join({number: None}, NOW) for _ in range(4)))
    assert len({result[number] for result in results}) == 1


async def test_candidates_share_the_most_rare_words_within_the_window(store: Store) -> None:
    titles = [
        "Reservoir dam opens near Bukhara",
        "Dam repaired",
        "Chess title defended",
        "Reservoir dam news",
    ]
    ids = await add(store, titles)
    old = await add(store, ["Reservoir dam of last year"], start=NOW - timedelta(days=300))
    window = {"since": NOW - timedelta(hours=1), "until": NOW + timedelta(hours=1)}
    found = await store.stories.candidates(["reservoir", "dam"], **window, limit=2)
    assert [h.id for h in found] == [ids[3], ids[0]]
    everything = await store.stories.candidates(["reservoir", "dam"], **window, limit=9)
    assert [h.id for h in everything] == [ids[3], ids[0], ids[1]]
    assert old[0] not in [h.id for h in everything]
    assert await store.stories.candidates([], **window, limit=9) == []
    besides = await store.stories.candidates(["reservoir", "dam"], **window, limit=1, besides={ids[3]})
    assert [h.id for h in besides] == [ids[0]]


async def test_members_are_the_newest_in_order(store: Store) -> None:
    ids = await add(store, ["One thing", "Two things", "Three things", "Another matter"])
    story, other = await open_stories(store, [ids[0], ids[3]])
    await store.stories.join({ids[1]: story, ids[2]: story}, NOW)
    members = await store.stories.members([story, other], 2)
    assert {key: [h.id for h in some] for key, some in members.items()} == {
        story: [ids[1], ids[2]],
        other: [ids[3]],
    }


async def test_merged_story_still_answers_under_its_old_id(store: Store) -> None:
    ids = await add(store, ["One thing", "Two things", "Three things"])
    first, second, third = await open_stories(store, ids)
    await store.stories.merge(second, third, NOW)
    await store.stories.merge(first, second, NOW)
    await store.stories.merge(first, third, NOW)  # all one by now: nothing left to do
    for old in (first, second, third):
        story = await store.headlines.story(old)
        assert story is not None
        assert [h.id for h in story.headlines] == ids
    joined = await store.stories.join(dict.fromkeys(await add(store, ["Four things"]), third), NOW)
    assert list(joined.values()) == [first]


async def test_split_takes_only_the_storys_own_headlines(store: Store) -> None:
    ids = await add(store, ["One thing", "Two things", "Another matter"])
    story, other = await open_stories(store, [ids[0], ids[2]])
    await store.stories.join({ids[1]: story}, NOW)
    new = await store.stories.split(story, [ids[1], ids[2]], NOW)
    assert new not in {story, other}
    stories = {h.id: h.story_id for h in await store.headlines.after(0, 10)}
    assert stories == {ids[0]: story, ids[1]: new, ids[2]: other}


SAME = [
    "Rockslide closes the Korday border crossing until evening",
    "Korday border crossing closed until evening after rockslide",
    "Rockslide shuts Korday border crossing",
]
OTHER = ["Chess grandmaster defends the national title", "Wheat harvest is the largest in ten years"]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]], ids=str)
async def test_the_same_headlines_in_any_order_of_arrival_give_the_same_stories(
    store: Store, gazetteer: Gazetteer, order: list[int]
) -> None:
    titles = [*SAME, *OTHER]
    for number in order:
        await add(store, [titles[number]], start=NOW + number * MINUTE)
    assert await join_stories(store, gazetteer, now=NOW) == 5
    assert await join_stories(store, gazetteer, now=NOW) == 0
    assert sorted(await titles_by_story(store), key=len) == [{OTHER[0]}, {OTHER[1]}, set(SAME)] or sorted(
        await titles_by_story(store), key=len
    ) == [{OTHER[1]}, {OTHER[0]}, set(SAME)]


async def test_a_burst_of_one_event_is_one_story(store: Store, gazetteer: Gazetteer) -> None:
    """More of them at once than a headline is compared with: those that are still to come must not be all it sees."""
    endings = ("", " again", " today", " now", " for hours", " for trucks")
    titles = [f"{title}{ending}, outlet {n} says" for n in range(4) for title in SAME for ending in endings]
    assert len(titles) > 3 * CANDIDATES
    await add(store, [*titles, *OTHER])
    await join_stories(store, gazetteer, now=NOW)
    assert max(map(len, await titles_by_story(store))) == len(titles)


async def test_a_later_headline_joins_the_stored_story_and_its_id_stays(
    store: Store, gazetteer: Gazetteer
) -> None:
    (first,) = await add(store, SAME[:1])
    await join_stories(store, gazetteer, now=NOW)
    story = (await store.headlines.get(first)).story_id
    await add(store, [*SAME[1:], *OTHER], start=NOW + timedelta(hours=5))
    assert await join_stories(store, gazetteer, now=NOW, limit=2) == 2
    assert await join_stories(store, gazetteer, now=NOW, limit=50) == 2
    assert {h.title for h in await store.headlines.after(0, 99) if h.story_id == story} == set(SAME)


async def tell(store: Store, titles: list[str]) -> int:
    """Store the titles in one story; its id."""
    ids = await add(store, titles)
    opened = (await store.stories.join({ids[0]: None}, NOW))[ids[0]]
    await store.stories.join(dict.fromkeys(ids, opened), NOW)
    return opened


async def test_a_headline_that_fits_two_stories_shows_that_they_are_one(
    store: Store, gazetteer: Gazetteer
) -> None:
    """The older id stays, the other still answers; nothing else moves."""
    again = [f"{title} today" for title in SAME]
    older, younger, apart = await tell(store, SAME), await tell(store, again), await tell(store, OTHER[:1])
    new = f"{SAME[0]} again"
    await add(store, [new], start=NOW + timedelta(hours=1))
    assert await join_stories(store, gazetteer, now=NOW) == 1
    assert sorted(await titles_by_story(store), key=len) == [{OTHER[0]}, {*SAME, *again, new}]
    for story, expected in (
        (older, {*SAME, *again, new}),
        (younger, {*SAME, *again, new}),
        (apart, {OTHER[0]}),
    ):
        found = await store.headlines.story(story)
        assert found is not None
        assert {headline.title for headline in found.headlines} == expected


ROCKS = [
    "Rockslide at Korday blocks the road",
    "Korday road blocked by a rockslide",
    "Rockslide blocks the Korday road",
]
WHEAT = [
    "Wheat harvest is the largest in years",
    "Largest wheat harvest in years",
    "Wheat harvest largest in years",
]
DIGEST = "Rockslide at Korday blocks the road, wheat harvest is the largest in years"


async def test_a_digest_of_two_events_does_not_make_them_one(store: Store, gazetteer: Gazetteer) -> None:
    await add(store, [*ROCKS, *WHEAT, DIGEST])
    assert await join_stories(store, gazetteer, now=NOW) == 7
    assert len(await titles_by_story(store)) == 2


@pytest.mark.parametrize("stored", [0, 1, 2], ids=["both-new", "one-stored", "both-stored"])
async def test_merging_in_a_run_takes_along_what_it_has_chosen(
    store: Store, gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch, stored: int
) -> None:
    monkeypatch.setattr("news.group.ONE_STORY", HOPELESS)
    for titles in (ROCKS, WHEAT)[:stored]:
        await tell(store, titles[:2])
    await add(
        store, [*ROCKS[2 if stored else 0 :], *WHEAT[2 if stored == 2 else 0 :], DIGEST], start=NOW + MINUTE
    )
    await join_stories(store, gazetteer, now=NOW)
    assert await titles_by_story(store) == [{*ROCKS, *WHEAT, DIGEST}]


async def test_a_story_older_than_the_window_is_over(store: Store, gazetteer: Gazetteer) -> None:
    await add(store, SAME[:1], start=NOW - timedelta(days=5))
    await add(store, SAME[1:2], start=NOW)
    await join_stories(store, gazetteer, now=NOW)
    assert len(await titles_by_story(store)) == 2
