"""What the index takes of a headline's words."""

from __future__ import annotations

import pytest

from news.text import analyse, index_words
from news.text.indexing import SUMMARY_CHARACTERS


def test_a_summary_adds_what_the_title_has_not() -> None:
    words = index_words("Поезда из Ташкента", "Поезд из Ташкента: новый поезд, новые вагоны.", "ru")
    assert words.title.split() == analyse("Поезда из Ташкента", "ru")
    assert words.rest.split() == analyse("новые вагоны", "ru")


@pytest.mark.parametrize("title", ["", "— !", "и"])
def test_nothing_telling_is_nothing(title: str) -> None:
    assert index_words(title, "", "ru") == ("", "")


def test_the_end_of_a_long_summary_is_left_out() -> None:
    summary = "bridge".ljust(SUMMARY_CHARACTERS) + "tunnel"
    assert index_words("Rivers", summary, "en").rest == "bridg"
