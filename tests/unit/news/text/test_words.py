"""Words, their places and the spelling they are compared in."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.text.words import MAX_WORD, fold, words


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("Алматы", "алматы", id="case"),
        pytest.param("ЁЛКА", "елка", id="yo"),
        pytest.param("O‘zbekiston", "ozbekiston", id="uzbek-turned-comma"),
        pytest.param("Oʻzbekiston", "ozbekiston", id="uzbek-modifier-letter"),
        pytest.param("O'zbekiston", "ozbekiston", id="uzbek-typewriter"),
        pytest.param("O`zbekiston", "ozbekiston", id="uzbek-grave"),
        pytest.param("Trump’s", "trump", id="english-possessive"),
        pytest.param("don't", "dont", id="english-contraction"),
        pytest.param("д’Артаньян", "дартаньян", id="russian-apostrophe"),
        pytest.param(unicodedata.normalize("NFD", "Қайрат"), "қайрат", id="decomposed-short-i"),
        pytest.param("10,000", "10000", id="grouped-number"),
        pytest.param("ＫＡＺ", "kaz", id="full-width"),
        pytest.param("Z͑ͫa̴͇͢l͖g͎o", "zalgo", id="stacked-marks"),
        pytest.param("ß" * 200, "ss" * MAX_WORD, id="capped"),
    ],
)
def test_fold(word: str, expected: str) -> None:
    assert fold(word) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Цены на газ: +5%", ["Цены", "на", "газ", "5"], id="punctuation"),
        pytest.param("вице-премьер", ["вице", "премьер"], id="hyphen-separates"),
        pytest.param("«O‘zbekiston»ning yo‘li", ["O‘zbekiston", "ning", "yo‘li"], id="apostrophe-joins"),
        pytest.param("'quoted words'", ["quoted", "words"], id="quotes-do-not-join"),
        pytest.param("snake_case #tag @name", ["snake", "case", "tag", "name"], id="underscore-separates"),
        pytest.param("на 245,7 млн", ["на", "245,7", "млн"], id="decimal"),
        pytest.param("", [], id="empty"),
        pytest.param("— … !", [], id="no-words"),
    ],
)
def test_words_are_where_they_are(text: str, expected: list[str]) -> None:
    assert [text[word.start : word.end] for word in words(text)] == expected


@given(st.text())
def test_any_text_gives_plain_words_in_order(text: str) -> None:
    found = list(words(text))
    assert all(word.folded.isalnum() for word in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


NAUGHTY = [
    "Ω≈ç√∫˜µ≤≥÷", "田中さんにあげて下さい", "\u202etest\u202c", "\ud800 lone surrogate", "\x00nul\x00", "1;DROP TABLE users",
    "' OR 1=1 --", '"', "a" * 5000, "NEAR(a b)", "title:x", "* ^ - ( ) \\", "ÅÍÎÏ˝ÓÔ\uf8ffÒÚÆ☃", "\u200b\ufeff",
]  # fmt: skip


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_hostile_text_gives_plain_words(text: str) -> None:
    assert all(word.folded.isalnum() for word in words(text))
