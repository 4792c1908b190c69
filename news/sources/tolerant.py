"""Feeds as they come: broken, half encoded, oddly named. feedparser reads them, always in a worker that may be killed.

feedparser stalls for seconds on small hostile input while it holds the interpreter lock, so this module must never
run in the process that serves readers (docs/decisions/0021).
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from news.errors import UnreadableError
from news.model import Item
from news.sources.clean import SUMMARY_LIMIT, TITLE_LIMIT, clean_guid, clean_html, clean_text, guid_of
from news.sources.dates import parse_date
from news.sources.document import ITEM_LIMIT, Document
from news.sources.links import absolute_link

_DATES = ("published", "created", "updated")


def read_tolerantly(body: bytes, url: str, content_type: str, now: datetime) -> Document:
    """The items of almost a feed. Raise UnreadableError when nothing in it looks like one."""
    # Here, because this module is also imported where nothing is ever read tolerantly: it takes 4 MiB.
    import feedparser  # noqa: PLC0415

    # Through a file object: given bytes, feedparser may open the body as a path or fetch it as an address.
    headers = {"content-location": url, **({"content-type": content_type} if content_type else {})}
    try:
        parsed = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False)
    except (
        Exception
    ) as error:  # feedparser 6.0.14 raises whatever its parsers raise (UnicodeDecodeError, AssertionError …)
        raise UnreadableError(url, f"no feed reader understands it ({type(error).__name__}).") from error
    if not parsed.entries and not parsed.version:
        raise UnreadableError(url, "it is not a feed that can be read.")
    feed: dict[str, Any] = parsed.feed
    items = (_item(dict(entry), url, now) for entry in parsed.entries[:ITEM_LIMIT])
    return Document(
        items=tuple(item for item in items if item is not None),
        title=clean_html(_string(feed.get("title")), TITLE_LIMIT),
        language=_string(feed.get("language")) or None,
        ttl_s=_ttl_s(_string(feed.get("ttl"))),
    )


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _ttl_s(minutes: str) -> float | None:
    return float(minutes[:9]) * 60 if minutes.isdecimal() else None


def _rich(entry: dict[str, Any], name: str, limit: int) -> str:
    text = _string(entry.get(name))
    detail = entry.get(f"{name}_detail") or {}
    is_plain = detail.get("type") == "text/plain" and "&" not in text and "<" not in text
    return clean_text(text, limit) if is_plain else clean_html(text, limit)


def _item(entry: dict[str, Any], url: str, now: datetime) -> Item | None:
    contents: Any = entry.get("content") or ({},)
    summary = _rich(entry, "summary", SUMMARY_LIMIT) or clean_html(
        _string(contents[0].get("value")), SUMMARY_LIMIT
    )
    title = _rich(entry, "title", TITLE_LIMIT) or clean_text(summary, TITLE_LIMIT)
    if not title:
        return None
    link = absolute_link(_string(entry.get("feedburner_origlink")), url) or absolute_link(
        _string(entry.get("link")), url
    )
    stamps = [_string(entry.get(name)) for name in _DATES]
    # Not feedparser's own dates: where it knows no form it fills gaps from today's clock.
    moments = (parse_date(stamp, now) for stamp in stamps)
    guid = clean_guid(_string(entry.get("id")))
    return Item(
        guid=guid or link or guid_of(title, *filter(None, stamps)),
        title=title,
        url=link,
        summary="" if summary == title else summary,
        published=next(filter(None, moments), None),
    )
