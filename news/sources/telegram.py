"""The public preview page of a Telegram channel (``https://t.me/s/NAME``): the last twenty or so posts."""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

from news.errors import UnreadableError
from news.model import Item
from news.sources.clean import SUMMARY_LIMIT, TITLE_LIMIT, clean_text, shorten
from news.sources.dates import parse_date
from news.sources.document import Document
from news.sources.trees import parse_html

_CHANNEL = re.compile(r"^https?://(?:t|telegram)\.me/(?:s/)?([A-Za-z][A-Za-z0-9_]{3,31})/?(?:\?.*)?$")
_POST = re.compile(r"^[A-Za-z][A-Za-z0-9_]{3,31}/\d{1,10}$")
_SENTENCE = re.compile(r"(?<=[.!?…。])\s+")
_TITLE_MINIMUM = 15


def preview_url(url: str) -> str | None:
    """The preview page of a channel's address (``https://t.me/NAME`` or ``/s/NAME``), None when it is no channel."""
    match = _CHANNEL.match(url)
    return f"https://t.me/s/{match[1]}" if match else None


def read_telegram(text: str, url: str, now: datetime) -> Document:
    """The posts of a preview page, newest first. Raise UnreadableError when the channel shows none."""
    root = parse_html(text or "<html/>", url)
    posts = root.xpath("//*[@data-post]")
    if not posts:
        raise UnreadableError(
            url, "this channel has no public preview. Only public channels with posts can be read."
        )
    items = [item for post in posts if (item := _item(post, now))]
    name = root.xpath("string(//meta[@property='og:title']/@content)")
    return Document(items=tuple(reversed(items)), title=clean_text(name, TITLE_LIMIT))


def _item(post: etree._Element, now: datetime) -> Item | None:
    identifier = post.get("data-post", "")
    bodies = post.xpath(".//*[contains(concat(' ', @class, ' '), ' tgme_widget_message_text ')]")
    if not bodies or not _POST.match(identifier):
        return None
    for line_break in bodies[-1].iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    lines = [clean_text(line, SUMMARY_LIMIT) for line in "".join(bodies[-1].itertext()).splitlines()]
    title, summary = _headline([line for line in lines if line])
    if not title:
        return None
    stamp = post.xpath("string((.//time/@datetime)[last()])")
    link = f"https://t.me/{identifier}"
    return Item(link, title, link, summary, parse_date(stamp, now))


def _headline(lines: list[str]) -> tuple[str, str]:
    """A post's first line that says something, cut to its first sentence where it runs on; and the rest."""
    if not lines:
        return "", ""
    first = next((index for index, line in enumerate(lines) if len(line) >= _TITLE_MINIMUM), 0)
    title, rest = lines[first], " ".join(lines[first + 1 :])
    if len(title) > TITLE_LIMIT // 2:
        sentences = _SENTENCE.split(title)
        title, rest = sentences[0], " ".join([*sentences[1:], rest]).strip()
    return shorten(title, TITLE_LIMIT), shorten(rest, SUMMARY_LIMIT)
