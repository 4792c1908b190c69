"""What holds for any text whatever, hostile ones included."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from news.attribute import attribute
from news.gazetteer import load_gazetteer

GAZETTEER = load_gazetteer()
WORDS = st.sampled_from(
    [
        "Казахстан",
        "казахский",
        "US",
        "Oʻzbekiston",
        "Ош",
        "Jordan",
        "президент",
        "в",
        "«",
        "»",
        ",",
        "🇰🇿",
        "…",
        "ʼ",
        "\u202e",
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=12).map(" ".join))
SOURCES = st.sampled_from([None, "KZ", "KG", "QQ"])


@settings(max_examples=150, deadline=None)
@given(title=TEXTS, summary=TEXTS, source=SOURCES)
def test_any_text_gives_known_countries_once_with_words_that_it_holds(
    title: str, summary: str, source: str | None
) -> None:
    found = attribute(GAZETTEER, title, summary, source_country=source)
    codes = [clue.country for clue in found.countries]

    assert len(codes) == len(set(codes))
    assert set(codes) <= set(GAZETTEER.countries)
    assert [clue.weight for clue in found.countries] == sorted(
        (clue.weight for clue in found.countries), reverse=True
    )
    assert all(
        0 < clue.weight <= 1 and clue.words and clue.rule.endswith(f" of {clue.country}")
        for clue in found.countries
    )
    assert found.implied_by_source in {None, source}
    assert found.implied_by_source not in codes


@settings(max_examples=100, deadline=None)
@given(typed=TEXTS)
def test_whatever_a_reader_types_gives_known_codes(typed: str) -> None:
    known = set(GAZETTEER.countries)

    assert set(GAZETTEER.find_country(typed)) <= known
    assert set(GAZETTEER.suggest_countries(typed[:40])) <= known
    assert all(isinstance(place, str) for place in GAZETTEER.places(typed))
