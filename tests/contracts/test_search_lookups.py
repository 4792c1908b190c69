"""Keys, slices of time and the threads that look things up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from news.gazetteer import Gazetteer, load_gazetteer
from news.query import parse_query
from news.relevance import rarity
from storage.search.keys import are_flagged, id_of, key_of, keys_of, lower_bound, minute_of, upper_bound
from storage.search.matching import TSQUERY
from storage.search.reading import POSTGRESQL, SQLITE, Window, newest
from storage.search.rows import Reader
from storage.search.slices import Spread, narrowed
from storage.search.statistics import Frequencies
from storage.storage import Store
from tests.contracts.builders import NOW, headline, stored

YEAR_AGO = lower_bound(NOW - timedelta(days=365))
COMMON = Spread({"gaz": 30_000, "su": 1_500, "rare": 90}, 1_000_000, YEAR_AGO, upper_bound(NOW))


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def test_keys_go_by_minute_then_id_and_tell_both_whatever_the_countries() -> None:
    later = NOW + timedelta(minutes=1)
    keys = [
        key_of(7, NOW, ["KZ", "AF"]),
        key_of(8, NOW),
        key_of(2**30 - 1, NOW, ["FR"]),
        key_of(1, later, ["UZ"]),
    ]
    assert all(one < other for one, other in pairwise(keys))
    assert [id_of(key) for key in keys] == [7, 8, 2**30 - 1, 1]
    assert minute_of(keys[0]) == int(NOW.timestamp() // 60)
    assert all(lower_bound(NOW) <= key <= upper_bound(NOW) for key in keys[:3])
    lowest, highest = keys_of(7, NOW)
    assert lowest <= keys[0] <= highest < keys[1]


def test_a_key_fits_a_signed_number_to_the_end_of_the_century() -> None:
    assert key_of(2**30 - 1, datetime(2097, 1, 1, tzinfo=UTC), ["KZ", "AF"]) < 2**63


def test_only_some_countries_are_told_by_the_key() -> None:
    assert are_flagged(["_ckz", "_caf"])
    assert not are_flagged(["_ckz", "_cfr"])
    assert not are_flagged(["_lru"])


@pytest.mark.parametrize(
    ("window", "recent", "parts"),
    [
        pytest.param(Window(parts=("'gaz'",), groups=(("gaz",),)), True, 1, id="common"),
        pytest.param(Window(parts=("'rare'",), groups=(("rare",),)), False, 1, id="rare"),
        pytest.param(Window(parts=("'gaz'", "'rare'"), groups=(("gaz",), ("rare",))), False, 1, id="both"),
        pytest.param(Window(parts=("'gazet':*",)), False, 1, id="unknown"),
        pytest.param(Window(), False, 0, id="everything"),
        pytest.param(
            Window(parts=("'gaz'",), groups=(("gaz",),), lowest=lower_bound(NOW - timedelta(days=60))),
            True,
            2,
            id="common-of-two-months",
        ),
        pytest.param(
            Window(parts=("'su'",), groups=(("su",),), lowest=lower_bound(NOW - timedelta(days=60))), False, 2, id="all-of-two-months"
        ),
        pytest.param(
            Window(parts=("'su'",), groups=(("su",),), lowest=lower_bound(NOW - timedelta(days=340))), False, 1, id="all-of-a-year"
        ),
        pytest.param(
            Window(parts=("'rare'",), groups=(("rare",),), lowest=lower_bound(NOW - timedelta(days=60))), False, 1, id="rare-of-two-months"
        ),
        pytest.param(
            Window(parts=("'x':*",), lowest=lower_bound(NOW - timedelta(days=60))), False, 2, id="unknown-of-two-months"
        ),
    ],
)  # fmt: skip
def test_slices_are_named_where_there_is_much_to_read(window: Window, recent: bool, parts: int) -> None:
    told = narrowed(window, COMMON, 300, upper_bound(NOW), TSQUERY)
    assert (told.recent is not None) == recent
    assert len(told.parts) - len(window.parts) == (parts - 1 if window.parts else 0)
    assert not recent or YEAR_AGO < told.boundary < upper_bound(NOW)


def test_on_postgresql_what_is_not_among_the_commonest_is_counted_no_further_than_it_matters() -> None:
    """As a big store would answer: the true counts of three tokens, of which the server's statistics know one."""
    true = {"gaz": 30_000, "aral": 400, "kok": 9}

    def execute(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if "pg_stats" in sql:
            return [("gaz", 0.03), ("su", 0.0005)]
        if "asked" in sql:
            most = values["most"]
            return [(token, min(true[token], most)) for token in values["tokens"]]
        return [(YEAR_AGO, upper_bound(NOW))] if "min(key)" in sql else [(1_000_000,)]

    counts, total = Frequencies().of(Reader(POSTGRESQL, execute), true)
    assert (counts["gaz"], counts["kok"], total) == (30_000, 9, 1_000_000)
    assert 64 < counts["aral"] < 500
    assert rarity(counts["aral"], total) == pytest.approx(rarity(true["aral"], total), rel=0.11)


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
@pytest.mark.parametrize("wanted", [1, 5, 40, 200])
async def test_looking_at_the_newest_slices_first_finds_the_same(store: Store, wanted: int) -> None:
    """As a big store would be asked, with many and with few of the matches in the newest slices."""
    days = (headline(number, "KZ", sort_at=NOW - timedelta(days=number * 3)) for number in range(60))
    ids = await stored(store, *days)
    window = Window(parts=("'_ckz'",), groups=(("_ckz",),))
    spread = Spread({"_ckz": 60_000}, 60_000, YEAR_AGO, upper_bound(NOW))
    told = narrowed(window, spread, wanted * 60, upper_bound(NOW), TSQUERY)
    assert told.recent is not None

    def look(reader: Reader) -> list[int]:
        values = told.values(POSTGRESQL) | {"limit": wanted}
        return [id_of(row[0]) for row in reader.rows(newest(told, POSTGRESQL), values)]

    assert await store.lookups.run(look) == ids[:wanted]


async def test_a_lost_connection_is_replaced(store: Store) -> None:
    """Each thread keeps its connection: every one of them is broken, then every one is asked again."""

    def lose(reader: Reader) -> None:
        if reader.dialect is not SQLITE:
            reader.rows("SELECT pg_terminate_backend(pg_backend_pid())")
        raise ValueError

    for _ in range(8):
        with pytest.raises(Exception):  # noqa: B017 (each driver has its own)
            await store.lookups.run(lose)
    assert [await store.lookups.run(lambda reader: reader.rows("SELECT 1")) for _ in range(8)] == [[(1,)]] * 8


async def test_lookups_cannot_write(store: Store) -> None:
    with pytest.raises(Exception, match=r"read.?only"):
        await store.lookups.run(lambda reader: reader.rows("DELETE FROM search_word RETURNING word"))


async def test_another_country_moves_the_headline_in_the_index(store: Store, gazetteer: Gazetteer) -> None:
    (number,) = await stored(store, headline(1, "KZ"))
    await store.headlines.override_countries(number, ["KG"], 1, NOW)
    found = {
        country: [found.headline.id for found in page.found]
        for country in ("kz", "kg")
        if (page := await store.search.search(parse_query(gazetteer, f"country:{country}"), now=NOW))
    }
    assert found == {"kz": [], "kg": [number]}
    async with store.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM search_index")) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_feed_that_brings_the_newest_first_is_one_piece_of_the_index(store: Store) -> None:
    await stored(
        store, *(headline(number, "KZ", sort_at=NOW - timedelta(hours=number)) for number in range(30))
    )
    async with store.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(DISTINCT segid) FROM search_index_idx")) == 1
