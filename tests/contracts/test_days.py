"""Headlines and stories by day and country, on both databases."""

from __future__ import annotations

from news.model import Activity, DayCounts
from storage.outbox.values import Result, State
from storage.storage import Store
from tests.contracts.builders import DAY, NOW, headline, put_into_stories, stored
from tests.outbox import add_reader, claim, queue_alert

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
        "KZ": DayCounts((2, 2), (1, 2), 2),
        "UZ": DayCounts((1, 0), (1, 0), 1),
        "TM": DayCounts((0, 0), (0, 0), 0),
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


async def test_the_bots_work_by_day(store: Store) -> None:
    await stored(store, headline(1, seen=EDGES[0]), headline(2, seen=EDGES[1]), headline(3, seen=EDGES[2]))
    for chat_id in (1, 2):
        await add_reader(store, chat_id, at=NOW)
    await queue_alert(store, now=NOW)
    jobs = await claim(store, now=NOW)
    states = [State.SENT, State.GONE]
    await store.outbox.record([Result(job, state) for job, state in zip(jobs, states, strict=True)], now=NOW)

    before = await store.activity(EDGES)
    found = await store.activity([NOW - DAY, NOW, NOW + DAY])

    nothing = (0, 0)
    assert before.headlines == (1, 1)
    assert found == Activity(
        headlines=(1, 1),
        readers=(0, 2),
        deliveries={
            "sent": (0, 1),
            "gone": (0, 1),
            "broken": nothing,
            "unknown": nothing,
            "cancelled": nothing,
        },
    )
