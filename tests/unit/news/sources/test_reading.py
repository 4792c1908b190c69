from __future__ import annotations

from datetime import UTC, datetime

import pytest

from news.errors import UnreadableError
from news.model import SourceKind
from news.sources import read, read_document, read_file
from news.sources.reading import (
    BODY_LIMIT,
    QUICK_LIMIT,
    READERS,
    Format,
    read_quickly,
    tell_format,
    tell_kind,
)

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
RSS = "<rss version='2.0'><channel><title>T</title><item><title>Dam opens</title><link>https://a.kz/1</link></item></channel></rss>"
SITEMAP = "<urlset xmlns:n='x'><url><loc>https://a.kz/1</loc><n:news><n:title>Dam opens</n:title></n:news></url></urlset>"
JSON_FEED = '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "Dam opens"}]}'
PAGE = "".join(f"<div><a href='/{number}'>Dam number {number} was opened</a></div>" for number in range(3))
POST = '<div data-post="orda/1"><div class="tgme_widget_message_text">Dam opens again</div></div>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(RSS, Format.XML_FEED, id="rss"),
        pytest.param('\ufeff\n<?xml version="1.0"?>\n<!-- <html> --><!DOCTYPE rss [ x ]><?x y?>\n<rdf:RDF>', Format.XML_FEED, id="rdf after a prologue"),
        pytest.param("<atom:feed xmlns:atom='x'>", Format.XML_FEED, id="atom with a prefix"),
        pytest.param("<junk/><rss><channel>", Format.XML_FEED, id="rss after junk"),
        pytest.param("<?xml version='1.0'?><other/>", Format.XML_FEED, id="some XML"),
        pytest.param(SITEMAP, Format.SITEMAP, id="sitemap"),
        pytest.param("<sitemapindex>", Format.SITEMAP, id="index"),
        pytest.param("<!doctype html><html>", Format.PAGE, id="html"),
        pytest.param("<div><p>x</p></div>", Format.PAGE, id="a piece of html"),
        pytest.param("<html><body>about <item> tags", Format.PAGE, id="html about feeds"),
        pytest.param("<opml version='2.0'>", Format.OPML, id="opml"),
        pytest.param(JSON_FEED, Format.JSON_FEED, id="json feed"),
        pytest.param('{\n "items": []\n}', Format.JSON_FEED, id="json feed over lines"),
        pytest.param('{"title": "a"}\n{"title": "b"}', Format.JSON_LINES, id="json lines"),
        pytest.param("Dam opens\nWords", Format.TEXT, id="text"),
        pytest.param("< 5 people", Format.TEXT, id="text with a sign"),
        pytest.param("<!--" * 900, Format.TEXT, id="open comments"),
        pytest.param("<?xml?>" * 500, Format.XML_FEED, id="a long prologue"),
    ],
)  # fmt: skip
def test_tell_format(text: str, expected: Format) -> None:
    assert tell_format(text) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [(RSS, SourceKind.FEED), (SITEMAP, SourceKind.SITEMAP), ("<html>", SourceKind.PAGE), ("words", SourceKind.FEED)],
)  # fmt: skip
def test_tell_kind(body: str, expected: SourceKind) -> None:
    assert tell_kind(body.encode()) is expected


def test_every_kind_of_source_has_a_reader() -> None:
    assert set(READERS) == set(SourceKind)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (SourceKind.FEED, RSS),
        (SourceKind.FEED, RSS.replace("Dam", "Dam & dam")),
        (SourceKind.FEED, JSON_FEED),
        (SourceKind.FEED, SITEMAP),
        (SourceKind.SITEMAP, SITEMAP),
        (SourceKind.PAGE, PAGE),
        (SourceKind.TELEGRAM, POST),
        (SourceKind.FILE, RSS),
        (SourceKind.FILE, JSON_FEED),
        (SourceKind.FILE, PAGE),
        (SourceKind.FILE, "Dam opens"),
        (SourceKind.FILE, '{"title": "Dam opens"}'),
    ],
)
def test_each_kind_is_read(kind: SourceKind, body: str) -> None:
    items = read(body.encode(), kind=kind, url="https://a.kz/", now=NOW)
    assert items[0].title.startswith("Dam")


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        (SourceKind.FEED, "", "it is empty"),
        (SourceKind.FEED, "<html><body>x", "a web page, not a feed"),
        (SourceKind.FILE, "<opml version='2.0'></opml>", "import-opml"),
        (SourceKind.FILE, "<rss><channel></channel></rss>", "holds no headlines"),
        (SourceKind.FILE, " " * BODY_LIMIT + "x", "larger than 16 MiB"),
    ],
)
def test_each_refusal_says_why(kind: SourceKind, body: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_document(body.encode(), kind=kind, url="x.xml", now=NOW)


def test_reading_a_file_twice_gives_the_same() -> None:
    body = RSS.encode("utf-16")
    assert read_file("a.xml", body, NOW) == read_file("b.xml", body, NOW)


@pytest.mark.parametrize(
    ("kind", "body", "content_type", "is_quick"),
    [
        pytest.param(SourceKind.FEED, RSS.encode(), "", True, id="small and well formed"),
        pytest.param(SourceKind.FEED, RSS.encode(), "text/xml; charset=UTF-8", True, id="declared UTF-8"),
        pytest.param(
            SourceKind.FEED, RSS.encode(), "text/xml; charset=utf-7", False, id="seven bits of more"
        ),
        pytest.param(SourceKind.FEED, RSS.replace("Dam", "&").encode(), "", False, id="malformed"),
        pytest.param(SourceKind.FEED, RSS.replace("Dam", "é").encode("latin-1"), "", False, id="not UTF-8"),
        pytest.param(SourceKind.FEED, JSON_FEED.encode(), "", False, id="JSON"),
        pytest.param(SourceKind.FEED, RSS.encode() + b" " * QUICK_LIMIT, "", False, id="large"),
        pytest.param(SourceKind.PAGE, PAGE.encode(), "", False, id="a page"),
    ],
)
def test_only_small_plain_feeds_are_read_in_place(
    kind: SourceKind, body: bytes, content_type: str, is_quick: bool
) -> None:
    found = read_quickly(body, kind=kind, url="https://a.kz/", content_type=content_type, now=NOW)
    assert (found is not None) is is_quick
