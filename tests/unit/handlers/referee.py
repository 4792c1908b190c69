"""What Telegram makes of a message, by TDLib's own parser, which runs without a login."""

from __future__ import annotations

import json
from dataclasses import dataclass

import tdjson

from news.model import Message

tdjson.td_execute(json.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}).encode())


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text as readers see it, with its entities' types."""

    text: str
    entities: tuple[str, ...]

    @property
    def units(self) -> int:
        return len(self.text.encode("utf-16-le")) // 2


def parse(html: str) -> Parsed:
    """Parse as ``parse_mode=HTML``; raise AssertionError with TDLib's own words when it refuses."""
    request = {"@type": "parseTextEntities", "text": html, "parse_mode": {"@type": "textParseModeHTML"}}
    answer = json.loads(tdjson.td_execute(json.dumps(request).encode()) or b"{}")
    assert answer["@type"] == "formattedText", f"{answer}: {html}"
    return Parsed(answer["text"], tuple(entity["type"]["@type"] for entity in answer["entities"]))


def check(message: Message) -> Parsed:
    """A message that Telegram takes as it is: markup, length, entities, buttons and their data."""
    parsed = parse(message.html)
    assert 0 < parsed.units <= 4096
    assert len(parsed.entities) <= 100
    assert sum(len(row) for row in message.buttons) <= 100
    for row in message.buttons:
        assert 1 <= len(row) <= 8
        for one in row:
            assert one.text.strip()
            assert (one.data is None) != (one.url is None)
            assert one.data is None or 1 <= len(one.data.encode()) <= 64
    return parsed
