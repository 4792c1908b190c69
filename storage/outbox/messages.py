"""Ready messages as JSON in a broadcast's row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from news.model import Button, Message

Messages = Mapping[str, tuple[Message, ...]]


def dump_messages(messages: Messages) -> str:
    """Interface language → parts, as compact JSON."""
    plain = {
        language: [{"html": message.html, "buttons": _plain_buttons(message)} for message in parts]
        for language, parts in messages.items()
    }
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _plain_buttons(message: Message) -> list[list[list[str | None]]]:
    return [[[button.text, button.data, button.url] for button in row] for row in message.buttons]


def load_messages(text: str) -> dict[str, tuple[Message, ...]]:
    """The inverse of ``dump_messages``."""
    plain: dict[str, list[dict[str, Any]]] = json.loads(text)
    return {language: tuple(_message(one) for one in parts) for language, parts in plain.items()}


def _message(plain: dict[str, Any]) -> Message:
    return Message(
        html=plain["html"],
        buttons=tuple(tuple(Button(*button) for button in row) for row in plain["buttons"]),
    )


def parts_for(messages: Messages, language: str) -> tuple[Message, ...]:
    """What a reader with this interface language gets: its own text, else the one for everybody else."""
    return messages.get(language) or messages.get("", ())
