"""Asking about chats and their members."""

from __future__ import annotations

from simulator.errors import bad_request
from simulator.parameters import Call
from simulator.shapes import Json, file_json, full_chat_json, member_json
from simulator.state import State
from simulator.world import ADMINISTRATORS, PRESENT, ChatKind, Standing

_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def get_chat(state: State, call: Call) -> Json:
    """Everything about a chat."""
    return full_chat_json(state.chat(call))


def get_chat_member(state: State, call: Call) -> Json:
    """How somebody stands in a chat."""
    chat = state.chat(call)
    user = state.world.find_user(call.integer("user_id")) or chat.person
    if user is None or user.id != call.integer("user_id"):
        raise bad_request("user not found")
    return member_json(user, state.world.standing(chat, user.id), chat.kind)


def get_chat_administrators(state: State, call: Call) -> list[Json]:
    """The administrators; other bots do not exist here, and the bot itself is listed as Telegram does."""
    chat = state.chat(call)
    if chat.kind is ChatKind.PRIVATE:
        raise bad_request("there are no administrators in the private chat")
    return [
        member_json(user, standing, chat.kind) for user, standing in state.world.members(chat, ADMINISTRATORS)
    ]


def get_chat_member_count(state: State, call: Call) -> int:
    """How many are there, the bot included."""
    return len(state.world.members(state.chat(call), PRESENT))


def leave_chat(state: State, call: Call) -> bool:
    """The bot leaves a group or channel."""
    chat = state.writable_chat(call)
    if chat.kind is ChatKind.PRIVATE:
        raise bad_request("chat member status can't be changed in private chats")
    state.change_standing(chat, state.bot, Standing.LEFT, by=state.bot)
    return True


def send_chat_action(state: State, call: Call) -> bool:
    """Show "typing…" for a while."""
    chat = state.writable_chat(call)
    action = call.text("action").lower()
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    state.feed.tell("action", lambda: {"chat_id": chat.id, "action": action})
    return True


def check_chat(state: State, call: Call) -> bool:
    """Accepted when the chat can be written to, without further effect."""
    state.writable_chat(call)
    return True


def get_file(state: State, call: Call) -> Json:
    """Where a file can be downloaded."""
    found = state.files.find(call.text("file_id"))
    if found is None:
        raise bad_request("invalid file_id")
    return file_json(found)
