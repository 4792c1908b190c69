"""What readers type becomes a query; nothing they type is an error."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.gazetteer import Gazetteer, load_gazetteer
from news.model import Query
from news.query import LONGEST_QUERY, MOST_WORDS, is_idle, parse_query, parse_span, phrase_runs, term_tokens
from news.text import FACET
from storage.search.asking import stages
from storage.search.matching import FTS5, TSQUERY


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def firsts(terms: tuple[str, ...]) -> list[str]:
    """The Russian or English token of each term."""
    return [term_tokens(term)[0] for term in terms]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("цены на газ", ["цен", "газ"], id="words"),
        pytest.param("газ ГАЗ газ", ["газ"], id="a-word-once"),
        pytest.param("http://kun.uz/news", ["http", "kun", "uz", "news"], id="address-is-no-filter"),
        pytest.param("счёт 2:1", ["счет", "2", "1"], id="score-is-no-filter"),
        pytest.param("country:atlantis", ["countri", "atlanti"], id="unknown-country-is-words"),
        pytest.param("since:always", ["sinc", "alway"], id="unknown-span-is-words"),
        pytest.param("lang:клингон", ["lang", "клингон"], id="unknown-language-is-words"),
        pytest.param("country:", ["countri"], id="filter-without-value-is-a-word"),
        pytest.param('"газ"', ["газ"], id="one-word-in-quotes"),
        pytest.param('"газ', ["газ"], id="unbalanced-quote"),
        pytest.param("NEAR(газ OR *)", ["near", "газ"], id="operators-are-words"),
    ],
)
def test_words(gazetteer: Gazetteer, text: str, terms: list[str]) -> None:
    assert firsts(parse_query(gazetteer, text).terms) == terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("country:kz", {"countries": ("KZ",)}, id="code"),
        pytest.param("country:kz,uz", {"countries": ("KZ", "UZ")}, id="two-codes"),
        pytest.param('country:"Кыргызстан"', {"countries": ("KG",)}, id="quoted-name"),
        pytest.param("страна:Казахстан", {"countries": ("KZ",)}, id="russian-filter"),
        pytest.param("el country:🇺🇿", {"countries": ("UZ",)}, id="flag"),
        pytest.param("lang:ru,kk", {"languages": ("ru", "kk")}, id="languages"),
        pytest.param("язык:русский", {"languages": ("ru",)}, id="language-by-name"),
        pytest.param("lang:RU lang:ru", {"languages": ("ru",)}, id="each-once"),
        pytest.param("source:Orda", {"sources": ("orda",)}, id="source"),
        pytest.param("since:7d", {"since": timedelta(days=7)}, id="days"),
        pytest.param("за:2н", {"since": timedelta(weeks=2)}, id="weeks-in-russian"),
        pytest.param("since:9999y", {"since": timedelta(days=3650)}, id="capped"),
    ],
)
def test_filters(gazetteer: Gazetteer, text: str, expected: dict[str, object]) -> None:
    query = parse_query(gazetteer, text)
    assert {name: getattr(query, name) for name in expected} == expected


def test_phrases_and_excluded_words(gazetteer: Gazetteer) -> None:
    query = parse_query(gazetteer, "«Цены на газ» -газеты вырастут")
    assert [phrase_runs(phrase)[0] for phrase in query.phrases] == ["цен газ"]
    assert firsts(query.terms) == ["вырастут"]
    assert firsts(query.excluded)[0] == "газет"


def facets(terms: tuple[str, ...]) -> list[list[str]]:
    """The countries that each term is also met by."""
    return [[found for found in term_tokens(term) if found.startswith(FACET)] for term in terms]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("газ в Казахстане", [[], ["_ckz"]], id="inflected"),
        pytest.param("britaniya bosh vaziri", [["_cgb"], [], []], id="small-letters"),
        pytest.param("South Korea strike", [["_ckr"], ["_ckr"], []], id="two-words"),
        pytest.param("узбекский хлопок", [[], []], id="adjectives-are-words"),
        pytest.param("метро Ташкента", [[], []], id="cities-are-words"),
        pytest.param("газ -Казахстан", [[]], id="what-is-excluded-is-the-word"),
        pytest.param('"нефть Казахстана" экспорт', [[]], id="phrases-are-words"),
    ],
)
def test_the_name_of_a_country_is_also_met_by_what_is_about_it(
    gazetteer: Gazetteer, text: str, expected: list[list[str]]
) -> None:
    query = parse_query(gazetteer, text)
    assert facets(query.terms) == expected
    assert not any(facets((*query.excluded, *(term for phrase in query.phrases for term in phrase))))


def test_long_questions_are_cut(gazetteer: Gazetteer) -> None:
    query = parse_query(gazetteer, " ".join(f"слово{number}" for number in range(500)))
    assert len(query.text) <= LONGEST_QUERY
    assert len(query.terms) == MOST_WORDS


@pytest.mark.parametrize(
    ("text", "idle"),
    [("", False), ("the", True), ("!!!", True), ("газ", False), ("country:kz", False), ("since:7d", False)],
)
def test_is_idle(gazetteer: Gazetteer, text: str, idle: bool) -> None:
    assert is_idle(parse_query(gazetteer, text)) is idle


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("36h", timedelta(hours=36)), ("7d", timedelta(days=7)), ("7", timedelta(days=7)), ("1y", timedelta(days=365)),
        ("7 дней", timedelta(days=7)), ("3m", timedelta(days=90)), ("24 ч", timedelta(hours=24)),
        ("0d", None), ("d", None), ("", None), ("5 parsecs", None), ("-3d", None), ("99999d", None),
    ],
)  # fmt: skip
def test_parse_span(text: str, expected: timedelta | None) -> None:
    assert parse_span(text) == expected


@given(text=st.text(max_size=200))
def test_any_text_is_a_question(gazetteer_once: Gazetteer, text: str) -> None:
    query = parse_query(gazetteer_once, text)
    for term in (*query.terms, *query.excluded):
        assert all(token.removeprefix(FACET).isalnum() for token in term_tokens(term))


@pytest.fixture(scope="session")
def gazetteer_once() -> Gazetteer:
    return load_gazetteer()


@pytest.mark.parametrize(
    ("syntax", "strict", "loose"),
    [
        pytest.param(FTS5, '("a" OR "beta") AND ("cdefgh")', '("a" OR "beta"*) AND ("cdef"*)', id="fts5"),
        pytest.param(TSQUERY, "('a' | 'beta') & ('cdefgh')", "('a' | 'beta':*) & ('cdef':*)", id="tsquery"),
    ],
)
def test_stages_go_from_strict_to_forgiving(syntax, strict: str, loose: str) -> None:
    found = list(stages(Query(text="", terms=("a|beta", "cdefgh")), syntax))
    assert [syntax.all_of(stage.parts) for stage in found][:2] == [strict, loose]
    assert [stage.beginning for stage in found] == [0, 5, 5]


def test_three_words_may_miss_one_and_phrases_are_never_loosened() -> None:
    three = list(stages(Query(text="", terms=("alfa", "beta", "gama")), FTS5))
    (most,) = three[2].parts
    pairs = '(("alfa"*) AND ("beta"*)) OR (("alfa"*) AND ("gama"*)) OR (("beta"*) AND ("gama"*))'
    assert most == f"({pairs})"
    assert len(list(stages(Query(text="", terms=("a",), phrases=(("b", "c"),)), FTS5))) == 1
    assert [stage.parts for stage in stages(Query(text=""), FTS5)] == [()]
