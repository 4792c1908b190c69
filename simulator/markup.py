"""Telegram's HTML: from markup to text and entities, with Telegram's own refusals.

Mirrors the behaviour of TDLib's parser; the tests compare with TDLib itself over valid, broken and random
markup. Offsets and lengths of entities are UTF-16 code units, offsets in refusals are UTF-8 bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from simulator.entities import Entity, sort_entities, utf16_length
from simulator.links import ASCII_LOWER, SPACES, LinkRefusedError, linked_user, normalise_link

KIND_OF_TAG: Mapping[str, str] = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]*)|#([0-9]*)|([A-Za-z]*));?")
_PLAIN = re.compile(r"[^<&]+")
_TAG_NAME = re.compile(r"[^ \t\r\n\0\v>]*")
_ATTRIBUTE_NAME = re.compile(r"[^ \t\r\n\0\v=>/\"']*")
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
_QUOTED = {quote: re.compile(rf"[^&\0{quote}]*") for quote in "\"'"}
_SPACE = re.compile(r"[ \t\r\n\v]*")
_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
_MAX_REFERENCE = 10  # longer numeric references are left as they stand
_MAX_UNIX = 2**31 - 1
_MAX_INT64 = 2**63 - 1


class MarkupError(ValueError):
    """Markup that Telegram refuses; the text is what follows "can't parse entities: "."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A start tag that waits for its end tag."""

    tag: str
    argument: str
    offset: int  # UTF-16
    position: int  # number of pieces of text when it opened


def parse_html(markup: str) -> tuple[str, list[Entity]]:
    """Return the text and the entities of ``markup``.

    Raises:
        MarkupError: Telegram refuses this markup; the message is Telegram's.
    """
    return _Parser(markup).parse()


class _Parser:
    """One pass over one markup; ``text`` ends with a NUL so that looking ahead needs no bounds."""

    def __init__(self, markup: str) -> None:
        self.size = len(markup)
        self.text = markup + "\0"
        self.at = 0
        self.pieces: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []
        self.has_surrogate = False

    def parse(self) -> tuple[str, list[Entity]]:
        """Read the whole markup once."""
        while self.at < self.size:
            if plain := _PLAIN.match(self.text, self.at, self.size):
                self.add(plain[0])
                self.at = plain.end()
            elif self.text[self.at] == "&":
                self.add(self.reference() or self.take())
            elif self.text[self.at + 1] == "/":
                self.end_tag()
            else:
                self.start_tag()
        if self.open:
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        if self.has_surrogate:
            raise MarkupError(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        result = "".join(self.pieces)
        kept = [replace(entity, argument="") if entity.kind == "code" else entity for entity in self.entities]
        return result, sort_entities(kept)

    def add(self, piece: str) -> None:
        """Append a piece of text."""
        self.pieces.append(piece)
        self.offset += utf16_length(piece)

    def take(self) -> str:
        """The character here; move behind it."""
        self.at += 1
        return self.text[self.at - 1]

    def byte(self, position: int) -> int:
        """The UTF-8 offset of a character."""
        return len(self.text[:position].encode("utf-8", "surrogatepass"))

    def skip_spaces(self) -> str:
        """Move to the next character that is no space, and return it (NUL at the end)."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at]

    def match(self, pattern: re.Pattern[str]) -> str:
        """What the pattern finds here; move behind it."""
        found = pattern.match(self.text, self.at)
        assert found is not None  # every pattern given here also matches nothing
        self.at = found.end()
        return found[0]

    def reference(self) -> str:
        """Decode a character reference, or return "" and stay where we are."""
        found = _REFERENCE.match(self.text, self.at, self.size)
        assert found is not None  # nothing behind the "&" is a reference without a meaning
        hexadecimal, decimal, name = found.groups()
        if name is not None:
            decoded = _NAMED.get(name, "")
        else:
            code = int(hexadecimal, 16) if hexadecimal else int(decimal or "0")
            is_long = found.end() - found.start() - found[0].endswith(";") >= _MAX_REFERENCE
            decoded = "" if is_long or not 0 < code < 0x10FFFF else chr(code)
        if decoded:
            self.at = found.end()
            self.has_surrogate |= 0xD800 <= ord(decoded) <= 0xDFFF
        return decoded

    def start_tag(self) -> None:
        """Read a start tag with its attributes and open it."""
        begin = self.at
        self.at += 1
        tag = self.match(_TAG_NAME).translate(ASCII_LOWER)
        if self.text[self.at] == "\0":
            raise MarkupError(f"Unclosed start tag at byte offset {self.byte(begin)}")
        if tag not in KIND_OF_TAG:
            raise MarkupError(f'Unsupported start tag "{tag}" at byte offset {self.byte(begin)}')
        argument = ""
        while self.skip_spaces() != ">":
            name, value = self.attribute(tag, begin)
            argument = _argument(tag, name, value, argument)
        self.at += 1
        if tag == "span" and argument != "spoiler":
            raise MarkupError(f'Tag "span" must have class "tg-spoiler" at byte offset {self.byte(begin)}')
        self.open.append(_Open(tag, argument, self.offset, len(self.pieces)))

    def attribute(self, tag: str, begin: int) -> tuple[str, str]:
        """Read one attribute; a bare one has the value ""."""
        name = self.match(_ATTRIBUTE_NAME)
        if not name:
            raise MarkupError(f'Empty attribute name in the tag "{tag}" at byte offset {self.byte(begin)}')
        if self.skip_spaces() == "=":
            self.at += 1
            first = self.skip_spaces()
        elif self.text[self.at] == "\0":
            first = "\0"
        else:
            return name, ""
        if first == "\0":
            raise MarkupError(f'Unclosed start tag "{tag}" at byte offset {self.byte(begin)}')
        value = self.quoted(first) if first in "\"'" else self.name_token()
        if self.text[self.at] == "\0":
            raise MarkupError(f"Unclosed start tag at byte offset {self.byte(begin)}")
        return name, value

    def name_token(self) -> str:
        """Read a value without quotation marks."""
        begin = self.at
        value = self.match(_NAME_TOKEN).translate(ASCII_LOWER)
        if self.text[self.at] not in SPACES and self.text[self.at] != ">":
            raise MarkupError(f"Unexpected end of name token at byte offset {self.byte(begin)}")
        return value

    def quoted(self, quote: str) -> str:
        """Read a value between quotation marks; only a NUL ends it early."""
        self.at += 1
        plain = _QUOTED[quote]
        value = [self.match(plain)]
        while self.text[self.at] == "&":
            value.append(self.reference() or self.take())
            value.append(self.match(plain))
        if self.text[self.at] == quote:
            self.at += 1
        return "".join(value)

    def end_tag(self) -> None:
        """Read an end tag and close what it belongs to."""
        begin = self.at
        if not self.open:
            raise MarkupError(f"Unexpected end tag at byte offset {self.byte(begin)}")
        self.at += 2
        found = self.match(_TAG_NAME).translate(ASCII_LOWER)
        if self.skip_spaces() != ">":
            raise MarkupError(f"Unclosed end tag at byte offset {self.byte(begin)}")
        self.at += 1
        opened = self.open[-1]
        if found and found != opened.tag:
            raise MarkupError(
                f"Unmatched end tag at byte offset {self.byte(begin)}, "
                f'expected "</{opened.tag}>", found "</{found}>"'
            )
        if self.offset > opened.offset:
            self.close(opened)
        self.open.pop()

    def close(self, opened: _Open) -> None:
        """Turn a closed tag into an entity, or into nothing where Telegram shows plain text."""
        entity = Entity(KIND_OF_TAG[opened.tag], opened.offset, self.offset - opened.offset, opened.argument)
        match opened.tag:
            case "a":
                target = opened.argument or "".join(self.pieces[opened.position :])
                self.entities += _link(entity, target)
            case "pre" | "code":
                self.close_code(entity)
            case "blockquote":
                kind = "expandable_blockquote" if opened.argument else "blockquote"
                self.entities.append(replace(entity, kind=kind, argument=""))
            case "span" | "tg-spoiler":
                self.entities.append(replace(entity, argument=""))
            case "tg-emoji":
                self.entities.append(_custom_emoji(entity))
            case "tg-time":
                self.entities += _date_time(entity)
            case _:
                self.entities.append(entity)

    def close_code(self, entity: Entity) -> None:
        """``<pre><code class="language-…">`` in either order is one entity with a language."""
        last = self.entities[-1] if self.entities else None
        if last and (last.offset, last.length) == (entity.offset, entity.length):
            first, second = (last, entity) if entity.kind == "pre" else (entity, last)
            if (first.kind, second.kind, second.argument) == ("code", "pre", "") and first.argument:
                self.entities[-1] = replace(last, kind="pre", argument=first.argument)
                return
        self.entities.append(entity)


def _argument(tag: str, name: str, value: str, before: str) -> str:
    """The tag's argument after one more attribute; unknown attributes change nothing."""
    match tag, name:
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case ("code", "class") if value.startswith("language-"):
            return value.removeprefix("language-")
        case ("span", "class") if value.startswith("tg-"):
            return value.removeprefix("tg-")
        case ("blockquote", "expandable"):
            return "1"
        case ("tg-time", "unix"):
            return value + before[before.find("|") :] if "|" in before else value
        case ("tg-time", "format"):
            return f"{before.partition('|')[0]}|{value}"
        case _:
            return before


def _link(entity: Entity, target: str) -> list[Entity]:
    if (user := linked_user(target)) is not None:
        return [replace(entity, kind="text_mention", argument=str(user))]
    try:
        return [replace(entity, argument=normalise_link(target))]
    except LinkRefusedError:
        return []  # Telegram silently shows such a link as plain text


def _custom_emoji(entity: Entity) -> Entity:
    is_number = re.fullmatch(r"-?[0-9]{1,19}", entity.argument)
    if not is_number or not 0 < abs(int(entity.argument)) <= _MAX_INT64:
        raise MarkupError("Invalid custom emoji identifier specified")
    return entity


def _date_time(entity: Entity) -> list[Entity]:
    unix, _, form = entity.argument.partition("|")
    if not re.fullmatch(r"[0-9]{1,10}", unix) or not 0 < int(unix) <= _MAX_UNIX:
        return []
    if not _TIME_FORMAT.fullmatch(form):
        raise MarkupError("Invalid date format used")
    return [entity]
