"""The referee: Telegram's own parser, offline, from the development-only package ``tdjson``."""

from __future__ import annotations

import json
from typing import Any

import tdjson

KINDS = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
}

Parsed = tuple[str, list[tuple[str, int, int, str]]]


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(tdjson.td_execute(json.dumps(request).encode()))
    return answer


_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def parse(markup: str) -> Parsed | str:
    """Text and (kind, offset, length, argument) of entities, or Telegram's complaint."""
    mode = {"@type": "textParseModeHTML"}
    answer = _execute({"@type": "parseTextEntities", "text": markup, "parse_mode": mode})
    if answer["@type"] == "error":
        return str(answer["message"]).removeprefix("Can't parse entities: ")
    return answer["text"], [_entity(entity) for entity in answer["entities"]]


def _entity(entity: dict[str, Any]) -> tuple[str, int, int, str]:
    kind = entity["type"]
    names = ("url", "language", "custom_emoji_id", "user_id", "unix_time")
    argument = next((str(kind[name]) for name in names if kind.get(name)), "")
    return KINDS[kind["@type"].removeprefix("textEntityType")], entity["offset"], entity["length"], argument
