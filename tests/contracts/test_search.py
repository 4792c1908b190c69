"""news.ports.SearchStore on both databases: the same questions, the same answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from news.finding import find, find_news
from news.gazetteer import Gazetteer, load_gazetteer
from news.model import Attribution, CountryEvidence, NewHeadline, Query, Source, SourceKind
from news.query import parse_query
from news.text import country_facet, index_words
from storage.search.asking import window_of
from storage.search.keys import id_of
from storage.search.reading import POSTGRESQL, SQLITE, Window, newest
from storage.search.rows import Reader
from storage.search.statistics import Frequencies
from storage.storage import Store

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

# Title, summary, language, countries, source and age in hours.
HEADLINES = [
    ("Рабочие Мангистау добились новой спецодежды", "", "ru", "KZ", "orda", 1),
    ("Газ өндірісі төмендейді: не істеу керек", "", "kk", "KZ,UZ", "azattyq", 2),
    ("Цены на газ вырастут с января", "Министерство объяснило рост расходами на трубопровод", "ru", "KZ", "orda", 3),
    ("Toshkentda yangi metro bekati ochildi", "", "uz", "UZ", "kun", 4),
    ("Тошкентда янги метро бекатлари очилади", "", "uz", "UZ", "kun", 5),
    ("Pipeline operator resumes oil transit to the south", "Gas is next", "en", "KZ", "eurasianet", 6),
    ("Кыргызстанда мектептерге жаңы китептер келди", "", "ky", "KG", "24kg", 7),
    ("Газопровод в Бухаре отремонтируют", "", "ru", "UZ", "kun", 24 * 40),
    ("Ветеран получил газету и журнал", "", "ru", "KZ", "orda", 9),
    ("Объявлен набор в театр", "", None, "", "orda", 10),
]  # fmt: skip


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.fixture
async def filled(store: Store) -> Store:
    """The ten headlines above, numbered 1 to 10."""
    for source in dict.fromkeys(row[4] for row in HEADLINES):
        await store.sources.ensure(
            Source(id=source, name=source.title(), kind=SourceKind.FILE, url=f"https://{source}.example/"),
            NOW,
        )
    added = await store.headlines.add([make(number, *row) for number, row in enumerate(HEADLINES, 1)])
    assert added == list(range(1, 11))
    return store


def make(
    number: int, title: str, summary: str, language: str | None, countries: str, source: str, age: int
) -> NewHeadline:
    evidence = tuple(CountryEvidence(code, code, "test") for code in countries.split(",") if code)
    return NewHeadline(
        source_id=source,
        guid=f"g{number}",
        title=title,
        summary=summary,
        url=f"https://{source}.example/{number}",
        canonical_url=f"https://{source}.example/{number}",
        language=language,
        first_seen_at=NOW,
        sort_at=NOW - age * HOUR,
        attribution=Attribution(evidence),
    )


async def ids(store: Store, query: Query, **paging: int) -> list[int]:
    page = await store.search.search(query, now=NOW, **paging)
    return [found.headline.id for found in page.found]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param("рабочий спецодежда", [1], id="other-cases-ru"),
        pytest.param("газдың өндірісінен", [2], id="other-cases-kk"),
        pytest.param("gaz ondirisi", [2], id="kazakh-typed-in-latin"),
        pytest.param("метро Тошкентдаги", [4, 5], id="uzbek-cyrillic-finds-latin"),
        pytest.param("toshkentning metrosi", [4, 5], id="uzbek-latin-finds-cyrillic"),
        pytest.param("китептерди мектептен", [7], id="other-cases-ky"),
        pytest.param("pipelines resuming", [6], id="other-forms-en"),
        pytest.param("газ", [3, 2], id="a-word-is-not-its-longer-neighbour"),
        pytest.param("газ трубопровода", [3], id="one-word-from-the-summary"),
        pytest.param("газ -өндірісі", [3], id="excluded-word"),
        pytest.param("-газ country:kz source:orda", [1, 9], id="only-excluded-and-filters"),
        pytest.param("газ lang:kk", [2], id="language-filter"),
        pytest.param("country:uz", [2, 4, 5, 8], id="country-alone-newest-first"),
        pytest.param("country:Ўзбекистон газ", [2], id="country-named-in-uzbek"),
        pytest.param("country:uz since:7d", [2, 4, 5], id="since"),
        pytest.param("source:kun", [4, 5, 8], id="source-alone"),
        pytest.param("source:nobody", [], id="source-that-is-not-there"),
        pytest.param('"цены на газ"', [3], id="phrase"),
        pytest.param('"газ цены"', [], id="phrase-in-another-order"),
        pytest.param("трубопроводчик", [3], id="same-beginning-when-nothing-else"),
        pytest.param("рабочие спецодежда марсиане", [1], id="one-word-missing"),
        pytest.param("lang:ru театр", [10], id="unknown-language-is-readable"),
        pytest.param("квазар", [], id="nothing"),
        pytest.param("", [1, 2, 3, 4, 5, 6, 7, 9, 10, 8], id="no-question-newest-first"),
        pytest.param("the", [], id="only-a-stop-word"),
    ],
)  # fmt: skip
async def test_question_finds_its_headlines(
    filled: Store, gazetteer: Gazetteer, asked: str, expected: list[int]
) -> None:
    found = await ids(filled, parse_query(gazetteer, asked), limit=20)
    assert found == expected


@pytest.mark.parametrize(
    ("asked", "is_loose"),
    [
        pytest.param("газ трубопровода", False, id="every word"),
        pytest.param("трубопроводчик", True, id="a word that begins alike"),
        pytest.param("рабочие спецодежда марсиане", True, id="one word missing"),
        pytest.param("квазар", False, id="nothing"),
    ],
)
async def test_a_page_says_whether_words_were_read_loosely(
    filled: Store, gazetteer: Gazetteer, asked: str, is_loose: bool
) -> None:
    page = await filled.search.search(parse_query(gazetteer, asked), now=NOW)
    assert page.is_loose is is_loose


async def test_a_strict_question_is_never_read_loosely(filled: Store, gazetteer: Gazetteer) -> None:
    query = replace(parse_query(gazetteer, "трубопроводчик"), is_strict=True)
    assert (await filled.search.search(query, now=NOW)).total == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("facets", "expected"),
    [
        pytest.param((("_ckz",),), [2, 3], id="country"),
        pytest.param((("_cuz",),), [2], id="another-country"),
        pytest.param((("_ckz", "_cuz"), ("_lru",)), [3], id="one-of-each-group"),
        pytest.param((("_lru", "_lkk"),), [2, 3], id="only-the-rows-tell"),
        pytest.param((("_l",),), [], id="no-language-is-no-beginning-of-one"),
    ],
)
async def test_common_facets_are_looked_for_in_the_rows(
    filled: Store, facets: tuple[tuple[str, ...], ...], expected: list[int]
) -> None:
    """What a big SQLite store does for its biggest countries; the same answer as in the expression."""
    window = Window(parts=('"газ" OR "gaz"',), within=facets)
    values = window.values(SQLITE) | {"limit": 9}
    rows = await filled.lookups.run(lambda reader: reader.rows(newest(window, SQLITE), values))
    assert sorted(id_of(row[0]) for row in rows) == expected


@pytest.mark.parametrize(
    ("country", "count", "terms", "is_within"),
    [
        pytest.param("KZ", 30_000, ("gaz",), True, id="common"),
        pytest.param("FR", 30_000, ("gaz",), True, id="common-elsewhere"),
        pytest.param("KZ", 21_000, ("gaz",), True, id="the-key-tells"),
        pytest.param("FR", 21_000, ("gaz",), False, id="the-key-does-not-tell"),
        pytest.param("KZ", 3_000, ("gaz",), False, id="rare"),
        pytest.param("KZ", 30_000, (), False, id="no-words"),
    ],
)
def test_a_common_facet_leaves_the_expression_when_words_narrow_it(
    country: str, count: int, terms: tuple[str, ...], is_within: bool
) -> None:
    class Counted(Frequencies):
        def of(self, reader: Reader, tokens: Iterable[str]) -> tuple[Mapping[str, int], int]:
            return dict.fromkeys(tokens, count), 180_000

    query = Query(text="", terms=terms, countries=(country,))
    facet = country_facet(country)
    window = window_of(Reader(SQLITE, no_rows), Counted(), query, NOW)
    assert window is not None
    assert (window.within, window.parts) == ((((facet,),), ()) if is_within else ((), (f'("{facet}")',)))


@pytest.mark.parametrize(
    ("query", "is_within"),
    [
        pytest.param(Query(text="", countries=("KZ",)), True, id="one-common-country"),
        pytest.param(Query(text="", countries=("FR",)), False, id="the-key-does-not-tell"),
        pytest.param(Query(text="", countries=("KZ",), terms=("gaz",)), False, id="words"),
        pytest.param(Query(text="", countries=("KZ",), languages=("ru",)), False, id="a-language-too"),
    ],
)
def test_postgresql_walks_the_keys_for_a_common_country_alone(query: Query, is_within: bool) -> None:
    class Counted(Frequencies):
        def of(self, reader: Reader, tokens: Iterable[str]) -> tuple[Mapping[str, int], int]:
            return dict.fromkeys(tokens, 30_000), 180_000

    window = window_of(Reader(POSTGRESQL, no_rows), Counted(), query, NOW)
    assert window is not None
    assert bool(window.within) == is_within
    assert bool(window.parts) != is_within


def no_rows(_sql: str, _values: Mapping[str, object]) -> list[tuple[object, ...]]:
    return []


async def test_a_country_is_found_by_its_name_where_only_a_city_is_named(
    filled: Store, gazetteer: Gazetteer
) -> None:
    """Being about a country is not enough where not even the words are all there."""
    page = await find(filled, gazetteer, "метро Узбекистане", now=NOW)
    assert [found.headline.id for found in page.found] == [4, 5]
    page = await find(filled, gazetteer, "Кыргызстан", now=NOW)
    assert [found.headline.id for found in page.found] == [7]
    saved = [await find_news(filled, gazetteer, text, now=NOW) for text in ("метро Узбекистан", "Узбекистан")]
    assert [[found.headline.id for found in some] for some in saved] == [[4, 5], []]
    page = await find(filled, gazetteer, "метро Казахстан", now=NOW)
    assert page.is_loose
    assert [found.headline.id for found in page.found] == [4, 5]


async def test_pages_do_not_overlap_and_know_the_total(filled: Store) -> None:
    query = Query(text="")
    first = await filled.search.search(query, now=NOW, limit=4)
    last = await filled.search.search(query, now=NOW, limit=4, offset=8)
    assert [found.headline.id for found in first.found] == [1, 2, 3, 4]
    assert [found.headline.id for found in last.found] == [10, 8]
    assert (first.total, last.total, last.offset) == (10, 10, 8)


async def test_words_worked_out_elsewhere_are_the_ones_indexed(filled: Store, gazetteer: Gazetteer) -> None:
    added = await filled.headlines.add(
        [
            replace(make(11, "Мост", "", "ru", "KZ", "orda", 1), words=index_words("Тоннель", "", "ru")),
            make(12, "Мост", "", "ru", "KZ", "kun", 1),
        ]
    )
    for asked, expected in (("тоннели", added[:1]), ("мосты", added[1:])):
        assert await ids(filled, parse_query(gazetteer, asked)) == expected
