from __future__ import annotations

from datetime import UTC, datetime

import pytest

from news.errors import UnreadableError
from news.sources.tolerant import read_tolerantly

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
URL = "https://orda.example/feed"


def read(text: str | bytes, content_type: str = ""):
    return read_tolerantly(text.encode() if isinstance(text, str) else text, URL, content_type, NOW)


def test_a_broken_feed_is_read() -> None:
    document = read(
        "<rss version='2.0'><channel><title>A & B</title><ttl>10</ttl><language>ru</language>"
        "<item><title>Fish & chips &nbsp; rise</title><link>/1</link><guid isPermaLink='false'>g1</guid>"
        "<pubDate>Tue, 24 Nov 2026 01:00:00 GMT</pubDate><description><p>Dear</p></description></item>"
        "<item><title>Second</title></item>"
    )
    assert (document.title, document.language, document.ttl_s) == ("A & B", "ru", 600)
    first, second = document.items
    assert (first.title, first.url, first.guid) == ("Fish & chips rise", "https://orda.example/1", "g1")
    assert (first.published, first.summary) == (datetime(2026, 11, 24, 1, tzinfo=UTC), "Dear")
    assert second.title == "Second"


def test_content_and_titles_where_others_are_missing() -> None:
    document = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><ttl>x</ttl><entry><content type="html">&lt;p&gt;All of it</content></entry>'
        '<entry><title type="text">Plain words</title></entry><entry><link href="https://orda.example/3"/></entry>&oops;</feed>'
    )
    assert [(item.title, item.summary) for item in document.items] == [("All of it", ""), ("Plain words", "")]
    assert document.ttl_s is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"/etc/passwd", id="a path is not opened"),
        pytest.param(b"http://127.0.0.1:9/", id="an address is not fetched"),
        pytest.param(b"\x00\x00\xff", id="noise"),
        pytest.param(b"plain words", id="words"),
    ],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"https://orda.example/feed: "):
        read(body)


def test_whatever_the_parser_raises_becomes_a_sentence() -> None:
    with pytest.raises(UnreadableError, match=r"no feed reader understands it \(UnicodeDecodeError\)\."):
        read(b'<?encoding="\xf0"?>')
