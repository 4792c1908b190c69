"""Which keyboards Telegram takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from simulator.errors import bad_request
from simulator.links import LinkRefusedError, normalise_link
from simulator.parameters import Call

MAX_BUTTONS = 100
MAX_A_ROW = 8
MAX_DATA_BYTES = 64
MAX_MARKUP_BYTES = 10_240  # seen by others: beyond about 10 kB "reply markup is too long"
_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_BUTTON_FIELDS = frozenset({"text", "icon_custom_emoji_id", "style", *_ACTIONS})
_MARKUPS = ("inline_keyboard", "keyboard", "remove_keyboard", "force_reply")

Markup = Mapping[str, Any]


def read_markup(call: Call) -> Markup | None:
    """The checked ``reply_markup`` of a call; None without one, or with an empty inline keyboard.

    Raises:
        ApiError: Telegram refuses the keyboard.
    """
    markup = call.json("reply_markup", "reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if not any(name in markup for name in _MARKUPS):
        return None
    rows = _rows(markup, "inline_keyboard")
    if rows:
        checked = [[_check_button(button) for button in row] for row in rows]
        _check_size(checked)
        return {"inline_keyboard": checked}
    _rows(markup, "keyboard")
    return None if "inline_keyboard" in markup else markup


def _rows(markup: Markup, name: str) -> list[list[Any]]:
    rows = markup.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        owner = " of the InlineKeyboardMarkup" if name == "inline_keyboard" else ""
        raise bad_request(f'field "{name}"{owner} must be an Array of Arrays')
    return [row for row in rows if row]


def _check_button(button: Any) -> dict[str, Any]:
    complaint = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(f"{complaint}expected an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request(f'{complaint}Can\'t find field "text"')
    if not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    unknown = sorted(set(button) - _BUTTON_FIELDS)
    if unknown:
        raise bad_request(f'unknown field "{str(unknown[0])[:64]}" of a button (refused by the simulator)')
    if not any(name in button for name in _ACTIONS):
        raise bad_request(f"{complaint}Text buttons are unallowed in the inline keyboard")
    _check_action(button)
    return button


def _check_action(button: Mapping[str, Any]) -> None:
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 0 < len(data.encode("utf-8", "replace")) <= MAX_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button:
        try:
            normalise_link(str(button["url"]))
        except LinkRefusedError as error:
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: {error}") from error


def _check_size(rows: list[list[dict[str, Any]]]) -> None:
    """Refuse what is too much in all; a row of more than eight is the simulator's own strictness."""
    if (
        sum(map(len, rows)) > MAX_BUTTONS
        or len(json.dumps(rows, ensure_ascii=False).encode()) > MAX_MARKUP_BYTES
    ):
        raise bad_request("reply markup is too long")
    if max(map(len, rows)) > MAX_A_ROW:
        raise bad_request(f"more than {MAX_A_ROW} buttons in a row (refused by the simulator)")
