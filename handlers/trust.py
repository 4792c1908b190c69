"""Help, and what a reader may demand: who we are, what we keep, a copy of it, and its end."""

from __future__ import annotations

import json

from telegram import InputFile

from handlers.keyboards import Forget, Open, button
from handlers.markup import join
from handlers.talk import Talk
from news.model import Message


async def about(talk: Talk) -> None:
    """Who this is."""
    count = await talk.services.storage.headlines.count()
    sources = len(await talk.services.storage.sources.list_all())
    await talk.say(Message(join([talk.texts("about.text", n=count, sources=sources), *_contact(talk)], "\n")))


async def privacy(talk: Talk) -> None:
    """What is kept, why, for how long, and how to end it (Telegram's terms for bots, section 4)."""
    buttons = (
        button(talk.texts.plain("button.export"), Open("export")),
        button(talk.texts.plain("button.forget"), Open("forget")),
    )
    await talk.say(Message(join([talk.texts("privacy.text"), *_contact(talk)], "\n"), (buttons,)))


async def export(talk: Talk) -> None:
    """Everything that is stored about this chat, as a JSON file."""
    held = await talk.services.storage.subscribers.export(talk.chat.chat_id)
    content = json.dumps(held, ensure_ascii=False, indent=2).encode()
    await talk.bot.send_document(
        talk.chat.chat_id,
        InputFile(content, filename=f"jarchi-{talk.now:%Y-%m-%d}.json"),
        caption=talk.texts.plain("export.caption"),
        message_thread_id=talk.chat.topic_id or None,
    )


async def forget(talk: Talk) -> None:
    """Ask once more before erasing."""
    buttons = (
        button(talk.texts.plain("button.forget_sure"), Forget(True)),
        button(talk.texts.plain("button.forget_not"), Forget(False)),
    )
    await talk.say(Message(talk.texts("forget.sure"), (buttons,)))


async def on_forget(talk: Talk, tap: Forget) -> None:
    """Erase everything about this chat in one transaction, or keep it."""
    if not tap.is_sure:
        await talk.edit(Message(talk.texts("forget.kept")))
        return
    await talk.services.storage.subscribers.forget(talk.chat.chat_id)
    await talk.edit(Message(talk.texts("forget.done")))


def _contact(talk: Talk) -> list[str]:
    operator = talk.services.operator
    return [talk.texts("about.operator", operator=operator)] if operator else []
