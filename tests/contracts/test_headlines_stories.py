from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text

from news.model import Story
from storage.storage import Store
from tests.contracts.builders import DAY, HOUR, NOW, headline, put_into_stories, stored

YESTERDAY = NOW - DAY


async def between(store: Store, *countries: str, since: datetime = YESTERDAY, **how: object) -> list[Story]:
    return await store.headlines.stories_between(since, NOW, countries, **how)


def numbers(stories: list[Story]) -> list[list[str]]:
    return [[one.title.split()[2] for one in story.headlines] for story in stories]


@pytest.mark.parametrize(
    ("seen", "is_inside"),
    [
        pytest.param(YESTERDAY, False, id="at the start: told last time"),
        pytest.param(YESTERDAY + HOUR, True, id="inside"),
        pytest.param(NOW, True, id="at the end"),
        pytest.param(NOW + HOUR, False, id="after the end"),
    ],
)
async def test_a_window_is_open_at_its_start_and_closed_at_its_end(
    store: Store, seen: datetime, is_inside: bool
) -> None:
    (number,) = await stored(store, headline(1, "KZ", seen=seen))
    assert [story.id for story in await between(store, "KZ")] == [-number] * is_inside


async def test_what_was_published_earlier_but_arrived_late_is_told(store: Store) -> None:
    await stored(store, headline(1, "KZ", seen=NOW, sort_at=NOW - 2 * DAY, published=NOW - 2 * DAY))
    assert numbers(await between(store, "KZ")) == [["1"]]


async def test_what_is_not_news_makes_no_story_new(store: Store) -> None:
    await stored(store, headline(1, "KZ", is_new=False))
    assert await between(store, "KZ") == []


async def test_a_story_comes_with_all_its_headlines_oldest_first(store: Store) -> None:
    ids = await stored(
        store,
        headline(1, "KZ", seen=NOW - HOUR),
        headline(2, seen=NOW - 3 * DAY),
        headline(3, "KZ", seen=NOW - 2 * DAY, is_new=False),
        headline(4, "KZ", seen=NOW + HOUR),
        headline(5, "KZ", seen=NOW - 3 * DAY),
    )
    await put_into_stories(store, dict.fromkeys(ids[:4], 7) | {ids[4]: 8})
    (story,) = await between(store, "KZ")
    assert (story.id, numbers([story])) == (7, [["2", "3", "1"]])


async def test_a_story_belongs_where_any_of_its_headlines_does(store: Store) -> None:
    ids = await stored(
        store,
        headline(1, "UZ", seen=NOW),
        headline(2, "KZ", "UZ", seen=NOW - 2 * DAY),
        headline(3, implied="RU"),
    )
    await put_into_stories(store, dict.fromkeys(ids, 7))
    (story,) = await between(store, "KZ")
    assert story.countries == ("UZ", "KZ")
    assert await between(store, "RU") == []  # evidence outweighs what one outlet implies
    assert len(await between(store)) == 1


async def test_implied_countries_count_when_no_headline_has_evidence(store: Store) -> None:
    ids = await stored(store, headline(1, implied="RU"), headline(2, implied="KZ"), headline(3))
    await put_into_stories(store, dict.fromkeys(ids, 7))
    assert [story.countries for story in await between(store, "KZ")] == [("RU", "KZ")]


async def test_only_readable_headlines_make_a_story_new_but_it_keeps_the_others(store: Store) -> None:
    ids = await stored(
        store,
        headline(1, "KZ", language="ru"),
        headline(2, "KZ", language="kk"),
        headline(3, "KZ", language="ru"),
        headline(4, "KZ", language=None),
    )
    await put_into_stories(store, {ids[0]: 7, ids[1]: 7, ids[2]: 8})
    assert numbers(await between(store, "KZ", languages=["kk"])) == [["4"], ["1", "2"]]


async def test_without_countries_every_story_is_told(store: Store) -> None:
    await stored(store, headline(1, "KZ"), headline(2), headline(3, implied="UZ"))
    assert numbers(await between(store)) == [["3"], ["2"], ["1"]]


async def test_a_long_window_is_read_whole(store: Store) -> None:
    ids = await stored(store, *(headline(number, "KZ", "UZ") for number in range(2_300)))
    await put_into_stories(store, dict.fromkeys(ids[:1150], 7))
    stories = await between(store, "UZ")
    assert len(stories) == 1_151
    assert sum(len(story.headlines) for story in stories) == 2_300


# ---------------------------------------------------------------- one story


async def test_a_story_is_found_by_its_id_and_by_one_that_was_merged_into_it(store: Store) -> None:
    ids = await stored(store, headline(2, "KZ", seen=NOW), headline(1, "UZ", seen=NOW - HOUR), headline(3))
    await put_into_stories(store, {ids[0]: 9, ids[1]: 9, ids[2]: 8})
    async with store.engine.begin() as connection:
        await connection.execute(text("UPDATE headline SET story_id = 9 WHERE story_id = 8"))
        await connection.execute(text("UPDATE story SET merged_into = 9 WHERE id = 8"))
    story = await store.headlines.story(8)
    assert story is not None
    assert (story.id, story.countries) == (9, ("UZ", "KZ"))
    assert numbers([story]) == [["1", "2", "3"]]
    assert await store.headlines.story(9) == story


async def test_a_lone_headline_is_a_story_under_its_negative_id_until_it_joins_one(store: Store) -> None:
    (number,) = await stored(store, headline(1, "KZ"))
    alone = await store.headlines.story(-number)
    assert alone is not None
    assert (alone.id, alone.lead.id, alone.countries) == (-number, number, ("KZ",))
    await put_into_stories(store, {number: 7})
    joined = await store.headlines.story(-number)
    assert joined is not None
    assert joined.id == 7


@pytest.mark.parametrize("story_id", [0, 5, -5])
async def test_a_story_that_never_was_is_none(store: Store, story_id: int) -> None:
    assert await store.headlines.story(story_id) is None


async def test_stories_merged_in_a_ring_do_not_hang_the_reader(store: Store) -> None:
    ids = await stored(store, headline(1), headline(2))
    await put_into_stories(store, {ids[0]: 7, ids[1]: 8})
    async with store.engine.begin() as connection:
        await connection.execute(text("UPDATE story SET merged_into = 15 - id"))
    story = await store.headlines.story(7)
    assert story is not None
