"""The Bot API's JSON of people, chats, messages and updates."""

from __future__ import annotations

from typing import Any

from simulator.entities import Entity
from simulator.files import StoredFile
from simulator.world import ADMINISTRATORS, Chat, ChatKind, Message, Standing, User, World

Json = dict[str, Any]

_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
_BOT_ABILITIES = {
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
    "can_connect_to_business": False,
    "has_main_web_app": False,
}


def user_json(user: User) -> Json:
    """A ``User`` as messages carry it."""
    shape: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    for name in ("last_name", "username", "language_code"):
        if value := getattr(user, name):
            shape[name] = value
    return shape


def me_json(bot: User) -> Json:
    """The ``User`` that getMe answers."""
    return user_json(bot) | _BOT_ABILITIES


def chat_json(chat: Chat) -> Json:
    """A ``Chat`` as messages carry it."""
    shape: Json = {"id": chat.id, "type": chat.kind.value}
    if chat.person is not None:
        person = user_json(chat.person)
        return shape | {
            name: person[name] for name in ("first_name", "last_name", "username") if name in person
        }
    shape["title"] = chat.title
    if chat.username:
        shape["username"] = chat.username
    if chat.is_forum:
        shape["is_forum"] = True
    return shape


def full_chat_json(chat: Chat) -> Json:
    """A ``ChatFullInfo``: what getChat answers."""
    gifts = dict.fromkeys(("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription"), True)
    shape = chat_json(chat) | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": gifts | {"gifts_from_channels": True},
    }
    if chat.kind in {ChatKind.GROUP, ChatKind.SUPERGROUP}:
        shape["permissions"] = {"can_send_messages": True}
    return shape


def member_json(user: User, standing: Standing, kind: ChatKind = ChatKind.SUPERGROUP) -> Json:
    """A ``ChatMember`` of the class that its status asks for."""
    shape: Json = {"user": user_json(user), "status": standing.value}
    if standing in ADMINISTRATORS:
        shape["is_anonymous"] = False
    if standing is Standing.ADMINISTRATOR:
        shape |= {"can_be_edited": False} | dict.fromkeys(_RIGHTS, True)
        if kind is ChatKind.CHANNEL:
            shape |= {"can_post_messages": True, "can_edit_messages": True}
    if standing is Standing.KICKED:
        shape["until_date"] = 0
    return shape


def entity_json(entity: Entity, world: World) -> Json | None:
    """A ``MessageEntity``; None for a mention of somebody whom the bot cannot know."""
    shape: Json = {"type": entity.kind, "offset": entity.offset, "length": entity.length}
    match entity.kind:
        case "text_link":
            shape["url"] = entity.argument
        case "custom_emoji":
            shape["custom_emoji_id"] = entity.argument
        case "pre" if entity.argument:
            shape["language"] = entity.argument
        case "date_time":
            unix, _, form = entity.argument.partition("|")
            shape |= {"unix_time": int(unix)} | ({"date_time_format": form} if form else {})
        case "text_mention":
            user = world.find_user(int(entity.argument))
            if user is None:
                return None
            shape["user"] = user_json(user)
    return shape


def message_json(message: Message, world: World, *, with_reply: bool = True) -> Json:
    """A ``Message``, with the message that it answers one level deep."""
    shape: Json = {"message_id": message.message_id, "date": message.date, "chat": chat_json(message.chat)}
    if message.chat.kind is ChatKind.CHANNEL:
        shape["sender_chat"] = shape["chat"]
    elif message.sender is not None:
        shape["from"] = user_json(message.sender)
    if message.edit_date is not None:
        shape["edit_date"] = message.edit_date
    if message.thread_id is not None:
        shape |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    if with_reply and message.reply_to is not None:
        shape["reply_to_message"] = message_json(message.reply_to, world, with_reply=False)
    if message.keyboard and "inline_keyboard" in message.keyboard:
        shape["reply_markup"] = message.keyboard
    return shape | _content_json(message, world) | dict(message.service)


def _content_json(message: Message, world: World) -> Json:
    shapes = [entity_json(entity, world) for entity in message.entities]
    found = [shape for shape in shapes if shape]
    if message.file is None:
        shape: Json = {"text": message.text} if message.text else {}
        return shape | ({"entities": found} if found else {})
    shape = (
        {"photo": [photo_json(message.file)]}
        if message.is_photo
        else {"document": document_json(message.file)}
    )
    if message.text:
        shape["caption"] = message.text
    return shape | ({"caption_entities": found} if found else {})


def photo_json(file: StoredFile) -> Json:
    """A ``PhotoSize``."""
    return _file_ids(file) | {"width": file.width, "height": file.height}


def document_json(file: StoredFile) -> Json:
    """A ``Document``."""
    return _file_ids(file) | {"file_name": file.name, "mime_type": file.content_type}


def file_json(file: StoredFile) -> Json:
    """A ``File``: what getFile answers."""
    return _file_ids(file) | {"file_path": file.path}


def _file_ids(file: StoredFile) -> Json:
    return {"file_id": file.file_id, "file_unique_id": file.file_id[-16:], "file_size": len(file.body)}
