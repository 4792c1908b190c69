"""Finding, "did you mean" and more like this, through the use cases and on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from news.errors import UnknownHeadlineError
from news.finding import find, more_like
from news.gazetteer import Gazetteer, load_gazetteer
from news.model import Attribution, CountryEvidence, NewHeadline, Source, SourceKind
from news.stories import join_stories
from storage.storage import Store

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


async def add(store: Store, *told: tuple[str, str, float]) -> list[int]:
    """(title, language, age in days); their ids."""
    await store.sources.ensure(Source("wire", "Wire", SourceKind.FILE, "https://wire.example/"), NOW)
    return await store.headlines.add(
        [
            NewHeadline(
                source_id="wire",
                guid=title,
                title=title,
                url=f"https://wire.example/{number}",
                canonical_url=f"https://wire.example/{title}",
                first_seen_at=NOW,
                published=NOW - age * DAY,
                sort_at=NOW - age * DAY,
                language=language,
                attribution=Attribution((CountryEvidence("KZ", "", "test"),)),
            )
            for number, (title, language, age) in enumerate(told)
        ]
    )


TOLD = [
    ("Рабочие Мангистау добились новой спецодежды", "ru", 0.1),
    ("Акция рабочих у акимата области Мангистау", "ru", 1),
    ("Мангистау: работников обеспечат спецодеждой", "ru", 0.2),
    ("Спецодежда для шахтёров Караганды", "ru", 3),
    ("Шахматист защитил титул чемпиона", "ru", 0.3),
    ("Маңғыстауда жұмысшыларға арнайы киім берілді", "kk", 0.1),
]


async def test_words_in_bold_are_where_they_stand(store: Store, gazetteer: Gazetteer) -> None:
    await add(store, ("Цены на газ: газовый рынок и ГАЗ", "ru", 0))
    page = await find(store, gazetteer, "газу", now=NOW)
    (found,) = page.found
    assert [found.headline.title[start:end] for start, end in found.bold] == ["газ", "ГАЗ"]


async def test_bold_follows_a_forgiving_reading(store: Store, gazetteer: Gazetteer) -> None:
    await add(store, ("Трубопровод отремонтировали", "ru", 0))
    (found,) = (await find(store, gazetteer, "трубопроводчик", now=NOW)).found
    assert [found.headline.title[start:end] for start, end in found.bold] == ["Трубопровод"]


async def test_the_title_comes_before_the_old_and_the_distant(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(
        store,
        ("Газ и многое другое в длинном обзоре прошедшей недели, а также цены", "ru", 0),
        ("Цены на газ", "ru", 1),
        ("Цены на газ год назад", "ru", 365),
    )
    page = await find(store, gazetteer, "цены газ", now=NOW)
    assert [found.headline.id for found in page.found] == [ids[1], ids[2], ids[0]] or [
        found.headline.id for found in page.found
    ] == [ids[1], ids[0], ids[2]]
    scores = [found.score for found in page.found]
    assert scores == sorted(scores, reverse=True)


async def test_the_readers_languages_count_unless_the_question_has_its_own(
    store: Store, gazetteer: Gazetteer
) -> None:
    ids = await add(store, ("Метро ашылды", "kk", 0), ("Метро открыли", "ru", 0))
    assert [
        f.headline.id for f in (await find(store, gazetteer, "метро", now=NOW, languages=["kk"])).found
    ] == ids[:1]
    asked = await find(store, gazetteer, "метро lang:ru", now=NOW, languages=["kk"])
    assert [f.headline.id for f in asked.found] == ids[1:]


@pytest.mark.parametrize(
    ("asked", "guess"),
    [
        pytest.param("шпецодежда", "спецодежда", id="first-letter"),
        pytest.param("щахматист country:kz", "шахматист country:kz", id="filters-stay"),
        pytest.param("щахматист шпецодежда", "шахматист спецодежда", id="two-words"),
        pytest.param("ъыьъыь", None, id="like-nothing"),
        pytest.param("20261124", None, id="number"),
    ],
)
async def test_did_you_mean(store: Store, gazetteer: Gazetteer, asked: str, guess: str | None) -> None:
    await add(store, ("Спецодежда для горняков", "ru", 0), ("Шахматист победил", "ru", 0))
    page = await find(store, gazetteer, asked, now=NOW)
    assert (page.total, page.did_you_mean) == (0, guess)


async def test_nothing_is_guessed_when_something_is_found(store: Store, gazetteer: Gazetteer) -> None:
    await add(store, ("Спецодежда для горняков", "ru", 0))
    assert (await find(store, gazetteer, "спецодежда", now=NOW)).did_you_mean is None


async def test_closest_words_look_alike(store: Store) -> None:
    await add(store, ("Казахстан Казахстанец Казань Алматы", "ru", 0))
    assert await store.search.closest_words("казакстан", 2) == ["казахстан", "казахстанец"]
    assert await store.search.closest_words("казахстан", 9) == ["казахстанец"]
    assert await store.search.closest_words("") == []


async def test_more_like_tells_the_own_story_apart(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(store, *TOLD)
    await join_stories(store, gazetteer, now=NOW)
    similar = await more_like(store, gazetteer, headline_id=ids[0], now=NOW)
    assert similar.asked == TOLD[0][0]
    assert similar.story is not None
    assert {headline.id for headline in similar.story.headlines} == {ids[0], ids[2]}
    related = [found.headline.id for found in similar.related]
    assert related[:2] == [ids[1], ids[3]]
    assert not {ids[0], ids[2], ids[4]} & set(related)


async def test_more_like_before_stories_are_joined(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(store, *TOLD)
    similar = await more_like(store, gazetteer, headline_id=ids[0], now=NOW, limit=2)
    assert similar.story is None
    assert {found.headline.id for found in similar.related} == {ids[1], ids[2]}


async def test_seen_ones_come_last(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(store, *TOLD)
    similar = await more_like(store, gazetteer, headline_id=ids[0], now=NOW, seen={ids[2]})
    assert [found.headline.id for found in similar.related] == [ids[1], ids[3], ids[2]]


async def test_one_entry_per_related_story(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(store, *TOLD)
    await join_stories(store, gazetteer, now=NOW)
    similar = await more_like(store, gazetteer, headline_id=ids[3], now=NOW)
    of_story = [found.headline.id for found in similar.related if found.headline.id in {ids[0], ids[2]}]
    assert len(of_story) == 1


async def test_a_place_in_common_comes_first(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(
        store,
        ("Пожар в Ташкенте", "ru", 2),
        ("Пожар на складе", "ru", 0.1),
        ("Пожар рынка, Ташкент", "ru", 0.2),
    )
    similar = await more_like(store, gazetteer, headline_id=ids[0], now=NOW)
    assert [found.headline.id for found in similar.related] == [ids[2], ids[1]]


EAST, NORTH, NEARLY_EAST = (
    np.asarray(numbers, "<f2").tobytes() for numbers in ((1.0, 0.0), (0.0, 1.0), (12 / 13, 5 / 13))
)


async def test_meaning_reorders(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(
        store,
        ("Border closed", "en", 1),
        ("Border market", "en", 0.1),
        ("Border shut", "en", 2),
        ("Border opera", "en", 3),
    )
    await store.search.set_vectors({ids[0]: EAST, ids[1]: NEARLY_EAST, ids[2]: EAST, ids[3]: NORTH})
    similar = await more_like(store, gazetteer, headline_id=ids[0], now=NOW)
    # What means something else altogether is not like it for one word in common.
    assert [found.headline.id for found in similar.related] == [ids[2], ids[1]]


async def test_meaning_finds_what_shares_no_word(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(
        store,
        ("Border closed", "en", 1),
        ("Граница закрыта", "ru", 1),
        ("Шекара жабылды", "kk", 2),
        ("Chess final", "en", 1),
    )
    await store.search.set_vectors({ids[0]: EAST, ids[1]: EAST, ids[2]: NEARLY_EAST, ids[3]: NORTH})
    similar = await more_like(store, gazetteer, headline_id=ids[0], now=NOW)
    assert [found.headline.id for found in similar.related] == ids[1:3]
    kazakh = await more_like(store, gazetteer, headline_id=ids[0], now=NOW, languages=["kk"])
    assert [found.headline.id for found in kazakh.related] == [ids[2]]
    assert not (await more_like(store, gazetteer, headline_id=ids[3], now=NOW)).related


async def test_vectors_that_came_later_are_seen_after_minutes(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(store, ("Border closed", "en", 1), ("Граница закрыта", "ru", 1))
    await store.search.set_vectors({ids[0]: EAST})
    assert not (await more_like(store, gazetteer, headline_id=ids[0], now=NOW)).related
    await store.search.set_vectors({ids[1]: EAST})
    later = await more_like(store, gazetteer, headline_id=ids[0], now=NOW + timedelta(minutes=5))
    assert [found.headline.id for found in later.related] == [ids[1]]


async def test_an_old_headline_finds_its_time_and_now(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(
        store,
        ("Dam opens", "en", 400),
        ("Dam repaired", "en", 390),
        ("Dam painted", "en", 200),
        ("Dam sold", "en", 1),
        *((f"Market {number} closed", "en", 5) for number in range(4)),
    )
    similar = await more_like(store, gazetteer, headline_id=ids[0], now=NOW)
    assert {found.headline.id for found in similar.related} == {ids[1], ids[3]}


async def test_by_link_by_text_and_in_the_readers_languages(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(store, *TOLD)
    stored = await more_like(store, gazetteer, url=f"https://wire.example/{TOLD[0][0]}", now=NOW)
    assert stored.asked == TOLD[0][0]
    text = await more_like(store, gazetteer, text="спецодежду шахтёрам", now=NOW)
    assert text.related[0].headline.id == ids[3]
    assert text.story is None
    link = await more_like(
        store, gazetteer, url="https://other.example/news/mangistau-спецодежда-123?x=1", now=NOW
    )
    assert link.asked == "news mangistau спецодежда"
    assert {found.headline.id for found in link.related} >= {ids[0], ids[3]}
    kazakh = await more_like(store, gazetteer, text="жұмысшылар спецодежда", now=NOW, languages=["kk"])
    assert [found.headline.id for found in kazakh.related] == [ids[5]]


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"headline_id": 99}, id="unknown-id"),
        pytest.param({"url": "https://other.example/"}, id="link-without-words"),
        pytest.param({"url": "http://[broken"}, id="broken-link"),
        pytest.param({"text": " … "}, id="text-without-words"),
        pytest.param({}, id="nothing"),
    ],
)
async def test_what_cannot_be_asked(store: Store, gazetteer: Gazetteer, asked: dict[str, object]) -> None:
    with pytest.raises(UnknownHeadlineError):
        await more_like(store, gazetteer, now=NOW, **asked)  # type: ignore[arg-type]


HOSTILE = [
    '"', "'", "\\", "*", "()", "a AND", "OR OR", "NOT", "NEAR(a b, 5)", "title:x", "{a b}:c", "^a", "a*", "-", "--", "-a",
    "газ & !", "<->", ":*", "'; DROP TABLE headline; --", "\x00", "\ud800", "\u202eгаз", "%_", "газ\n\t газ", "🇰🇿", "٣",
    "x" * 4096, "a " * 2000, '"' * 99, "since:9999999999d газ", "country:" + "z" * 300, "source:%", "lang:''",
]  # fmt: skip


async def test_no_chat_text_breaks_a_search(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(store, *TOLD)
    for text in HOSTILE:
        page = await find(store, gazetteer, text, now=NOW)
        assert page.total <= len(ids), text
        for found in page.found:
            assert all(0 <= start < end <= len(found.headline.title) for start, end in found.bold)
        try:
            await more_like(store, gazetteer, text=text, now=NOW)
        except UnknownHeadlineError:
            continue
    assert await store.headlines.count() == len(ids)


async def test_countries_and_deletion_reach_the_index(store: Store, gazetteer: Gazetteer) -> None:
    ids = await add(store, ("Цены на газ", "ru", 0), ("Газ подорожал", "ru", 500))
    await store.headlines.override_countries(ids[0], ["UZ"], 1, NOW)
    assert [f.headline.id for f in (await find(store, gazetteer, "газ country:uz", now=NOW)).found] == [
        ids[0]
    ]
    assert [f.headline.id for f in (await find(store, gazetteer, "газ country:kz", now=NOW)).found] == [
        ids[1]
    ]
    assert await store.headlines.delete_older_than(NOW - 400 * DAY) == 1
    assert (await find(store, gazetteer, "газ", now=NOW)).total == 1


async def test_beyond_the_ranked_ones_pages_go_on_by_age(store: Store, gazetteer: Gazetteer) -> None:
    await add(store, *((f"Газ {number}", "ru", number / 100) for number in range(230)))
    page = await find(store, gazetteer, "газ", now=NOW, limit=10, offset=95)
    assert (page.total, len(page.found)) == (230, 10)
    numbers = [int(found.headline.title.split()[1]) for found in page.found]
    assert numbers[5:] == [100, 101, 102, 103, 104]
    assert (await find(store, gazetteer, "газ", now=NOW, offset=230)).found == ()
    first = await find(store, gazetteer, "газ", now=NOW, limit=100)
    assert {int(found.headline.title.split()[1]) for found in first.found} == set(range(100))


async def test_frequencies_follow_a_growing_store(store: Store, gazetteer: Gazetteer) -> None:
    await add(store, ("Газ", "ru", 0), ("Газ дорог", "ru", 0))
    assert await store.search.frequencies(["газ", "дорог", "нет"]) == ({"газ": 2, "дорог": 1, "нет": 0}, 2)
    await add(store, ("Газ дешев", "ru", 0), ("Газ вновь дорог", "ru", 0))
    counts, total = await store.search.frequencies(["газ", "вновь"])
    assert (counts["газ"], total) == (4, 4)
