"""Whatever the bytes, reading ends in headlines that are safe to show or in a sentence."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from news.errors import UnreadableError
from news.model import Item, SourceKind
from news.sources import read
from news.sources.clean import SUMMARY_LIMIT, TITLE_LIMIT
from news.sources.reading import read_quickly

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
PIECES = st.sampled_from(
    [
        "<rss>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>",
        "</entry></feed>", "</channel></rss>", "<urlset>", "<url><loc>https://a.kz/</loc>", "<news><title>x</title></news></url>", "<a href='/1'>",
        "<div data-post='a_b_c/1'>", "<div class='tgme_widget_message_text'>", "<time datetime='2026-11-01'>", "<![CDATA[", "]]>", "<!--", "-->",
        "&amp;lt;b&amp;gt;", "&#x202e;", "\u202e", "\u200b", "e\u0301\u0301\u0301\u0301\u0301\u0301", "\x00", "\ud800", "javascript:alert(1)", "tg://proxy",
        '{"items": [', '{"title": "x"}', "Latest news\n", "\n- one two three\n", "2026-11-01T00:00:00Z", "Қазақстан", "中国", "<?xml version='1.0'?>",
    ]
)  # fmt: skip
BODIES = st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=30).map(
    lambda parts: "".join(parts).encode("utf-8", "surrogatepass")
)


def is_safe(item: Item) -> bool:
    text = item.title + item.summary
    return (
        0 < len(item.title) <= TITLE_LIMIT
        and len(item.summary) <= SUMMARY_LIMIT
        and bool(item.guid)
        and (item.url is None or item.url.startswith(("http://", "https://")))
        and (item.published is None or item.published.tzinfo is not None)
        and not any(
            unicodedata.category(character) in {"Cc", "Cs"}
            or (unicodedata.category(character) == "Cf" and character not in "\u200c\u200d")
            for character in text
        )
    )


@pytest.mark.parametrize("kind", [SourceKind.FEED, SourceKind.SITEMAP, SourceKind.TELEGRAM, SourceKind.PAGE])
@given(body=st.one_of(BODIES, st.binary(max_size=200)))
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_reading_any_bytes_gives_safe_headlines_or_a_sentence(kind: SourceKind, body: bytes) -> None:
    reason = "."
    items: list[Item] = []
    try:
        items = read(body, kind=kind, url="https://a.kz/", now=NOW)
    except UnreadableError as error:
        reason = error.reason
    assert reason.endswith(".")
    assert all(is_safe(item) for item in items), items


@given(body=BODIES)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_reading_in_place_never_raises(body: bytes) -> None:
    document = read_quickly(body, kind=SourceKind.FEED, url="https://a.kz/", now=NOW)
    assert document is None or all(is_safe(item) for item in document.items)
