from __future__ import annotations

from datetime import UTC, datetime

import pytest

from news.errors import UnreadableError
from news.sources.sitemap import read_sitemap

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
URL = "https://orda.example/news.xml"
HEAD = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'


def entry(number: int, date: str = "2026-11-23T10:00:00Z", language: str = "kk") -> str:
    return (
        f"<url><loc>https://orda.example/{number}</loc><image:image><image:title>picture</image:title></image:image>"
        f"<news:news><news:publication><news:name>Orda</news:name><news:language>{language}</news:language></news:publication>"
        f"<news:publication_date>{date}</news:publication_date><news:title>Headline {number}</news:title></news:news></url>"
    )


def read(text: str):
    return read_sitemap(text.encode(), URL, NOW).items


def test_titled_pages_newest_first() -> None:
    items = read(
        f"{HEAD}{entry(1, '2026-11-21')}{entry(2, language='zh-cn')}{entry(3, 'x', '12')}"
        "<url><loc>https://orda.example/about</loc></url><url><loc>javascript:x</loc></url></urlset>"
    )
    assert [(item.title, item.language) for item in items] == [
        ("Headline 2", "zh"), ("Headline 1", "kk"), ("Headline 3", None),
    ]  # fmt: skip
    assert items[0].published == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert items[0].guid == items[0].url == "https://orda.example/2"


def test_an_empty_news_sitemap_is_a_quiet_day() -> None:
    assert read(f"{HEAD}</urlset>") == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{HEAD}<url><loc>https://orda.example/</loc></url></urlset>", "no news titles"),
        ("<sitemapindex><sitemap><loc>https://x.kz/a.xml</loc></sitemap></sitemapindex>", "an index of sitemaps"),
        ("<rss/>", "not a sitemap"),
        ("", "not a sitemap"),
    ],
    ids=["plain", "index", "feed", "nothing"],
)  # fmt: skip
def test_other_documents_are_refused_with_the_next_step(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read(text)
