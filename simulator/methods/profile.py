"""How the bot presents itself: name, descriptions, menu of commands."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from simulator.errors import bad_request
from simulator.parameters import Call
from simulator.shapes import Json, me_json
from simulator.state import State

MAX_COMMANDS = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
# Which field each pair of methods is about, and how long it may be.
_TEXTS: Mapping[str, tuple[str, int]] = {
    "Name": ("name", 64),
    "Description": ("description", 512),
    "ShortDescription": ("short_description", 120),
}
_REFUSALS = {
    "name": "bot name is too long",
    "description": "bot description is too long",
    "short_description": "bot short description is too long",
}


def get_me(state: State, _call: Call) -> Json:
    """Who the bot is."""
    return me_json(state.bot)


def done(_state: State, _call: Call) -> bool:
    """Accepted without effect."""
    return True


def set_commands(state: State, call: Call) -> bool:
    """Set the menu of a scope and language."""
    commands = call.json("commands", "bot commands")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    state.commands[_scope(call)] = [_command(shape) for shape in commands]
    state.feed.tell("commands", lambda: {"chat_id": 0})
    return True


def get_commands(state: State, call: Call) -> list[Json]:
    """The menu of a scope and language, exactly as set."""
    return state.commands.get(_scope(call), [])


def delete_commands(state: State, call: Call) -> bool:
    """Remove the menu of a scope and language."""
    state.commands.pop(_scope(call), None)
    return True


def set_text(state: State, call: Call) -> bool:
    """Set the name or a description in one language."""
    name, limit = _TEXTS[call.method.removeprefix("setMy")]
    text = call.text(name)
    if len(text) > limit:
        raise bad_request(_REFUSALS[name])
    state.profile[(name, _language(call))] = text
    return True


def get_text(state: State, call: Call) -> Json:
    """The name or a description in a language, else the general one."""
    name, _ = _TEXTS[call.method.removeprefix("getMy")]
    general = state.profile.get((name, "")) or (state.bot.first_name if name == "name" else "")
    return {name: state.profile.get((name, _language(call))) or general}


def set_menu_button(state: State, call: Call) -> bool:
    """Set the button beside the input field."""
    button = call.json("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in {"commands", "web_app", "default"}:
        raise bad_request("can't parse menu button: unsupported type")
    state.menu_button = button
    return True


def get_menu_button(state: State, _call: Call) -> Json:
    """The button beside the input field."""
    return state.menu_button


def _language(call: Call) -> str:
    language = call.text("language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _scope(call: Call) -> tuple[str, str]:
    scope = call.json("scope", "bot command scope")
    if scope is None:
        scope = {"type": "default"}
    if not isinstance(scope, dict) or "type" not in scope:
        raise bad_request("can't parse BotCommandScope: Can't find field \"type\"")
    return json.dumps(scope, sort_keys=True), _language(call)


def _command(shape: Any) -> Json:
    if not isinstance(shape, dict):
        raise bad_request("expected an Object as BotCommand")
    command = str(shape.get("command", "")).removeprefix("/")
    description = str(shape.get("description", ""))
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 0 < len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}
