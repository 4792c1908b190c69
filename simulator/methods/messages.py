"""Sending, editing and deleting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.errors import NOT_MODIFIED, bad_request
from simulator.files import MAX_PHOTO_BYTES, StoredFile
from simulator.formatting import MAX_CAPTION, FormattedText, format_text
from simulator.given import given_entities
from simulator.keyboards import read_markup
from simulator.parameters import Call
from simulator.shapes import Json, message_json
from simulator.state import State
from simulator.world import ADMINISTRATORS, Chat, ChatKind, Message

MAX_DELETED_AT_ONCE = 100
GENERAL_TOPIC = 1
DELETABLE_S = 48 * 3600  # Bot API: younger messages only, except for administrators


def send_message(state: State, call: Call) -> Json:
    """Accept a text."""
    formatted = _text(call)
    if not formatted.text:
        raise bad_request("text must be non-empty")
    return _send(state, call, formatted)


def send_photo(state: State, call: Call) -> Json:
    """Accept a picture; PNG and JPEG are understood."""
    formatted = _caption(call)
    photo = _file(state, call, "photo")
    if not photo.width:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if len(photo.body) > MAX_PHOTO_BYTES:
        raise bad_request("file is too big for a photo")
    return _send(state, call, formatted, file=photo, is_photo=True)


def send_document(state: State, call: Call) -> Json:
    """Accept a file of any kind."""
    return _send(state, call, _caption(call), file=_file(state, call, "document"))


def edit_text(state: State, call: Call) -> Json:
    """Replace a text and its keyboard."""
    formatted = _text(call)
    if not formatted.text:
        raise bad_request("text must be non-empty")
    message = _message_to_edit(state, call)
    if message.file is not None:
        raise bad_request("there is no text in the message to edit")
    return _edit(state, call, message, formatted)


def edit_caption(state: State, call: Call) -> Json:
    """Replace a caption and the keyboard."""
    message = _message_to_edit(state, call)
    if message.file is None:
        raise bad_request("there is no caption in the message to edit")
    return _edit(state, call, message, _caption(call))


def edit_reply_markup(state: State, call: Call) -> Json:
    """Replace the keyboard only."""
    message = _message_to_edit(state, call)
    return _edit(state, call, message, FormattedText(message.text, tuple(message.entities)))


def delete_message(state: State, call: Call) -> bool:
    """Delete one message."""
    chat = state.writable_chat(call)
    message = chat.stored.get(call.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    _delete(state, call, message)
    return True


def delete_messages(state: State, call: Call) -> bool:
    """Delete many; those that are not there are skipped, as Telegram does."""
    chat = state.writable_chat(call)
    ids = call.json("message_ids", "message identifiers")
    if not isinstance(ids, list) or not 0 < len(ids) <= MAX_DELETED_AT_ONCE:
        raise bad_request("message identifiers are not specified")
    if not all(isinstance(message_id, int) for message_id in ids):
        raise bad_request("can't parse message identifiers: expected an Array of Numbers")
    for message_id in ids:
        if message := chat.stored.get(message_id):
            _delete(state, call, message)
    return True


def check_message(state: State, call: Call) -> bool:
    """Pin or react: accepted when the message exists, without further effect."""
    chat = state.writable_chat(call)
    if call.integer("message_id") not in chat.stored:
        raise bad_request("message not found")
    return True


def _text(call: Call) -> FormattedText:
    if not call.text("text"):
        raise bad_request("message text is empty")
    return format_text(
        call.text("text"), parse_mode=call.text("parse_mode"), given=given_entities(call, "entities")
    )


def _caption(call: Call) -> FormattedText:
    return format_text(
        call.text("caption"),
        parse_mode=call.text("parse_mode"),
        given=given_entities(call, "caption_entities"),
        limit=MAX_CAPTION,
    )


def _file(state: State, call: Call, name: str) -> StoredFile:
    sent = call.upload(name)
    if not isinstance(sent, str):
        if not sent.body:
            raise bad_request("file must be non-empty")
        return state.files.add(sent.name, sent.body)
    if not sent:
        raise bad_request(f"there is no {name} in the request")
    known = state.files.find(sent)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return known


def _send(
    state: State,
    call: Call,
    formatted: FormattedText,
    *,
    file: StoredFile | None = None,
    is_photo: bool = False,
) -> Json:
    keyboard = read_markup(call)
    chat = state.writable_chat(call)
    message = state.post(
        call,
        chat,
        text=formatted.text,
        entities=formatted.entities,
        keyboard=keyboard,
        thread_id=_thread(call, chat),
        reply_to=_reply_to(call, chat),
        file=file,
        is_photo=is_photo,
    )
    return message_json(message, state.world)


def _thread(call: Call, chat: Chat) -> int | None:
    """The forum topic; Telegram knows the general topic only without a number."""
    thread_id = call.integer("message_thread_id")
    if not thread_id:
        return None
    if thread_id == GENERAL_TOPIC or thread_id not in chat.topics:
        raise bad_request("message thread not found")
    return thread_id


def _reply_to(call: Call, chat: Chat) -> Message | None:
    parameters = call.json("reply_parameters", "reply parameters")
    if parameters is not None and not isinstance(parameters, dict):
        raise bad_request("object expected as reply parameters")
    wanted = (parameters or {}).get("message_id") or call.integer("reply_to_message_id")
    if not wanted:
        return None
    found = chat.stored.get(wanted) if isinstance(wanted, int) else None
    is_optional = (parameters or {}).get("allow_sending_without_reply") or call.flag(
        "allow_sending_without_reply"
    )
    if found is None and not is_optional:
        raise bad_request("message to be replied not found")
    return found


def _message_to_edit(state: State, call: Call) -> Message:
    if call.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = state.writable_chat(call)
    message_id = call.integer("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified")
    message = chat.stored.get(message_id)
    if message is None:
        raise bad_request("message to edit not found")
    if not message.is_from_bot:
        raise bad_request("message can't be edited")
    return message


def _edit(state: State, call: Call, message: Message, formatted: FormattedText) -> Json:
    keyboard = read_markup(call)
    before: Sequence[Any] = (message.text, tuple(message.entities), message.keyboard)
    if before == (formatted.text, formatted.entities, keyboard):
        raise bad_request(NOT_MODIFIED)
    state.pace(call, message.chat)
    message.text, message.entities, message.keyboard = formatted.text, formatted.entities, keyboard
    message.edit_date = int(call.now)
    state.ledger.accept(call.now, call.method, message.chat.id, message.message_id, message.text)
    state.announce("edit", message)
    return message_json(message, state.world)


def _delete(state: State, call: Call, message: Message) -> None:
    standing = state.world.standing(message.chat, state.bot.id)
    is_foreign = not message.is_from_bot and message.chat.kind is not ChatKind.PRIVATE
    if is_foreign and standing not in ADMINISTRATORS:
        raise bad_request("message can't be deleted")
    if standing not in ADMINISTRATORS and call.now - message.date > DELETABLE_S:
        raise bad_request("message can't be deleted for everyone")
    del message.chat.stored[message.message_id]
    state.ledger.accept(call.now, call.method, message.chat.id, message.message_id, "")
    state.announce("delete", message)
