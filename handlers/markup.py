"""Telegram HTML as a type: escaping once, isolating foreign text, measuring, cutting.

Values become ``Html`` only here; everything that a stranger wrote (headlines, names, chat text) goes through ``foreign``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

FIRST_STRONG_ISOLATE = "\u2068"
POP_DIRECTIONAL_ISOLATE = "\u2069"
WORD_JOINER = "\u2060"
ELLIPSIS = "…"

MAX_UNITS = 4096  # UTF-16 code units of a message after parsing (Bot API)
MAX_ENTITIES = 100  # Telegram shows that many and silently ignores the rest

_BLANK = re.compile(r"\s")
_TAG = re.compile(r"<[^>]*>")
_OPENING_TAG = re.compile(r"<[a-z]")
# What Telegram's clients turn into something to tap inside plain text: commands, mentions, hashtags, its own links.
_TAPPABLE = re.compile(
    r"(?:(?<=^)|(?<=[\s(«“„\"'\[]))[/@#](?=\w)|(?<=://)|(?<=\bt)(?=\.me\b)|(?<=\btelegram)(?=\.(?:me|dog)\b)",
    re.IGNORECASE,
)
_OWN_HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog", "www.t.me", "www.telegram.me"})
# One tap on these connects the reader to a stranger's proxy, or changes the reader's client.
_DANGEROUS_PATH = re.compile(
    r"^/+(?:proxy|socks|setlanguage|login|confirmphone|bg|addtheme|addlist)\b", re.IGNORECASE
)

_DANGEROUS_LINK = re.compile(
    r"tg:/|(?:t\.me|telegram\.(?:me|dog))/+(?:proxy|socks|setlanguage|login|confirmphone|bg|addtheme|addlist)\b",
    re.IGNORECASE,
)


class Html(str):
    """Text that is already safe to send with parse_mode=HTML."""

    __slots__ = ()


NOTHING = Html("")


@dataclass(frozen=True, slots=True)
class Size:
    """What Telegram counts: UTF-16 code units after parsing, and entities."""

    units: int
    entities: int

    def __add__(self, other: Size) -> Size:
        return Size(self.units + other.units, self.entities + other.entities)

    @property
    def fits(self) -> bool:
        return self.units <= MAX_UNITS and self.entities <= MAX_ENTITIES


def escape(value: object) -> Html:
    """Escape once: what is ``Html`` already stays as it is."""
    return value if isinstance(value, Html) else Html(html.escape(str(value)))


def join(parts: Iterable[object], separator: str = "") -> Html:
    """Escape every part that is not ``Html`` yet and join them. ``separator`` is ours."""
    return Html(separator.join(escape(part) for part in parts))


def bold(value: object) -> Html:
    """In bold."""
    return Html(f"<b>{escape(value)}</b>")


def link(url: str | None, label: Html) -> Html:
    """``label`` as a link, or as it is when the address is not one that a reader may safely tap."""
    if url is None or not is_safe_url(url):
        return label
    return Html(f'<a href="{html.escape(url)}">{label}</a>')


def is_safe_url(url: str) -> bool:
    """Only http(s) with a host, and none of Telegram's own links that act when they are tapped."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not host or _BLANK.search(url):
        return False
    return not (host in _OWN_HOSTS and _DANGEROUS_PATH.match(parts.path))


def units(text: str) -> int:
    """UTF-16 code units, which is how Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def measure(text: Html) -> Size:
    """The size of markup that was made by this module."""
    return Size(units(unmarked(text)), len(_OPENING_TAG.findall(text)))


def unmarked(text: Html) -> str:
    """The characters of markup that was made by this module."""
    return html.unescape(_TAG.sub("", text))


def cut(text: str, limit: int) -> str:
    """At most ``limit`` UTF-16 units, cut at a space where there is one near, with an ellipsis."""
    if units(text) <= limit:
        return text
    # Half a surrogate pair at the end is dropped by the decoder.
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (limit - 1)].decode("utf-16-le", "ignore")
    space = kept.rfind(" ", limit * 3 // 4)
    return (kept[:space] if space > 0 else kept).rstrip() + ELLIPSIS


def defuse(text: str) -> str:
    """Break what clients would make tappable in a stranger's text: commands, mentions, tags, Telegram's links."""
    return _TAPPABLE.sub(lambda match: match.group() + WORD_JOINER, text)


def disarm(text: str) -> str:
    """Break only the links that act when they are tapped, in a text whose author may link: an editor's alert."""
    return _DANGEROUS_LINK.sub(lambda match: match.group()[:1] + WORD_JOINER + match.group()[1:], text)


def isolate(text: str) -> str:
    """Between FSI and PDI, so that right-to-left text cannot turn its surroundings around."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_DIRECTIONAL_ISOLATE}"


def foreign(text: str, limit: int = 300) -> Html:
    """A stranger's text, ready to stand in a message: one line, cut, defused, isolated, escaped."""
    return escape(isolate(defuse(cut(" ".join(text.split()), limit))))


def foreign_bold(text: str, spans: Iterable[tuple[int, int]], limit: int = 300) -> Html:
    """Like ``foreign`` with the given spans (start, end) of ``text`` in bold; spans beyond the cut are dropped."""
    shown = cut(text, limit)
    end_of_text = len(shown) if shown == text else len(shown) - len(ELLIPSIS)
    pieces: list[object] = [Html(FIRST_STRONG_ISOLATE)]
    position = 0
    for start, end in sorted(spans):
        if start < position or end > end_of_text or start >= end:
            continue
        pieces += [defuse(shown[position:start]), bold(defuse(shown[start:end]))]
        position = end
    return join([*pieces, defuse(shown[position:]), Html(POP_DIRECTIONAL_ISOLATE)])


@dataclass(frozen=True, slots=True)
class Block:
    """Something that is never cut in two. ``heading`` stands before it where a part begins or the heading changes."""

    html: Html
    heading: Html = NOTHING
    mark: int | None = None  # whatever the caller wants to find again, by part


@dataclass(frozen=True, slots=True)
class Part:
    """One message's text, and the marks of the blocks in it."""

    html: Html
    marks: tuple[int, ...] = ()


def pack(
    blocks: Iterable[Block], *, first: Html = NOTHING, last: Html = NOTHING, marks_per_part: int = 64
) -> list[Part]:
    """Lay blocks into as few parts as fit Telegram's limits, in order, repeating the heading in each new part.

    ``first`` opens the first part, ``last`` closes the last one. No block may be larger than a message.
    """
    parts: list[Part] = []
    text, size, marks, heading = first, measure(first), list[int](), NOTHING
    for block in [*blocks, Block(last)] if last else blocks:
        addition = _addition(block, heading, is_opening=not text)
        if text and not ((size + measure(addition)).fits and len(marks) < marks_per_part):
            parts.append(Part(text, tuple(marks)))
            text, size, marks = NOTHING, Size(0, 0), []
            addition = _addition(block, NOTHING, is_opening=True)
        text, size, heading = Html(text + addition), size + measure(addition), block.heading
        marks += [] if block.mark is None else [block.mark]
    return [*parts, Part(text, tuple(marks))] if text else parts


def _addition(block: Block, heading: Html, *, is_opening: bool) -> Html:
    lead = "" if is_opening else "\n"
    if block.heading == heading or not block.heading:
        return Html(f"{lead}{block.html}")
    return Html(f"{lead}{block.heading}\n{block.html}")
