from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from news.errors import UnknownHeadlineError, UnknownSourceError
from news.model import Attribution, Headline
from storage.known import title_key
from storage.statements import repeat_on_deadlock
from storage.storage import Store
from storage.tables import HeadlineRow
from tests.contracts.builders import DAY, HOUR, NOW, about, headline, item, put_into_stories, stored


async def test_a_headline_comes_back_as_it_was_added(store: Store) -> None:
    (number,) = await stored(store, headline(1, "KZ", "UZ"))
    assert await store.headlines.get(number) == Headline(
        id=number,
        source_id="outlet1",
        source_name="Outlet 1",
        title="Bridge number 1 opens to traffic",
        sort_at=NOW,
        summary="The river has 1 bridges now.",
        url="https://www.outlet1.example/news/1?utm_source=feed",
        language="en",
        published=NOW,
        countries=("KZ", "UZ"),
        tier=1,
        first_seen_at=NOW,
    )


async def test_what_only_the_outlet_implies_is_no_evidence(store: Store) -> None:
    (number,) = await stored(store, headline(1, implied="KZ", is_new=False, language=None))
    found = await store.headlines.get(number)
    assert (found.countries, found.implied_by_source, found.is_new, found.language) == ((), "KZ", False, None)


async def test_evidence_outweighs_what_the_outlet_implies(store: Store) -> None:
    (number,) = await stored(store, headline(1, "UZ", implied="KZ"))
    assert (await store.headlines.get(number)).implied_by_source is None
    assert (await store.headlines.latest(["KZ"])).total == 0


async def test_ids_come_in_the_order_of_the_headlines(store: Store) -> None:
    ids = await stored(store, *(headline(number) for number in (3, 1, 2)))
    titles = [found.title for found in await store.headlines.get_many(ids)]
    assert [title.split()[2] for title in titles] == ["3", "1", "2"]


async def test_nothing_to_add_is_nothing(store: Store) -> None:
    assert await store.headlines.add([]) == []


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(headline(1), id="the same"),
        pytest.param(headline(1, canonical_url=None, title="Another"), id="its guid"),
        pytest.param(headline(2, canonical_url="https://outlet1.example/news/1"), id="its address"),
    ],
)
async def test_adding_again_adds_nothing(store: Store, again) -> None:
    await stored(store, headline(1, "KZ"))
    assert await store.headlines.add([again]) == []
    assert await store.headlines.count() == 1


async def test_a_batch_with_a_repeat_keeps_the_first(store: Store) -> None:
    (number,) = await stored(store, headline(1, title="First"), headline(1, title="Second"))
    assert (await store.headlines.get(number)).title == "First"


async def test_a_batch_longer_than_one_statement_is_stored_whole(store: Store) -> None:
    ids = await stored(store, *(headline(number, "KZ", "UZ") for number in range(2_500)))
    assert len(set(ids)) == 2_500
    found = await store.headlines.get_many(ids)
    assert [one.title.split()[2] for one in found] == [str(number) for number in range(2_500)]
    assert all(one.countries == ("KZ", "UZ") for one in found)


async def test_eight_importing_the_same_store_each_headline_once(store: Store) -> None:
    batch = [headline(number, "KZ") for number in range(40)]
    await stored(store)
    added = await asyncio.gather(*(store.headlines.add(batch) for _ in range(8)))
    assert sum(map(len, added)) == 40
    assert await store.headlines.count() == 40


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_two_who_bring_the_same_addresses_in_another_order_both_finish(store: Store) -> None:
    await stored(store, sources=2)
    async with store.engine.begin() as other:
        await insert_raw(other, "https://outlet1.example/news/2")
        adding = asyncio.create_task(store.headlines.add([headline(1), headline(2)]))
        while not await waits_for_a_lock(store):
            assert not adding.done()
        await insert_raw(other, "https://outlet1.example/news/1")  # each now waits for the other
    assert await adding == []
    assert await store.headlines.count() == 2


async def insert_raw(connection: AsyncConnection, url: str) -> None:
    row = {"source_id": "outlet2", "guid": url, "canonical_url": url, "title": url, "title_key": url}
    moments = {"first_seen_at": NOW, "sort_at": NOW}
    await connection.execute(insert(HeadlineRow.__table__).values(**row, **moments))


async def waits_for_a_lock(store: Store) -> bool:
    async with store.engine.connect() as connection:
        return bool(
            (await connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))).scalar()
        )


class DriverError(Exception):
    """A driver's error with PostgreSQL's code."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "attempts"),
    [
        pytest.param("58030", 1, id="an input-output error is not repeated"),
        pytest.param("40P01", 4, id="a deadlock is repeated, but not for ever"),
    ],
)
async def test_only_a_deadlock_is_repeated(sqlstate: str, attempts: int) -> None:
    calls = []

    async def fail() -> None:
        calls.append(1)
        raise OperationalError("INSERT", {}, DriverError(sqlstate))

    with pytest.raises(OperationalError, match=sqlstate):
        await repeat_on_deadlock(fail)
    assert len(calls) == attempts


async def test_a_source_outside_the_catalogue_is_named(store: Store) -> None:
    with pytest.raises(UnknownSourceError, match="outlet1"):
        await store.headlines.add([headline(1)])


async def test_a_batch_that_fails_leaves_nothing_behind(store: Store) -> None:
    await stored(store)
    broken = replace(headline(2), sort_at=NOW.replace(tzinfo=None))
    with pytest.raises(Exception, match="naive datetime"):
        await store.headlines.add([headline(1, "KZ"), broken])
    assert await store.headlines.count() == 0
    assert (await store.headlines.latest([])).total == 0


async def test_an_id_beyond_32_bits_is_an_id(store: Store) -> None:
    await stored(store, headline(1))
    async with store.engine.begin() as connection:
        await connection.execute(text("UPDATE headline SET id = 5000000000"))
    assert (await store.headlines.get(5_000_000_000)).id == 5_000_000_000


ODD = 'a\x00b \\x00 \\u0000 \\\\u0000 "quoted" \ud800 \U0001f1f0\U0001f1ff ә\n'


async def test_what_a_database_would_refuse_is_replaced_and_everything_else_kept(store: Store) -> None:
    (number,) = await stored(store, headline(1, title=ODD, guid="g\x00", summary="\\"))
    found = await store.headlines.get(number)
    assert found.title == ODD.replace("a\x00b", "a\ufffdb").replace("\ud800", "\ufffd")
    assert found.summary == "\\"
    assert await store.headlines.unknown("outlet1", [item(2, guid="g\x00", url=None)], NOW) == []


@pytest.mark.parametrize("moment", [NOW, NOW.replace(microsecond=1), NOW.astimezone(timezone(5 * HOUR))])
async def test_an_instant_comes_back_to_the_microsecond(store: Store, moment: datetime) -> None:
    (number,) = await stored(store, headline(1, "KZ", seen=moment))
    found = await store.headlines.get(number)
    assert (found.published, found.sort_at, found.first_seen_at) == (moment,) * 3


async def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="naive"):
        await stored(store, headline(1, seen=NOW.replace(tzinfo=None)))


@pytest.mark.parametrize("call", ["get", "evidence"])
async def test_an_unknown_headline_is_named(store: Store, call: str) -> None:
    with pytest.raises(UnknownHeadlineError, match="77"):
        await getattr(store.headlines, call)(77)


async def test_many_are_given_in_the_order_asked_without_the_missing(store: Store) -> None:
    first, second = await stored(store, headline(1), headline(2))
    assert [found.id for found in await store.headlines.get_many([second, 99, first])] == [second, first]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://outlet1.example/news/1", id="canonical"),
        pytest.param("http://www.outlet1.example/news/1/?utm_medium=x", id="another spelling"),
    ],
)
async def test_a_headline_is_found_by_any_spelling_of_its_address(store: Store, url: str) -> None:
    (number,) = await stored(store, headline(1))
    found = await store.headlines.find_by_url(url)
    assert found is not None
    assert found.id == number


@pytest.mark.parametrize("url", ["https://outlet1.example/news/2", "javascript:alert(1)", ""])
async def test_an_address_that_no_headline_has_finds_nothing(store: Store, url: str) -> None:
    await stored(store, headline(1), headline(2, canonical_url=None))
    assert await store.headlines.find_by_url(url) is None


async def test_walking_through_the_store_meets_every_headline_once(store: Store) -> None:
    ids = await stored(store, *(headline(number) for number in range(5)))
    met, last = [], 0
    while batch := await store.headlines.after(last, 2):
        met += [found.id for found in batch]
        last = met[-1]
    assert met == ids


# ---------------------------------------------------------------- what is known


@pytest.mark.parametrize(
    ("candidate", "is_known"),
    [
        pytest.param(item(1), True, id="the same item"),
        pytest.param(item(1, url="https://new.example/", title="New"), True, id="its guid"),
        pytest.param(
            item(9, url="http://www.outlet1.example/news/1?fbclid=1", title="New"), True, id="its address"
        ),
        pytest.param(
            item(9, title=" bridge NUMBER 1\n opens  to traffic", url=None),
            True,
            id="its title, spelt otherwise",
        ),
        pytest.param(
            item(9, title=item(1).title, url=None, published=NOW - DAY), False, id="its title, a day before"
        ),
        pytest.param(
            item(9, title=item(1).title, url=None, published=NOW + 5 * DAY), True, id="its title, future date"
        ),
        pytest.param(item(9), False, id="another item"),
    ],
)
async def test_an_item_is_known_by_guid_address_or_recent_title(
    store: Store, candidate, is_known: bool
) -> None:
    await stored(store, headline(1))
    unknown = await store.headlines.unknown("outlet1", [candidate], NOW)
    assert unknown == ([] if is_known else [candidate])


async def test_guid_and_title_are_the_sources_own_but_an_address_is_everybodys(store: Store) -> None:
    await stored(store, headline(1), sources=2)
    assert await store.headlines.unknown("outlet2", [item(1)], NOW) == []
    elsewhere = item(1, url="https://outlet2.example/1")
    assert await store.headlines.unknown("outlet2", [elsewhere], NOW) == [elsewhere]


@pytest.mark.parametrize(
    "repeat",
    [
        pytest.param(item(2, guid="guid-1", url=None), id="guid"),
        pytest.param(item(2, url=item(1).url), id="address"),
        pytest.param(item(2, url=None, title=item(1).title), id="title"),
    ],
)
async def test_an_item_repeated_within_a_batch_is_kept_once(store: Store, repeat) -> None:
    assert await store.headlines.unknown("outlet1", [item(1), repeat], NOW) == [item(1)]


async def test_a_weekly_column_in_an_archive_is_new_every_week(store: Store) -> None:
    weeks = [item(n, title="Weather", url=None, published=NOW - n * timedelta(days=7)) for n in range(3)]
    assert await store.headlines.unknown("outlet1", weeks, NOW) == weeks


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("ҚАЗАҚСТАН  жаңалықтары", "Қазақстан жаңалықтары", id="case and spaces"),
        pytest.param("Caf\u0065\u0301", "CAF\u00c9", id="composition"),
        pytest.param("Straße", "STRASSE", id="case folding"),
    ],
)
def test_titles_are_equal_but_for_case_space_and_composition(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)
    assert title_key(one) != title_key(f"{one}!")


# ---------------------------------------------------------------- countries


async def test_evidence_is_kept_word_for_word(store: Store) -> None:
    (number,) = await stored(store, headline(1, "KZ", "UZ"))
    assert await store.headlines.evidence(number) == about("KZ", "UZ")


async def test_implied_is_told_when_there_is_no_evidence(store: Store) -> None:
    (number,) = await stored(store, headline(1, implied="TJ"))
    assert await store.headlines.evidence(number) == Attribution((), "TJ")


async def test_a_country_with_two_pieces_of_evidence_keeps_the_stronger(store: Store) -> None:
    first, second = about("KZ", "UZ").countries
    twice = Attribution((first, replace(first, words="weaker"), second))
    (number,) = await stored(store, headline(1, attribution=twice))
    assert [found.words for found in (await store.headlines.evidence(number)).countries] == [
        "word of KZ",
        "word of UZ",
    ]


async def test_an_editors_countries_replace_evidence_and_implication(store: Store) -> None:
    first, second = await stored(store, headline(1, "KZ"), headline(2, implied="KZ"))
    for number in (first, second):
        await store.headlines.override_countries(number, ["KG", "TJ", "KG"], 7_000_000_000, NOW)
    found = await store.headlines.evidence(second)
    assert [(one.country, one.rule) for one in found.countries] == [
        ("KG", "set by an editor"),
        ("TJ", "set by an editor"),
    ]
    assert (await store.headlines.get(first)).countries == ("KG", "TJ")
    assert (await store.headlines.latest(["KZ"])).total == 0
    assert (await store.headlines.latest(["TJ"])).total == 2


async def test_an_editor_may_say_that_no_country_is_meant(store: Store) -> None:
    (number,) = await stored(store, headline(1, implied="KZ"))
    await store.headlines.override_countries(number, [], 7, NOW)
    assert await store.headlines.evidence(number) == Attribution()


async def test_the_last_word_of_the_editors_counts(store: Store) -> None:
    (number,) = await stored(store, headline(1, "KZ"))
    await store.headlines.override_countries(number, ["KG"], 7, NOW)
    await store.headlines.override_countries(number, ["UZ"], 8, NOW + HOUR)
    assert (await store.headlines.get(number)).countries == ("UZ",)


async def test_overriding_an_unknown_headline_is_refused(store: Store) -> None:
    with pytest.raises(UnknownHeadlineError, match="5"):
        await store.headlines.override_countries(5, ["KZ"], 7, NOW)


async def test_attribution_anew_changes_what_differs_but_not_an_editors_word(store: Store) -> None:
    same, changed, edited, bare = await stored(
        store, headline(1, "KZ"), headline(2, "KZ"), headline(3, "KZ"), headline(4, implied="KZ")
    )
    await store.headlines.override_countries(edited, ["KG"], 7, NOW)
    wanted = {
        same: about("KZ", implied="RU"),
        changed: about("UZ", "KZ"),
        edited: about("UZ"),
        bare: about(implied="RU"),
        999: about("UZ"),
    }
    assert await store.headlines.replace_attribution(wanted) == 2
    found = await store.headlines.get_many([same, changed, edited, bare])
    assert [one.countries for one in found] == [("KZ",), ("UZ", "KZ"), ("KG",), ()]
    assert found[3].implied_by_source == "RU"
    assert [one.headline.id for one in (await store.headlines.latest(["UZ"])).found] == [changed]
    assert await store.headlines.replace_attribution(wanted) == 0


# ---------------------------------------------------------------- latest


async def titles(store: Store, *countries: str, **how: object) -> list[str]:
    page = await store.headlines.latest(countries, **how)
    return [found.headline.title.split()[2] for found in page.found]


async def test_the_newest_come_first_and_ties_by_arrival(store: Store) -> None:
    await stored(store, headline(1), headline(2, seen=NOW + HOUR), headline(3), headline(4, seen=NOW - HOUR))
    assert await titles(store) == ["2", "3", "1", "4"]


async def test_a_countrys_latest_are_those_with_evidence_and_those_implied_each_once(store: Store) -> None:
    await stored(
        store,
        headline(1, "KZ", "UZ"),
        headline(2, implied="KZ", seen=NOW + HOUR),
        headline(3, "UZ", seen=NOW + 2 * HOUR),
        headline(4, "TM"),
    )
    assert await titles(store, "KZ") == ["2", "1"]
    assert await titles(store, "KZ", "UZ", "KZ") == ["3", "2", "1"]
    assert await titles(store, "AF") == []


@pytest.mark.parametrize("countries", [pytest.param((), id="all"), pytest.param(("KZ",), id="of a country")])
async def test_pages_follow_each_other_and_know_the_total(store: Store, countries: tuple[str, ...]) -> None:
    await stored(
        store, *(headline(n, *["KZ"] * (n % 2), implied="KZ", seen=NOW - n * HOUR) for n in range(7))
    )
    pages = [await store.headlines.latest(countries, limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    numbers = [[found.headline.title.split()[2] for found in page.found] for page in pages]
    assert numbers == [["0", "1", "2"], ["3", "4", "5"], ["6"], []]
    assert [(page.total, page.offset) for page in pages[:3]] == [(7, 0), (7, 3), (7, 6)]


@pytest.mark.parametrize("countries", [pytest.param((), id="all"), pytest.param(("KZ",), id="of a country")])
async def test_a_reader_of_some_languages_also_gets_what_has_no_known_language(
    store: Store, countries: tuple[str, ...]
) -> None:
    spoken = {1: "kk", 2: "ru", 3: None, 4: "en"}
    await stored(store, *(headline(n, "KZ", language=code) for n, code in spoken.items()))
    await store.headlines.add(
        [headline(5, implied="KZ", language="ru"), headline(6, implied="KZ", language="en")]
    )
    page = await store.headlines.latest(countries, languages=["kk", "ru"])
    assert [found.headline.language for found in page.found] == ["ru", None, "ru", "kk"]
    assert page.total == 4


# ---------------------------------------------------------------- keeping house


async def test_old_headlines_go_with_their_countries_and_index(store: Store) -> None:
    old, young = await stored(store, headline(1, "KZ", seen=NOW - DAY), headline(2, "KZ"))
    await store.headlines.override_countries(old, ["UZ"], 7, NOW)
    assert await store.headlines.delete_older_than(NOW) == 1
    assert await store.headlines.count() == 1
    assert await store.headlines.get_many([old]) == []
    assert [found.headline.id for found in (await store.headlines.latest(["KZ"])).found] == [young]
    async with store.engine.connect() as connection:
        for table in ("headline_country", "search_index", "headline_override"):
            left = (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            assert left == (0 if table == "headline_override" else 1), table


async def test_many_old_headlines_go_in_several_transactions(store: Store) -> None:
    await stored(store, *(headline(number, seen=NOW - DAY) for number in range(4_100)))
    assert await store.headlines.delete_older_than(NOW) == 4_100
    assert await store.headlines.count() == 0


async def test_a_story_goes_with_its_last_headline(store: Store) -> None:
    first, second, third = await stored(
        store, headline(1, seen=NOW - 2 * DAY), headline(2, seen=NOW - 2 * DAY), headline(3)
    )
    await put_into_stories(store, {first: 1, second: 2, third: 3}, seen=NOW - 2 * DAY)
    async with store.engine.begin() as connection:
        await connection.execute(text("UPDATE story SET merged_into = 2 WHERE id = 1"))
    assert await store.headlines.delete_older_than(NOW - DAY) == 2
    async with store.engine.connect() as connection:
        assert (await connection.execute(text("SELECT id FROM story"))).scalars().all() == [3]
