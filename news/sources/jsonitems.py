"""JSON Feed, and JSON lines of headlines."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from news.errors import UnreadableError
from news.model import Item
from news.sources.clean import SUMMARY_LIMIT, TITLE_LIMIT, clean_guid, clean_html, clean_text, guid_of
from news.sources.dates import parse_date
from news.sources.document import ITEM_LIMIT, Document
from news.sources.links import absolute_link

LINES_LIMIT = 200_000
OUTLET_LIMIT = 100


def read_json_feed(text: str, url: str, now: datetime) -> Document:
    """A JSON Feed 1.0 or 1.1. Raise UnreadableError when it is none."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(url, "it looks like JSON, but it is not valid JSON.") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise UnreadableError(url, "it is JSON, but not a JSON Feed: it has no list of “items”.")
    items = (_feed_item(entry, url, now) for entry in feed["items"][:ITEM_LIMIT] if isinstance(entry, dict))
    return Document(
        items=tuple(item for item in items if item is not None),
        title=clean_text(_string(feed, "title"), TITLE_LIMIT),
        language=_string(feed, "language") or None,
    )


def _string(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _identifier(entry: dict[str, Any]) -> str:
    value = entry.get("id")
    return clean_guid(str(value)) if isinstance(value, str | int | float) else ""


def _feed_item(entry: dict[str, Any], base: str, now: datetime) -> Item | None:
    summary = clean_text(_string(entry, "summary") or _string(entry, "content_text"), SUMMARY_LIMIT)
    summary = summary or clean_html(_string(entry, "content_html"), SUMMARY_LIMIT)
    title = clean_html(_string(entry, "title"), TITLE_LIMIT) or clean_text(summary, TITLE_LIMIT)
    if not title:
        return None
    link = absolute_link(_string(entry, "url"), base) or absolute_link(_string(entry, "external_url"), base)
    published = parse_date(_string(entry, "date_published"), now) or parse_date(
        _string(entry, "date_modified"), now
    )
    return Item(
        guid=_identifier(entry) or link or guid_of(title),
        title=title,
        url=link,
        summary="" if summary == title else summary,
        published=published,
    )


def read_json_lines(text: str, name: str, now: datetime) -> Document:
    """One headline a line: ``{"id","title","summary","url","source","language","published","countries"}``.

    Only ``title`` is needed; countries are told anew from the words. A line that is no headline is refused with its
    number: half an import helps nobody.
    """
    items: list[Item] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            items.append(_line_item(line, name, number, now))
        if len(items) > LINES_LIMIT:
            raise UnreadableError(name, f"it has more than {LINES_LIMIT:,} lines. Split it.")
    if not items:
        raise UnreadableError(name, "it holds no headlines.")
    return Document(items=tuple(items))


def _line_item(line: str, name: str, number: int, now: datetime) -> Item:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(name, f"line {number} is not valid JSON.") from error
    title = clean_text(_string(values, "title"), TITLE_LIMIT) if isinstance(values, dict) else ""
    if not title:
        raise UnreadableError(name, f"line {number} has no “title”.")
    stamp = _string(values, "published")
    published = parse_date(stamp, now)
    if stamp and published is None:
        raise UnreadableError(name, f"line {number}: “published” is not an ISO 8601 date: {stamp[:40]}.")
    link = absolute_link(_string(values, "url"), "")
    language = _string(values, "language").lower()
    return Item(
        guid=_identifier(values) or link or guid_of(title, stamp),
        title=title,
        url=link,
        summary=clean_text(_string(values, "summary"), SUMMARY_LIMIT),
        published=published,
        language=language if len(language) == 2 and language.isascii() and language.isalpha() else None,
        outlet=clean_text(_string(values, "source"), OUTLET_LIMIT),
    )
