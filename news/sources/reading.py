"""Which reader for which body: by the kind of the source, then by what the body is, never by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from news.errors import UnreadableError
from news.model import Item, SourceKind
from news.sources.decode import decode
from news.sources.document import Document
from news.sources.jsonitems import read_json_feed, read_json_lines
from news.sources.page import read_list_page, read_page
from news.sources.plaintext import read_plain_text
from news.sources.sitemap import read_sitemap
from news.sources.telegram import read_telegram
from news.sources.tolerant import read_tolerantly
from news.sources.xmlfeed import read_xml_feed

# One step over what may stand before the root; a loop of such steps cannot go back, so it cannot take for ever.
_PROLOGUE = re.compile(
    r"\s*(?:<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>)", re.IGNORECASE | re.DOTALL
)
_ROOT = re.compile(r"\s*<(?:[\w.-]+:)?(rss|rdf|feed|channel|urlset|sitemapindex|html|opml)\b", re.IGNORECASE)
_LOOSE_FEED = re.compile(r"<(?:[\w.-]+:)?(?:rss|rdf:rdf|feed|channel|item|entry)\b[^<>]*>", re.IGNORECASE)
_LOOSE_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|article|div|p|a|h1)\b", re.IGNORECASE)
_HEAD = 4_000
# Within it lxml and our own loops stay under some 20 ms.
QUICK_LIMIT = 256 * 1024
BODY_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Body:
    """What came, from where, when, and what the sender calls it."""

    data: bytes
    url: str
    content_type: str
    now: datetime

    @property
    def text(self) -> str:
        """Decoded."""
        return decode(self.data, self.content_type)

    @property
    def utf8(self) -> bytes:
        """Decoded, and encoded as XML parsers like it."""
        return self.text.encode("utf-8", "replace")


class Format(StrEnum):
    """What a body is."""

    XML_FEED = "xml feed"
    SITEMAP = "sitemap"
    JSON_FEED = "json feed"
    JSON_LINES = "json lines"
    PAGE = "page"
    OPML = "opml"
    TEXT = "text"


def tell_format(text: str) -> Format:
    """The format of a text, by its beginning."""
    head = text[:_HEAD].lstrip("\ufeff \t\r\n")
    if name := _root_name(head):
        if name in {"urlset", "sitemapindex"}:
            return Format.SITEMAP
        return {"html": Format.PAGE, "opml": Format.OPML}.get(name, Format.XML_FEED)
    if head.startswith(("{", "[")):
        return _tell_json(head)
    if head.startswith("<") and _LOOSE_FEED.search(head) and not _LOOSE_PAGE.match(head):
        return Format.XML_FEED
    if head.startswith("<") and _LOOSE_PAGE.search(head):
        return Format.PAGE
    return Format.XML_FEED if head.startswith("<?xml") else Format.TEXT


def _root_name(head: str) -> str:
    """The root element's name in lower case, if it is one that we know."""
    place = 0
    while step := _PROLOGUE.match(head, place):
        place = step.end()
    match = _ROOT.match(head, place)
    return match[1].lower() if match else ""


def _tell_json(head: str) -> Format:
    """A feed is one object with a version or items; lines are objects that end on their line."""
    first = head.split("\n", 1)[0].rstrip()
    is_line = first.startswith("{") and first.endswith("}") and '"items"' not in first
    return Format.JSON_LINES if is_line else Format.JSON_FEED


def tell_kind(body: bytes) -> SourceKind:
    """What kind of source gives such a body, by its beginning."""
    match tell_format(decode(body[:_HEAD])):
        case Format.PAGE:
            return SourceKind.PAGE
        case Format.SITEMAP:
            return SourceKind.SITEMAP
        case _:
            return SourceKind.FEED


def read_document(
    body: bytes, *, kind: SourceKind, url: str, content_type: str = "", now: datetime
) -> Document:
    """Read a body as its source's kind wants it. Raise UnreadableError with a sentence.

    May take seconds on hostile input: run it in a worker (news.sources.workers) wherever somebody waits.
    """
    if not body.strip():
        raise UnreadableError(url, "it is empty.")
    return READERS[kind](Body(body, url, content_type, now))


def read_quickly(
    body: bytes, *, kind: SourceKind, url: str, content_type: str = "", now: datetime
) -> Document | None:
    """A small, well-formed feed in a plain encoding, within milliseconds; None for everything else."""
    if kind is not SourceKind.FEED or len(body) > QUICK_LIMIT:
        return None
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "charset" in content_type and "utf-8" not in content_type.lower() and body.isascii():
        return None  # a seven-bit encoding of more than ASCII
    if tell_format(text) is Format.XML_FEED:
        return read_xml_feed(body, url, now)
    return None


def read(body: bytes, *, kind: SourceKind, url: str, content_type: str = "", now: datetime) -> list[Item]:
    """The items of a body. Raise UnreadableError."""
    return list(read_document(body, kind=kind, url=url, content_type=content_type, now=now).items)


def read_file(name: str, body: bytes, now: datetime) -> list[Item]:
    """The items of a file, whatever its format: feed, JSON Feed, JSON lines, page, sitemap, article or list as text.

    Raise UnreadableError with the file's name.
    """
    return read(body, kind=SourceKind.FILE, url=name, now=now)


def _read_feed(body: Body) -> Document:
    text = body.text
    match tell_format(text):
        case Format.JSON_FEED | Format.JSON_LINES:
            return read_json_feed(text, body.url, body.now)
        case Format.SITEMAP:
            return _read_sitemap(body)
        case Format.PAGE:
            raise UnreadableError(
                body.url, "it is a web page, not a feed. Add the page itself, and Jarchi looks for its feed."
            )
        case _:
            found = read_xml_feed(text.encode("utf-8", "replace"), body.url, body.now)
            return found or read_tolerantly(body.data, body.url, body.content_type, body.now)


def _read_sitemap(body: Body) -> Document:
    return read_sitemap(body.utf8, body.url, body.now)


def _read_list_page(body: Body) -> Document:
    return read_list_page(body.text, body.url, body.now)


def _read_telegram(body: Body) -> Document:
    return read_telegram(body.text, body.url, body.now)


def _read_file(body: Body) -> Document:
    if len(body.data) > BODY_LIMIT:
        raise UnreadableError(body.url, f"it is larger than {BODY_LIMIT // 2**20} MiB.")
    text = body.text
    match tell_format(text):
        case Format.JSON_LINES:
            return read_json_lines(text, body.url, body.now)
        case Format.PAGE:
            return read_page(text, body.url, body.now)
        case Format.TEXT:
            return read_plain_text(text, body.url, body.now)
        case Format.OPML:
            raise UnreadableError(
                body.url, "it is a list of sources. Import it with: jarchi sources import-opml FILE"
            )
        case _:
            document = _read_feed(body)
    if not document.items:
        raise UnreadableError(body.url, "it holds no headlines.")
    return document


READERS: Mapping[SourceKind, Callable[[Body], Document]] = {
    SourceKind.FEED: _read_feed,
    SourceKind.PAGE: _read_list_page,
    SourceKind.SITEMAP: _read_sitemap,
    SourceKind.TELEGRAM: _read_telegram,
    SourceKind.FILE: _read_file,
}
