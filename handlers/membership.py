"""Being added, blocked, let back, and moved: what Telegram tells of our own place in a chat."""

from __future__ import annotations

from telegram import ChatMember, ChatMemberUpdated, Message
from telegram.constants import ChatMemberStatus, ChatType

from handlers.start import language_question
from handlers.talk import Talk

_PRESENT = frozenset({ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER})


def is_present(member: ChatMember) -> bool:
    """Whether someone with this membership is in the chat; a restricted member may be either."""
    return member.status in _PRESENT or bool(getattr(member, "is_member", False))


async def on_my_membership(talk: Talk, change: ChatMemberUpdated) -> None:
    """A block pauses and keeps the settings; a return resumes; a new group or channel is greeted."""
    was, is_now = is_present(change.old_chat_member), is_present(change.new_chat_member)
    subscribers = talk.services.storage.subscribers
    if was and not is_now:
        reason = "blocked" if change.chat.type == ChatType.PRIVATE else "removed from the chat"
        await subscribers.pause(talk.chat.chat_id, reason, talk.now)
    elif is_now and not was:
        resumed = await subscribers.resume(talk.chat.chat_id)
        # In a private chat /start follows by itself; elsewhere nobody has said anything yet.
        if not resumed and change.chat.type != ChatType.PRIVATE:
            await talk.say(language_question((), talk.texts))


async def on_migration(talk: Talk, message: Message) -> None:
    """A group became a supergroup: everything moves to the new id. Telegram tells it in both chats."""
    old = message.migrate_from_chat_id or message.chat.id
    new = message.migrate_to_chat_id or message.chat.id
    await talk.services.storage.subscribers.migrate(old, new)
