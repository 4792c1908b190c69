"""What each method may be asked with: names and readers of parameters.

Telegram ignores a misspelt parameter silently; the simulator refuses it by name. The tests compare the table
with aiogram's models of the Bot API.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.errors import bad_request

_SEND = (
    "chat_id business_connection_id message_thread_id direct_messages_topic_id disable_notification "
    "protect_content allow_paid_broadcast message_effect_id suggested_post_parameters reply_parameters "
    "reply_markup ephemeral_message_parameters receiver_user_id callback_query_id "
    "allow_sending_without_reply reply_to_message_id"
)
_CAPTION = "caption parse_mode caption_entities"
_EDIT = "business_connection_id chat_id message_id inline_message_id reply_markup"

_NAMES: Mapping[str, str] = {
    "getMe": "",
    "getUpdates": "offset limit timeout allowed_updates",
    "setWebhook": "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
    "deleteWebhook": "drop_pending_updates",
    "getWebhookInfo": "",
    "logOut": "",
    "close": "",
    "sendMessage": f"{_SEND} text parse_mode entities link_preview_options disable_web_page_preview",
    "sendPhoto": f"{_SEND} {_CAPTION} photo show_caption_above_media has_spoiler",
    "sendDocument": f"{_SEND} {_CAPTION} document thumbnail disable_content_type_detection",
    "editMessageText": f"{_EDIT} text parse_mode entities link_preview_options rich_message disable_web_page_preview",
    "editMessageCaption": f"{_EDIT} {_CAPTION} show_caption_above_media",
    "editMessageReplyMarkup": _EDIT,
    "deleteMessage": "chat_id message_id",
    "deleteMessages": "chat_id message_ids",
    "sendChatAction": "chat_id action business_connection_id message_thread_id",
    "answerCallbackQuery": "callback_query_id text show_alert url cache_time",
    "answerInlineQuery": (
        "inline_query_id results cache_time is_personal next_offset button switch_pm_parameter switch_pm_text"
    ),
    "setMyCommands": "commands scope language_code",
    "getMyCommands": "scope language_code",
    "deleteMyCommands": "scope language_code",
    "setMyName": "name language_code",
    "getMyName": "language_code",
    "setMyDescription": "description language_code",
    "getMyDescription": "language_code",
    "setMyShortDescription": "short_description language_code",
    "getMyShortDescription": "language_code",
    "setChatMenuButton": "chat_id menu_button",
    "getChatMenuButton": "chat_id",
    "getChat": "chat_id",
    "getChatMember": "chat_id user_id",
    "getChatAdministrators": "chat_id return_bots",
    "getChatMemberCount": "chat_id",
    "leaveChat": "chat_id",
    "getFile": "file_id",
    "setMessageReaction": "chat_id message_id reaction is_big",
    "pinChatMessage": "chat_id message_id business_connection_id disable_notification",
    "unpinChatMessage": "chat_id business_connection_id message_id",
}
METHODS: Mapping[str, frozenset[str]] = {method: frozenset(names.split()) for method, names in _NAMES.items()}
# Telegram takes method names in any case.
METHOD_BY_LOWER_NAME: Mapping[str, str] = {method.lower(): method for method in METHODS}

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_MAX_ID = 2**52  # the Bot API promises ids of at most 52 significant bits


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent with a request."""

    name: str
    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its method, its parameters as sent, its files, and when it came (seconds since the epoch)."""

    method: str
    fields: Mapping[str, Any]
    files: Mapping[str, Upload]
    now: float

    def check_names(self) -> None:
        """Refuse parameters that the method does not have (the simulator's own strictness)."""
        attached = set(_attachments(self.fields))
        for name in (*self.fields, *self.files):
            if name not in METHODS[self.method] and name not in attached:
                raise bad_request(
                    f'unknown parameter "{name[:64]}" of {self.method} (refused by the simulator)'
                )

    def text(self, name: str) -> str:
        """A string, "" when absent."""
        value = self.fields.get(name, "")
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, str) else json.dumps(value)

    def flag(self, name: str) -> bool:
        """A boolean, False when absent."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def integer(self, name: str, default: int = 0) -> int:
        """An integer; like Telegram, anything unreadable counts as the default."""
        value = self.text(name).strip()
        return int(value) if _INTEGER.fullmatch(value) else default

    def json(self, name: str, what: str) -> Any:
        """A JSON value, sent as a string or as itself; None when absent."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {what} JSON object") from error

    def chat_id(self, name: str = "chat_id") -> int | str:
        """A numeric chat id, or "@name" of a public one.

        Raises:
            ApiError: the id is empty or neither a number nor a name.
        """
        value = self.text(name).strip()
        if not value:
            raise bad_request(f"{name} is empty")
        if value.startswith("@"):
            return value[1:].lower()
        if not _INTEGER.fullmatch(value) or abs(int(value)) > _MAX_ID:
            raise bad_request("chat not found")
        return int(value)

    def upload(self, name: str) -> Upload | str:
        """The file of a parameter: sent with the request, or an id or address of one already known."""
        value = self.text(name)
        sent = self.files.get(value.removeprefix("attach://") if value.startswith("attach://") else name)
        return sent or value


def _attachments(fields: Mapping[str, Any]) -> list[str]:
    values = (value for value in fields.values() if isinstance(value, str))
    return [value.removeprefix("attach://") for value in values if value.startswith("attach://")]
