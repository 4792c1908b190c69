from __future__ import annotations

from datetime import timedelta

import pytest

from news.gazetteer import load_gazetteer
from news.ingest import CLOCK_SKEW, NEWS_WINDOW, prepare, tell
from news.model import Item, Source, SourceKind
from tests.builders import NOON

SOURCE = Source("orda", "Orda", SourceKind.FEED, "https://example.kz/rss", country="KZ", languages=("ru",))


@pytest.fixture(scope="module")
def gazetteer():
    return load_gazetteer()


@pytest.mark.parametrize(
    ("published", "is_new", "sort_at"),
    [
        pytest.param(None, True, NOON, id="undated: the time first seen"),
        pytest.param(NOON - timedelta(hours=3), True, NOON - timedelta(hours=3), id="recent"),
        pytest.param(NOON - NEWS_WINDOW, True, NOON - NEWS_WINDOW, id="at the edge of the window"),
        pytest.param(
            NOON - NEWS_WINDOW - timedelta(1), False, NOON - NEWS_WINDOW - timedelta(1), id="too old to tell"
        ),
        pytest.param(NOON + CLOCK_SKEW, True, NOON, id="a newsroom's clock is ahead"),
        pytest.param(NOON + timedelta(days=3), False, NOON, id="dated in the future"),
    ],
)
def test_when_an_item_is_news(gazetteer, published, is_new, sort_at):
    item = Item("1", "Метро в Алматы", published=published)
    prepared = prepare(SOURCE, item, tell(gazetteer, SOURCE, item), now=NOON)
    assert (prepared.is_new, prepared.sort_at) == (is_new, sort_at)
    assert (prepared.published, prepared.first_seen_at) == (published, NOON)


def test_what_an_item_says_of_itself_wins(gazetteer):
    said, _, _ = tell(gazetteer, SOURCE, Item("1", "Metro opens in Almaty this week", language="tr"))
    seen, _, _ = tell(gazetteer, SOURCE, Item("2", "The metro opens in Almaty this week after repairs"))
    assert (said, seen) == ("tr", "en")


def test_countries_come_with_their_evidence(gazetteer):
    item = Item("1", "Поезд из Ташкента в Бишкек", url="http://www.example.kz/a/")
    prepared = prepare(SOURCE, item, tell(gazetteer, SOURCE, item), now=NOON)
    assert {found.country for found in prepared.attribution.countries} == {"UZ", "KG"}
    assert prepared.canonical_url == "https://example.kz/a"
    assert prepared.url == "http://www.example.kz/a/"
