"""Text as strangers wrote it → one clean line: no markup, no invisible or reordering characters, capped.

Nothing here escapes: escaping happens once, when a message is built.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Callable
from itertools import chain

TITLE_LIMIT = 300
SUMMARY_LIMIT = 1_000
GUID_LIMIT = 300
# What one field may weigh before any work is done on it: 20 times the longest summary that we keep.
RAW_LIMIT = 20_000
COMBINING_LIMIT = 4

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:_-]{0,30})(?:[\s/\"'][^<>]*)?>")
# Each of these looks at every character a bounded number of times, whatever the text: no hostile field can stall them.
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_BROKEN_COMMENT = re.compile(r"<!--[^<>]*(?:>|$)")
_DECLARATION = re.compile(r"<!\[CDATA\[|\]\]>|<[!?][^<>]*>")
_SILENT = re.compile(r"<(script|style|iframe|noscript)\b[^<>]*>.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_BREAKING = frozenset(
    [
        "p",
        "br",
        "div",
        "li",
        "ul",
        "ol",
        "tr",
        "td",
        "th",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "blockquote",
        "section",
        "article",
        "img",
        "figure",
        "dt",
        "dd",
    ]
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# Composed letters and visible signs of most headlines: with nothing else in a text there is nothing to clean.
_ORDINARY = re.compile(
    r"[\s\x20-\x7e\xa1-\xac\xae-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a"
    r"\u20ac\u2116\u4e00-\u9fff]*"
)
# Joiners shape Persian, Uyghur and Indic words; every other format character can only hide or reorder text.
_KEPT_FORMAT = frozenset("\u200c\u200d")
# Letters and marks by category that show as nothing: Hangul fillers, Braille blank, Khmer inherent vowels, variation
# selectors, the combining grapheme joiner, Mongolian free variation selectors.
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\ufffc"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
)
_FIRST_BEYOND = 0x1_0000


def _is_hidden(character: str) -> bool:
    """Whether a character shows as nothing or changes how others show."""
    if character in _BLANK or 0xE0100 <= ord(character) <= 0xE01EF:
        return True
    if character.isspace() or character in _KEPT_FORMAT:
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me"}


def _character_class(belongs: Callable[[str], bool]) -> str:
    """The inside of a regular expression's brackets for the characters of the basic plane that belong."""
    runs: list[list[int]] = []
    for point in chain(
        range(0x3400), range(0xA000, 0xAC00), range(0xD7A4, _FIRST_BEYOND)
    ):  # not ideographs, not Hangul
        if belongs(chr(point)):
            if runs and runs[-1][1] == point - 1:
                runs[-1][1] = point
            else:
                runs.append([point, point])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in runs)


_BEYOND = r"\U00010000-\U0010ffff"
_HIDDEN = re.compile(f"[{_character_class(_is_hidden)}]+|[{_BEYOND}]")
_MARKS = _character_class(_is_mark)
_TOO_MANY_MARKS = re.compile(f"([{_MARKS}]{{{COMBINING_LIMIT}}})[{_MARKS}]+")


def _without_hidden(match: re.Match[str]) -> str:
    """Beyond the basic plane (emoji, old scripts) each character is looked at, of the rest only hidden ones come here."""
    found = match[0]
    return found if ord(found[0]) >= _FIRST_BEYOND and not _is_hidden(found) else ""


def clean_text(text: str, limit: int) -> str:
    """Plain text → one NFC line of at most ``limit`` characters, cut at a word with an ellipsis."""
    text = text[:RAW_LIMIT]
    if not _ORDINARY.fullmatch(text):
        text = _HIDDEN.sub(_without_hidden, text)
        # Before NFC, which takes time with the square of a pile of marks.
        text = unicodedata.normalize("NFC", _TOO_MANY_MARKS.sub(r"\1", text))
    return shorten(" ".join(text.split()), limit)


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut after a word where there is one in the last quarter."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ", limit * 3 // 4)
    return (cut[:space] if space > 0 else cut).rstrip(" ,;:–—-\u200c\u200d") + "…"


def strip_markup(text: str) -> str:
    """HTML source → its text. Tags become nothing or, where they break a line, a space; entities are read."""
    text = text[:RAW_LIMIT]
    if "<" in text:
        text = _SILENT.sub(" ", text)
        text = (_COMMENT if "-->" in text else _BROKEN_COMMENT).sub("", text)
        text = _DECLARATION.sub("", text)
        text = _TAG.sub(_space_for_tag, text)
    # Twice: feeds that escape what was already escaped are many, headlines about entities are none.
    for _ in range(2):
        if "&" in text and _ENTITY.search(text):
            text = html.unescape(text)
    return text


def _space_for_tag(match: re.Match[str]) -> str:
    return " " if match[1].lower() in _BREAKING else ""


def clean_html(text: str, limit: int) -> str:
    """HTML source → one clean line of at most ``limit`` characters."""
    return clean_text(strip_markup(text), limit)


def clean_guid(text: str) -> str:
    """An identifier as a key: printable, and hashed when it is longer than ``GUID_LIMIT``."""
    text = clean_text(text, RAW_LIMIT)
    return text if len(text) <= GUID_LIMIT else f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def guid_of(*parts: str) -> str:
    """A stable identifier for what has none of its own."""
    return f"sha256:{hashlib.sha256(chr(31).join(parts).encode()).hexdigest()[:32]}"
