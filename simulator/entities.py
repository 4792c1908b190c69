"""Formatted stretches of a text, counted in UTF-16 code units as Telegram counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Entities over the same stretch come out in this order (TDLib: get_type_priority).
PRIORITY: Mapping[str, int] = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}


@dataclass(frozen=True, slots=True)
class Entity:
    """A formatted stretch of a text, in UTF-16 code units; ``argument`` is a link, language, id or time."""

    kind: str
    offset: int
    length: int
    argument: str = ""

    @property
    def end(self) -> int:
        """The offset just behind the stretch."""
        return self.offset + self.length


def utf16_length(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def sort_entities(entities: list[Entity]) -> list[Entity]:
    """Outer before inner, earlier before later, as Telegram lists them."""
    return sorted(entities, key=_order)


def _order(entity: Entity) -> tuple[int, int, int]:
    with_language = entity.kind == "pre" and entity.argument != ""
    return entity.offset, -entity.length, PRIORITY.get(entity.kind, 50) - with_language
