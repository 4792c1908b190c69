from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from news.errors import UnreadableError
from news.sources.jsonitems import read_json_feed, read_json_lines

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
URL = "https://json.example/feed.json"


def test_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "JSON news",
        "language": "kk",
        "items": [
            {"id": 7, "title": "A <b>dam</b>", "url": "/7", "summary": "Water", "date_published": "2026-11-23T01:00:00Z"},
            {"content_html": "<p>Words only</p>", "external_url": "https://other.example/1"},
            {"id": "x", "content_text": "Text", "date_modified": "2026-11-22"},
            {"id": "nothing"}, "no object", {"title": 5},
        ],
    }  # fmt: skip
    document = read_json_feed(json.dumps(feed), URL, NOW)
    assert (document.title, document.language) == ("JSON news", "kk")
    first, second, third = document.items
    assert (first.guid, first.title, first.url, first.summary) == (
        "7",
        "A dam",
        "https://json.example/7",
        "Water",
    )
    assert first.published == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert (second.title, second.guid) == ("Words only", "https://other.example/1")
    assert (third.title, third.published) == ("Text", datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[1]", "not a JSON Feed"),
        ('{"items": {}}', "not a JSON Feed"),
    ],
    ids=["cut short", "too deep", "a list", "items are no list"],
)
def test_what_is_no_json_feed_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_json_feed(text, URL, NOW)


def test_json_lines() -> None:
    text = (
        '{"id": "a1", "title": "One", "summary": "s", "url": "https://a.kz/1", "language": "KK", "published": "2026-11-23T10:00:00+05:00"}\n'
        '\n{"title": "Two", "language": "russian"}\n{"title": "Three", "url": "https://a.kz/3"}\n'
    )
    one, two, three = read_json_lines(text, "x.jsonl", NOW).items
    assert (one.guid, one.language, one.published) == ("a1", "kk", datetime(2026, 11, 23, 5, tzinfo=UTC))
    assert (two.guid.startswith("sha256:"), two.language) == (True, None)
    assert three.guid == "https://a.kz/3"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"title": "a"}\n{"title": }', "line 2 is not valid JSON"),
        ('{"title": "a"}\n{"name": "b"}', "line 2 has no “title”"),
        ('["a"]', "line 1 has no “title”"),
        ('{"title": "a", "published": "soon"}', "line 1: “published” is not an ISO 8601 date: soon"),
        ("\n", "holds no headlines"),
    ],
    ids=["broken", "no title", "a list", "bad date", "empty"],
)
def test_lines_that_are_no_headlines_are_refused_by_number(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_json_lines(text, "x.jsonl", NOW)


def test_a_file_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("news.sources.jsonitems.LINES_LIMIT", 2_000)
    assert len(read_json_lines('{"title": "a"}\n' * 2_000, "x.jsonl", NOW).items) == 2_000
    with pytest.raises(UnreadableError, match=r"more than 2,000 lines"):
        read_json_lines('{"title": "a"}\n' * 2_001, "x.jsonl", NOW)
