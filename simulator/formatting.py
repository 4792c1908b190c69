"""What Telegram does to a text between the parser and the reader: cleaning, trimming, limits, links it finds.

Rules seen in TDLib's ``fix_formatted_text``; the limits are the Bot API's.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from dataclasses import dataclass, replace

from simulator.entities import Entity, sort_entities, utf16_length
from simulator.errors import bad_request
from simulator.links import LinkRefusedError, normalise_link
from simulator.markup import MarkupError, parse_html

MAX_TEXT = 4096  # UTF-16 code units after parsing
MAX_CAPTION = 1024
MAX_MARKUP = 200_000  # characters with markup; nothing honest comes near
MAX_ENTITIES = 100

_UNWANTED = re.compile(r"[\x00-\x09\x0b-\x1f\u2028-\u202e]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_AUTOMATIC = re.compile(
    r"(?P<url>\bhttps?://[^\s<>\"'«»“”]+[^\s<>\"'«»“”.,:;!?)\]])"
    r"|(?P<email>\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}\b)"
    r"|(?P<bot_command>(?<![\w/@#<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<mention>(?<![\w@/])@[A-Za-z][A-Za-z0-9_]{2,31}\b)"
    r"|(?P<hashtag>(?<![\w#])#\w*[^\W\d]\w*)"
)
_MARKS = "@/#"  # each of the above has one of these
_CODE = frozenset({"pre", "code"})
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})


@dataclass(frozen=True, slots=True)
class FormattedText:
    """A text as the reader sees it, with its entities in Telegram's order."""

    text: str
    entities: tuple[Entity, ...] = ()


# A broadcast sends one text to many chats: the same text is read once.
@functools.lru_cache(maxsize=128)
def format_text(
    text: str, *, parse_mode: str, given: tuple[Entity, ...] = (), limit: int = MAX_TEXT
) -> FormattedText:
    """Parse, clean, trim and limit a text as Telegram does.

    Args:
        text: what the bot sent.
        parse_mode: "" or "HTML" in any case.
        given: entities sent beside the text (only without a parse mode).
        limit: UTF-16 code units allowed after parsing; the caption's limit changes the refusal too.

    Raises:
        ApiError: Telegram refuses the text.
    """
    if len(text) > MAX_MARKUP:
        raise bad_request("message is too long")
    if _SURROGATE.search(text):
        raise bad_request("strings must be encoded in UTF-8")
    entities = list(given)
    if parse_mode.lower() == "html":
        try:
            text, entities = parse_html(text)
        except MarkupError as error:
            raise bad_request(f"can't parse entities: {error}") from error
    elif parse_mode:
        raise bad_request(f"unsupported parse_mode (the simulator knows HTML, not {parse_mode[:20]!r})")
    text, entities = _trim(*_clean(text, entities))
    if utf16_length(text) > limit:
        raise bad_request("message is too long" if limit == MAX_TEXT else "message caption is too long")
    entities = _untangle(entities)
    entities += _find_automatic(text, entities)
    return FormattedText(text, tuple(sort_entities(entities)[:MAX_ENTITIES]))


def _clean(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Control characters become spaces; carriage returns and direction overrides vanish."""
    if not _UNWANTED.search(text):
        return text, entities
    removed_at: list[int] = []
    kept: list[str] = []
    offset = 0
    for character in text:
        if character == "\r" or "\u2028" <= character <= "\u202e":
            removed_at.append(offset)
        else:
            kept.append(" " if character < " " and character != "\n" else character)
        offset += 1 + (character > "\uffff")
    return "".join(kept), [_without(entity, removed_at) for entity in entities]


def _without(entity: Entity, removed_at: list[int]) -> Entity:
    before = bisect_left(removed_at, entity.offset)
    inside = bisect_left(removed_at, entity.end) - before
    return replace(entity, offset=entity.offset - before, length=entity.length - inside)


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Drop space at both ends; at the front only up to the first entity."""
    text = text.rstrip(" \n")
    end = utf16_length(text)
    first = min((entity.offset for entity in entities), default=end)
    dropped = min(len(text) - len(text.lstrip(" \n")), first)
    if not dropped and all(entity.end <= end for entity in entities):
        return text, entities
    moved = (
        replace(entity, offset=entity.offset - dropped, length=min(entity.end, end) - entity.offset)
        for entity in entities
    )
    return text[dropped:], [entity for entity in moved if entity.length > 0]


def _untangle(entities: list[Entity]) -> list[Entity]:
    """Drop what Telegram does not nest: a kind in itself, anything in code, a quotation in a quotation."""
    kept: list[Entity] = []
    around: list[Entity] = []
    for entity in sort_entities(entities):
        around = [outer for outer in around if entity.offset < outer.end]
        kinds = {outer.kind for outer in around}
        is_quote_in_quote = entity.kind in _QUOTES and kinds & _QUOTES
        if entity.kind not in kinds and not is_quote_in_quote and not kinds & _CODE:
            kept.append(entity)
            around.append(entity)
    return kept


def _find_automatic(text: str, entities: list[Entity]) -> list[Entity]:
    """Links, commands, mentions and hashtags that Telegram finds by itself, outside links and code."""
    if not any(mark in text for mark in _MARKS):
        return []  # most headlines: the search below costs more than everything else together
    taken = [entity for entity in entities if entity.kind in {"text_link", "text_mention", "pre", "code"}]
    found: list[Entity] = []
    for match in _AUTOMATIC.finditer(text):
        kind = match.lastgroup or ""
        offset = utf16_length(text[: match.start()])
        entity = Entity(kind, offset, utf16_length(match[0]))
        if any(entity.offset < other.end and other.offset < entity.end for other in taken):
            continue
        if kind != "url" or _is_link(match[0]):
            found.append(entity)
        if len(found) == MAX_ENTITIES:
            break
    return found


def _is_link(link: str) -> bool:
    try:
        normalise_link(link)
    except LinkRefusedError:
        return False
    return True
