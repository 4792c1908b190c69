"""What a chat can ask, as literal tables: commands, buttons' taps, places that a button opens. ``register`` wires them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from telegram import BotCommand, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ExtBot,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from handlers import (
    alerts,
    countries,
    digest,
    editors,
    keyboards,
    membership,
    search,
    settings,
    start,
    trends,
    trust,
    watches,
)
from handlers.keyboards import Open, StaleTapError, Tap, button, decode
from handlers.markup import join
from handlers.settings_screens import SCREENS
from handlers.talk import Context, Talk, open_talk
from handlers.texts import LANGUAGES, Texts
from news.model import ChatKind, Message

TalkHandler = Callable[[Talk], Awaitable[None]]
T = TypeVar("T", bound=Tap)


class Access(StrEnum):
    """Who may: everybody, in groups only their administrators, or Jarchi's editors."""

    ALL = "all"
    CHAT_ADMINS = "chat_admins"
    EDITORS = "editors"


@dataclass(frozen=True, slots=True)
class Command:
    """What a command does and who may ask it. Its help text is ``help.<name>`` in every language."""

    answer: TalkHandler
    access: Access = Access.ALL


async def _help(talk: Talk) -> None:
    """Every command that this person may use, with a line each."""
    names = [
        name
        for name, command in COMMANDS.items()
        if command.access is not Access.EDITORS or talk.services.is_editor(talk.user_id)
    ]
    lines = [join([f"/{name} — ", talk.texts(f"help.{name}")]) for name in names]
    await talk.say(Message(join([talk.texts("help.head"), *lines, talk.texts("help.tail")], "\n")))


# In the order of the menu.
COMMANDS: Mapping[str, Command] = {
    "digest": Command(digest.digest),
    "latest": Command(digest.latest),
    "search": Command(search.search),
    "more": Command(search.more),
    "countries": Command(countries.show_countries, Access.CHAT_ADMINS),
    "subscribe": Command(countries.subscribe, Access.CHAT_ADMINS),
    "unsubscribe": Command(countries.unsubscribe, Access.CHAT_ADMINS),
    "watch": Command(watches.watch, Access.CHAT_ADMINS),
    "watches": Command(watches.watches),
    "mute": Command(watches.mute, Access.CHAT_ADMINS),
    "trends": Command(trends.trends),
    "settings": Command(settings.settings, Access.CHAT_ADMINS),
    "start": Command(start.start, Access.CHAT_ADMINS),
    "help": Command(_help),
    "about": Command(trust.about),
    "privacy": Command(trust.privacy),
    "export": Command(trust.export, Access.CHAT_ADMINS),
    "forget": Command(trust.forget, Access.CHAT_ADMINS),
    "alert": Command(alerts.alert, Access.EDITORS),
    "alerts": Command(alerts.alerts, Access.EDITORS),
    "sources": Command(editors.sources, Access.EDITORS),
    "stats": Command(editors.stats, Access.EDITORS),
    "health": Command(editors.health, Access.EDITORS),
    "audit": Command(editors.audit, Access.EDITORS),
    "admins": Command(editors.admins, Access.EDITORS),
    "country": Command(editors.country, Access.EDITORS),
}


async def _close(talk: Talk) -> None:
    await talk.edit(Message(talk.texts("settings.closed")))


# Where an ``Open`` button leads besides the settings screens.
PLACES: Mapping[str, Command] = {
    "digest": Command(digest.digest),
    "latest": Command(digest.latest),
    "help": Command(_help),
    "countries": Command(countries.show_countries, Access.CHAT_ADMINS),
    "stop": Command(countries.stop_all, Access.CHAT_ADMINS),
    "watches": Command(watches.watches),
    "export": Command(trust.export, Access.CHAT_ADMINS),
    "forget": Command(trust.forget, Access.CHAT_ADMINS),
    "close": Command(_close, Access.CHAT_ADMINS),
}


async def _open(talk: Talk, tap: Open) -> None:
    place = PLACES.get(tap.screen)
    if place is not None:
        await (place.answer(talk) if await may(talk, place.access) else refuse(talk, place.access))
    elif tap.screen in SCREENS:
        allowed = await may(talk, Access.CHAT_ADMINS)
        await (settings.on_open_screen(talk, tap.screen) if allowed else refuse(talk, Access.CHAT_ADMINS))
    else:
        await talk.notice("error.stale")


async def _nothing(talk: Talk, _tap: Tap) -> None:
    await talk.answer()


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a tap does and who may."""

    answer: Callable[[Talk, Any], Awaitable[None]]
    access: Access = Access.ALL


CALLBACKS: Mapping[type[Tap], Reaction] = {
    keyboards.Nothing: Reaction(_nothing),
    keyboards.StartCountries: Reaction(start.on_countries, Access.CHAT_ADMINS),
    keyboards.StartHour: Reaction(start.on_hour, Access.CHAT_ADMINS),
    keyboards.StartDone: Reaction(start.on_done, Access.CHAT_ADMINS),
    keyboards.Follow: Reaction(countries.on_follow, Access.CHAT_ADMINS),
    keyboards.Open: Reaction(_open),
    keyboards.Choose: Reaction(settings.on_choose, Access.CHAT_ADMINS),
    keyboards.More: Reaction(search.on_more),
    keyboards.Latest: Reaction(digest.on_latest),
    keyboards.Search: Reaction(search.on_search),
    keyboards.WatchThis: Reaction(watches.on_watch, Access.CHAT_ADMINS),
    keyboards.Unwatch: Reaction(watches.on_unwatch, Access.CHAT_ADMINS),
    keyboards.Unmute: Reaction(watches.on_unmute, Access.CHAT_ADMINS),
    keyboards.Forget: Reaction(trust.on_forget, Access.CHAT_ADMINS),
    keyboards.Alert: Reaction(alerts.on_alert, Access.EDITORS),
    keyboards.AlertCountry: Reaction(alerts.on_alert_country, Access.EDITORS),
    keyboards.SourceTap: Reaction(editors.on_source, Access.EDITORS),
}


async def may(talk: Talk, access: Access) -> bool:
    """Whether this person may."""
    if access is Access.EDITORS:
        return talk.services.is_editor(talk.user_id)
    return access is Access.ALL or await talk.may_change()


async def refuse(talk: Talk, access: Access) -> None:
    """A plain sentence to someone who may not."""
    await talk.notice(f"error.only_{access}", is_loud=True)


def register(application: Application[Any, Context, Any, Any, Any, Any]) -> None:
    """Add every handler. The application must have been built with ``build_context_types``."""
    posts = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST
    for name, command in COMMANDS.items():
        application.add_handler(CommandHandler(name, _on_command(command), filters=posts))
    application.add_handler(CallbackQueryHandler(_on_tap))
    application.add_handler(InlineQueryHandler(_on_inline))
    application.add_handler(ChatMemberHandler(_on_membership, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, _on_migration))
    application.add_handler(
        MessageHandler(
            filters.UpdateType.MESSAGE & filters.COMMAND & filters.ChatType.PRIVATE, _on_unknown_command
        )
    )
    application.add_handler(
        MessageHandler(filters.UpdateType.MESSAGE & filters.TEXT & ~filters.COMMAND, _on_words)
    )


async def publish_menu(bot: ExtBot[Any], texts: Texts) -> None:
    """Tell Telegram the commands and who we are, in every interface language; editors' commands stay out of the menu."""
    for language in LANGUAGES:
        spoken = texts.of(language)
        # No language code: what readers of every language see that we do not speak.
        code = None if language == "en" else language
        await bot.set_my_commands(menu(spoken), language_code=code)
        await bot.set_my_description(spoken.plain("help.head"), language_code=code)
        await bot.set_my_short_description(spoken.plain("about.short"), language_code=code)


def menu(texts: Texts) -> list[BotCommand]:
    """The commands for everybody, with their help in this language."""
    return [
        BotCommand(name, texts.plain(f"help.{name}"))
        for name, command in COMMANDS.items()
        if command.access is not Access.EDITORS
    ]


def _on_command(command: Command) -> Callable[[Update, Context], Coroutine[Any, Any, None]]:
    async def answer(update: Update, context: Context) -> None:
        talk = await open_talk(update, context)
        await (command.answer(talk) if await may(talk, command.access) else refuse(talk, command.access))

    return answer


async def _on_tap(update: Update, context: Context) -> None:
    query = update.callback_query
    if query is None or update.effective_chat is None:  # under a message that was shared by inline mode
        return
    talk = await open_talk(update, context)
    try:
        tap = decode(query.data or "")
        reaction = CALLBACKS[type(tap)]
        await (
            reaction.answer(talk, tap) if await may(talk, reaction.access) else refuse(talk, reaction.access)
        )
    except StaleTapError:
        await talk.notice("error.stale")
    finally:
        await talk.answer()


async def _on_inline(update: Update, context: Context) -> None:
    assert update.inline_query is not None
    await search.inline(update.inline_query, context.services, context.bot)


async def _on_membership(update: Update, context: Context) -> None:
    assert update.my_chat_member is not None
    await membership.on_my_membership(await open_talk(update, context), update.my_chat_member)


async def _on_migration(update: Update, context: Context) -> None:
    assert update.effective_message is not None
    await membership.on_migration(await open_talk(update, context), update.effective_message)


async def _on_unknown_command(update: Update, context: Context) -> None:
    talk = await open_talk(update, context)
    way_out = (button(talk.texts.plain("button.help"), Open("help")),)
    await talk.say(Message(talk.texts("error.unknown_command"), (way_out,)))


async def _on_words(update: Update, context: Context) -> None:
    """Words without a command: an answer to a question of ours, or in a private chat something to search for."""
    talk = await open_talk(update, context)
    alert_id = alerts.alert_of_reply(talk) if talk.services.is_editor(talk.user_id) else None
    if alert_id is not None:
        await alerts.on_alert_answer(talk, alert_id)
    elif settings.is_city_answer(talk):
        allowed = await may(talk, Access.CHAT_ADMINS)
        await (settings.choose_city(talk) if allowed else refuse(talk, Access.CHAT_ADMINS))
    elif talk.kind is ChatKind.PRIVATE:
        await search.said(talk)
