"""One exchange with a chat: who asks, where, in which language, and how to answer there.

The only module that sends. Every answer goes into the same chat and forum topic, without link previews.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any

from telegram import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
    Update,
)
from telegram import Chat as TelegramChat
from telegram import Message as TelegramMessage
from telegram.constants import ChatMemberStatus, ChatType, ParseMode
from telegram.error import BadRequest
from telegram.ext import Application, CallbackContext, ContextTypes, ExtBot

from handlers.keyboards import PAGE_MARKS, StaleTapError, Tap, decode
from handlers.services import Services
from handlers.texts import Texts
from handlers.texts.lookup import spoken
from handlers.zones import CITIES, guess_city, guess_countries
from news.model import EVERY_DAY, Button, Chat, ChatKind, Message, Preferences, Subscriber

DEFAULT_HOUR = time(8)
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_RULERS = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})


class BotData:
    """What the application keeps for its handlers."""

    def __init__(self, services: Services) -> None:
        self.services = services


class Context(CallbackContext[ExtBot[Any], dict[Any, Any], dict[Any, Any], BotData]):
    """The context of our handlers."""

    @property
    def services(self) -> Services:
        return self.bot_data.services


def build_context_types(services: Services) -> ContextTypes[Context, dict[Any, Any], dict[Any, Any], BotData]:
    """For ``ApplicationBuilder.context_types``: every handler finds ``services`` in its context."""

    class Bound(BotData):
        def __init__(self) -> None:
            super().__init__(services)

    return ContextTypes(context=Context, bot_data=Bound)


@dataclass(slots=True)
class Talk:
    """One exchange. ``arguments`` is what follows a command; ``message`` is the person's, or the one under a button."""

    services: Services
    application: Application[Any, Any, Any, Any, Any, Any]
    chat: Chat
    kind: ChatKind
    preferences: Preferences
    subscriber: Subscriber | None = None
    user_id: int | None = None
    arguments: str = ""
    message: TelegramMessage | None = None
    query: CallbackQuery | None = None
    is_anonymous_admin: bool = False
    is_answered: bool = field(default=False, init=False)

    @property
    def texts(self) -> Texts:
        return self.services.texts.of(self.preferences.language)

    @property
    def bot(self) -> ExtBot[Any]:
        bot: ExtBot[Any] = self.application.bot
        return bot

    @property
    def now(self) -> datetime:
        return self.services.now()

    async def say(self, *messages: Message, is_reply: bool = False) -> TelegramMessage | None:
        """Send these in order; the last one sent. With ``is_reply`` the first one answers the person's message."""
        sent = None
        for message in messages:
            sent = await self.bot.send_message(
                self.chat.chat_id,
                message.html,
                parse_mode=ParseMode.HTML,
                reply_markup=markup(message.buttons),
                link_preview_options=NO_PREVIEW,
                message_thread_id=self.chat.topic_id or None,
                reply_parameters=self._reply_parameters() if is_reply and sent is None else None,
            )
        return sent

    async def show(self, picture: bytes, caption: Message) -> None:
        """Send a PNG with what it shows in words; only the words where the chat allows no pictures."""
        try:
            await self.bot.send_photo(
                self.chat.chat_id,
                picture,
                caption=caption.html,
                parse_mode=ParseMode.HTML,
                reply_markup=markup(caption.buttons),
                message_thread_id=self.chat.topic_id or None,
            )
        except BadRequest:
            await self.say(caption)

    async def edit(self, message: Message) -> None:
        """Change the message under the tapped button; send a new one where that is not possible any more."""
        if self.query is None or self.message is None:
            await self.say(message)
            return
        try:
            await self.message.edit_text(
                message.html,
                parse_mode=ParseMode.HTML,
                reply_markup=markup(message.buttons),
                link_preview_options=NO_PREVIEW,
            )
        except BadRequest as error:
            if "not modified" not in error.message.lower():
                await self.say(message)

    async def notice(self, key: str, *, is_loud: bool = False, **fields: object) -> None:
        """A short notice over the chat after a tap; a message where there was no tap."""
        if self.query is None:
            await self.say(Message(self.texts(key, **fields)))
            return
        await self.answer(self.texts.plain(key, **fields), is_loud=is_loud)

    async def answer(self, text: str | None = None, *, is_loud: bool = False) -> None:
        """Answer the tap, once: without it the client shows a spinner. Notices are cut at Telegram's 200 characters."""
        if self.query is None or self.is_answered:
            return
        self.is_answered = True
        try:
            await self.query.answer(text[:200] if text else None, show_alert=is_loud)
        except BadRequest:
            # "Query is too old": the tap waited out a restart. What it asked for is done; only the spinner is late.
            return

    async def may_change(self) -> bool:
        """In groups and channels only administrators change what is received."""
        # Whoever writes a channel's post administrates it; whoever taps under it may be any of its readers.
        is_own_post = self.kind is ChatKind.CHANNEL and self.query is None
        if self.kind is ChatKind.PRIVATE or is_own_post or self.is_anonymous_admin:
            return True
        if self.user_id is None:
            return False
        try:
            member = await self.bot.get_chat_member(self.chat.chat_id, self.user_id)
        except BadRequest:  # not a member, or the list of members is closed to us
            return False
        return member.status in _RULERS

    @property
    def is_turning_page(self) -> bool:
        """Whether the tapped button is ‹ or ›: then the list is replaced instead of sent anew."""
        keyboard = self.message.reply_markup if self.message and self.query else None
        if keyboard is None or self.query is None:
            return False
        tapped = [
            one.text
            for row in keyboard.inline_keyboard
            for one in row
            if one.callback_data == self.query.data
        ]
        return any(label in PAGE_MARKS for label in tapped)

    async def save(self, preferences: Preferences) -> Subscriber:
        """Keep what the reader chose."""
        self.preferences = settled(preferences)
        self.subscriber = await self.services.storage.subscribers.save(
            self.chat, self.kind, self.preferences, self.now
        )
        return self.subscriber

    def _reply_parameters(self) -> ReplyParameters | None:
        if self.message is None:
            return None
        return ReplyParameters(self.message.message_id, allow_sending_without_reply=True)


def markup(buttons: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """Our buttons as Telegram's."""
    if not buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(one.text, callback_data=one.data, url=one.url) for one in row]
            for row in buttons
        ]
    )


def taps_under(message: TelegramMessage | None) -> list[Tap]:
    """What the buttons under a message of ours ask for, in reading order."""
    keyboard = message.reply_markup if message else None
    taps = []
    for one in (one for row in keyboard.inline_keyboard for one in row) if keyboard else ():
        with suppress(StaleTapError):
            taps.append(decode(str(one.callback_data)))
    return taps


async def open_talk(update: Update, context: Context) -> Talk:
    """Who asks and where. The update must come from a chat."""
    services, query = context.services, update.callback_query
    message = query.message if query else update.effective_message
    chat = update.effective_chat
    assert chat is not None
    full = message if isinstance(message, TelegramMessage) else None
    place = Chat(chat.id, _topic(full))
    subscriber = await services.storage.subscribers.find(place)
    user = query.from_user if query else update.effective_user
    return Talk(
        services,
        context.application,
        place,
        kind_of(chat, place),
        subscriber.preferences if subscriber else guessed_preferences(user.language_code if user else None),
        subscriber,
        user_id=user.id if user else None,
        arguments=_arguments(full) if query is None else "",
        message=full,
        query=query,
        is_anonymous_admin=_is_anonymous_admin(full, query),
    )


def kind_of(chat: TelegramChat, place: Chat) -> ChatKind:
    """What sort of chat this is to us."""
    if place.topic_id:
        return ChatKind.TOPIC
    return {ChatType.PRIVATE: ChatKind.PRIVATE, ChatType.CHANNEL: ChatKind.CHANNEL}.get(
        ChatType(chat.type), ChatKind.GROUP
    )


def guessed_preferences(language_code: str | None) -> Preferences:
    """For someone we know nothing of but the client's language: no countries yet, the likely clock."""
    language = spoken(language_code)
    return Preferences(language=language, zone=CITIES[guess_city(guess_countries(language))].zone)


def settled(preferences: Preferences) -> Preferences:
    """Preferences that can be kept: no digest on any day without a country, on every day again with one."""
    if not preferences.countries:
        return replace(preferences, weekdays=frozenset())
    return replace(
        preferences,
        weekdays=preferences.weekdays or EVERY_DAY,
        hours=preferences.hours or (DEFAULT_HOUR,),
    )


def _topic(message: TelegramMessage | None) -> int:
    if message is None or not message.is_topic_message:
        return 0
    return message.message_thread_id or 0


def _arguments(message: TelegramMessage | None) -> str:
    text = (message.text or message.caption or "") if message else ""
    if not text.startswith("/"):
        return text.strip()
    return (text.split(None, 1)[1:] or [""])[0].strip()


def _is_anonymous_admin(message: TelegramMessage | None, query: CallbackQuery | None) -> bool:
    # An administrator who writes as the group itself has the group as the sender.
    if message is None or query is not None or message.sender_chat is None:
        return False
    return message.sender_chat.id == message.chat.id
