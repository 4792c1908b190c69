"""What the chat page needs to draw itself: who is there, which chats, which commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from simulator.shapes import chat_json, me_json, user_json
from simulator.world import ADMINISTRATORS, PRESENT, Chat, Standing

if TYPE_CHECKING:
    from simulator.simulator import Simulator
    from simulator.state import State


def overview(simulator: Simulator) -> dict[str, Any]:
    """The bot, everybody, and every chat that somebody made or opened, as JSON."""
    state = simulator.state
    people = [
        user_json(person.user) | {"is_blocking": _is_blocking(state, person.chat)}
        for person in simulator.people
    ]
    chats = [_chat(state, chat) for chat in state.world.chats.values() if not chat.is_passing]
    return {
        "bot": me_json(state.bot) | {"description": state.profile.get(("description", ""), "")},
        "people": people,
        "chats": [shape for shape in chats if shape["people"]],
        "commands": _commands(state),
    }


def _is_blocking(state: State, chat: Chat) -> bool:
    return state.world.standing(chat, state.bot.id) is Standing.KICKED


def _chat(state: State, chat: Chat) -> dict[str, Any]:
    people = [user.id for user, _ in state.world.members(chat, PRESENT) if not user.is_bot]
    admins = [user.id for user, _ in state.world.members(chat, ADMINISTRATORS) if not user.is_bot]
    last = next(reversed(chat.stored.values()), None)
    return chat_json(chat) | {
        "people": people,
        "administrators": admins,
        "topics": [{"id": topic_id, "name": name} for topic_id, name in chat.topics.items()],
        "is_open": chat.is_open,
        "moved_to": chat.migrated_to,
        "last": {"text": last.text[:80], "date": last.date, "id": last.message_id} if last else None,
    }


def _commands(state: State) -> list[dict[str, Any]]:
    """Menus of commands with the scope's type and the language they are for."""
    return [
        {"scope": json.loads(scope), "language": language, "commands": commands}
        for (scope, language), commands in state.commands.items()
    ]
