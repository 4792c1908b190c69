"""Headlines and stories by day and country, on both databases."""

from __future__ import annotations

from news.model import DayCounts
from storage.storage import Store
from tests.contracts.builders import DAY, NOW, headline, put_into_stories, stored

EDGES = [NOW - 2 * DAY, NOW - DAY, NOW]


async def test_days_begin_at_their_edge_and_a_story_counts_once_a_day(store: Store) -> None:
    ids = await stored(
        store,
        headline(1, "KZ", seen=EDGES[0]),
        headline(2, "KZ", "UZ", seen=EDGES[0]),
        headline(3, "KZ", seen=EDGES[1]),
        headline(4, implied="KZ", seen=EDGES[1]),
        headline(5, "KZ", seen=EDGES[2]),
    )
    await put_into_stories(store, {ids[0]: 7, ids[1]: 7, ids[2]: 7})

    found = await store.headlines.days(EDGES, ["KZ", "UZ", "TM"])

    assert found == {
        "KZ": DayCounts((2, 2), (1, 2)),
        "UZ": DayCounts((1, 0), (1, 0)),
        "TM": DayCounts((0, 0), (0, 0)),
    }


async def test_the_newest_titles_of_a_country(store: Store) -> None:
    await stored(
        store,
        headline(1, "KZ", seen=EDGES[0]),
        headline(2, implied="KZ", seen=EDGES[1]),
        headline(3, "UZ", seen=EDGES[1]),
        headline(4, "KZ", seen=EDGES[2]),
    )

    found = await store.headlines.titles("KZ", EDGES[0], EDGES[2], 5)

    assert found == [("Bridge number 2 opens to traffic", "en"), ("Bridge number 1 opens to traffic", "en")]
    assert await store.headlines.titles("KZ", EDGES[0], EDGES[2], 1) == found[:1]
