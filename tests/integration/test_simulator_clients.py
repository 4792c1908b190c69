"""The real clients, python-telegram-bot and aiogram, against the simulator."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import aiogram
import pytest
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from starlette.types import Receive, Scope, Send
from telegram import (
    Bot,
    BotCommand,
    ChatMemberAdministrator,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)
from telegram.request import HTTPXRequest

from simulator import Person, Simulator
from simulator.serving import listening
from tests.unit.simulator.test_files import PNG

Context = ContextTypes.DEFAULT_TYPE
MENU = InlineKeyboardMarkup([[InlineKeyboardButton("🇰🇿 Kazakhstan", callback_data="c:KZ")]])


async def start(update: Update, _context: Context) -> None:
    assert update.effective_message is not None
    await update.effective_message.reply_html("<b>Welcome</b>", reply_markup=MENU)


async def choose(update: Update, _context: Context) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer("Saved", show_alert=True)
    await update.callback_query.edit_message_text(f"chosen {update.callback_query.data}")


async def find(update: Update, _context: Context) -> None:
    assert update.inline_query is not None
    content = InputTextMessageContent(f"found <b>{update.inline_query.query}</b>", parse_mode="HTML")
    await update.inline_query.answer([InlineQueryResultArticle("1", "One", content)], cache_time=0)


async def repeat(update: Update, _context: Context) -> None:
    assert update.effective_message is not None
    await update.effective_message.reply_text(f"heard {update.effective_message.text}")


def build(simulator: Simulator, url: str) -> Application[Any, Any, Any, Any, Any, Any]:
    """A small bot on the address of a simulator."""
    builder = (
        Application.builder().token(simulator.token).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    )
    application = builder.build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(choose))
    application.add_handler(InlineQueryHandler(find))
    application.add_handler(MessageHandler(filters.TEXT, repeat))
    return application


@contextlib.asynccontextmanager
async def polling(application: Application[Any, Any, Any, Any, Any, Any]) -> AsyncIterator[None]:
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(allowed_updates=Update.ALL_TYPES)
        try:
            yield
        finally:
            await application.updater.stop()
            await application.stop()


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(webhook_retry_delays_s=(0.01,))


@pytest.fixture
async def anna(simulator: Simulator) -> Person:
    return simulator.person("Anna", language="ru")


@pytest.fixture
async def bot(simulator: Simulator, anna: Person) -> AsyncIterator[Bot]:
    """A client that does not poll; Anna has written to it."""
    await anna.say("/start")
    async with simulator.serve() as url, Bot(simulator.token, f"{url}/bot", f"{url}/file/bot") as made:
        yield made


async def test_a_conversation_by_polling(simulator: Simulator, anna: Person) -> None:
    async with simulator.serve() as url, polling(build(simulator, url)):
        await anna.say("/start")
        [welcome] = await simulator.wait_for_messages(anna.chat, 1)
        tap = await anna.tap(welcome, "Kazakhstan")
        await simulator.wait_until(lambda: welcome.text == "chosen c:KZ")

        assert tap.answer == {"text": "Saved", "show_alert": True, "url": ""}
        assert welcome.labels == []
        assert simulator.ledger.copies("sendMessage").total() == 1


async def test_an_inline_search_and_its_result(simulator: Simulator, anna: Person) -> None:
    async with simulator.serve() as url, polling(build(simulator, url)):
        search = await anna.search_inline("oil")
        await simulator.wait_until(lambda: search.results is not None)
        message = await anna.choose(search, "1", anna.chat)

    assert search.options["cache_time"] == 0
    assert message.text == "found oil"
    assert [entity.kind for entity in message.entities] == ["bold"]


async def test_membership_reaches_the_bot(simulator: Simulator, anna: Person) -> None:
    seen: list[tuple[int, str]] = []

    async def note(update: Update, _context: Context) -> None:
        assert update.my_chat_member is not None
        seen.append((update.my_chat_member.chat.id, update.my_chat_member.new_chat_member.status))

    async with simulator.serve() as url:
        application = build(simulator, url)
        application.add_handler(ChatMemberHandler(note, ChatMemberHandler.MY_CHAT_MEMBER), group=1)
        async with polling(application):
            await anna.say("/start")
            await anna.block()
            channel = await anna.make_channel("News")
            await anna.unblock()
            await anna.say("done")
            await simulator.wait_for_messages(anna.chat, 2)

    assert seen == [(anna.id, "kicked"), (channel.id, "administrator"), (anna.id, "member")]


async def test_a_conversation_by_webhook(simulator: Simulator, anna: Person) -> None:
    async with simulator.serve() as url, build(simulator, url) as application:

        async def hook(scope: Scope, receive: Receive, send: Send) -> None:
            assert dict(scope["headers"])[b"x-telegram-bot-api-secret-token"] == b"s3cret"
            body = (await receive())["body"]
            await application.process_update(Update.de_json(json.loads(body), application.bot))
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body"})

        async with listening(hook, host="127.0.0.1", port=0, close=lambda: None) as hook_url:
            await application.bot.set_webhook(hook_url, secret_token="s3cret")
            await anna.say("/start")
            [welcome] = await simulator.wait_for_messages(anna.chat, 1)
            await anna.tap(welcome, "Kazakhstan")
            await simulator.wait_until(lambda: welcome.text == "chosen c:KZ")
            info = await application.bot.get_webhook_info()
            with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
                await application.bot.get_updates()
            await application.bot.delete_webhook(drop_pending_updates=True)

        assert (info.url, info.max_connections) == (hook_url, 40)
        assert await application.bot.get_updates() == ()


async def test_files_go_there_and_back(bot: Bot, anna: Person) -> None:
    document = await bot.send_document(
        anna.id, BytesIO(b"a,b\n1,2"), filename="таблица.csv", caption="<i>table</i>", parse_mode="HTML"
    )
    photo = await bot.send_photo(anna.id, PNG, caption="picture")
    again = await bot.send_photo(anna.id, photo.photo[0].file_id)

    assert document.document is not None
    assert document.document.file_name == "таблица.csv"
    file = await document.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"a,b\n1,2"
    assert (photo.photo[0].width, photo.photo[0].height) == (640, 480)
    assert again.photo[0].file_id == photo.photo[0].file_id


async def test_shapes_that_python_telegram_bot_needs(bot: Bot, anna: Person) -> None:
    forum = await anna.make_supergroup("Forum", is_forum=True)
    await anna.promote_bot(forum)
    topic = await anna.add_topic(forum, "News")

    me = await bot.get_me()
    chat = await bot.get_chat(forum.id)
    itself = await bot.get_chat_member(forum.id, me.id)
    sent = await bot.send_message(forum.id, "x", message_thread_id=topic, disable_notification=True)

    assert (me.is_bot, me.supports_inline_queries) == (True, True)
    assert (chat.title, chat.is_forum, chat.max_reaction_count) == ("Forum", True, 11)
    assert isinstance(itself, ChatMemberAdministrator)
    assert (sent.message_thread_id, sent.is_topic_message) == (topic, True)
    assert await bot.set_my_commands([BotCommand("digest", "the news")])
    assert await bot.get_my_commands() == (BotCommand("digest", "the news"),)
    assert await bot.send_chat_action(anna.id, "typing")
    assert await sent.delete()


async def test_errors_become_the_clients_own_classes(simulator: Simulator, bot: Bot, anna: Person) -> None:
    group = await anna.make_group("Group")
    moved = await anna.migrate(group)
    stranger = simulator.person("Stranger")

    with pytest.raises(ChatMigrated) as migrated:
        await bot.send_message(group.id, "x")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(stranger.id, "x")
    with pytest.raises(BadRequest, match="Can't parse entities"):
        await bot.send_message(anna.id, "<x>", parse_mode="HTML")
    await anna.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(anna.id, "x")
    assert migrated.value.new_chat_id == moved.id


async def test_a_wrong_token_is_told(simulator: Simulator) -> None:
    async with simulator.serve() as url, HTTPXRequest() as request:
        with pytest.raises(InvalidToken):
            await Bot("1:wrong", f"{url}/bot", request=request).get_me()


async def test_a_second_poller_is_told(simulator: Simulator, bot: Bot) -> None:
    simulator.state.updates.clear()
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await simulator.state.updates.bell.until(lambda: simulator.state.updates.is_polled, 5)

    async with Bot(bot.token, bot.base_url.removesuffix(bot.token)) as other:
        assert await other.get_updates(timeout=0) == ()

    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first


async def test_stopping_does_not_wait_for_a_long_poll(simulator: Simulator) -> None:
    async with simulator.serve() as url, Bot(simulator.token, f"{url}/bot") as client:
        polling_task = asyncio.create_task(client.get_updates(timeout=50))
        await simulator.state.updates.bell.until(lambda: simulator.state.updates.is_polled, 5)
        simulator.state.updates.close()

        assert await polling_task == ()


async def test_a_simulator_can_be_served_again(simulator: Simulator, anna: Person) -> None:
    for count in (1, 2):
        async with simulator.serve() as url, polling(build(simulator, url)):
            await anna.say("again")
            await simulator.wait_for_messages(anna.chat, count)


async def test_aiogram_reads_every_answer(simulator: Simulator, anna: Person) -> None:
    await anna.say("/start")
    forum = await anna.make_supergroup("Forum", is_forum=True)
    topic = await anna.add_topic(forum, "News")
    markup = aiogram.types.InlineKeyboardMarkup(
        inline_keyboard=[[aiogram.types.InlineKeyboardButton(text="Yes", callback_data="y")]]
    )
    async with simulator.serve() as url:
        session = AiohttpSession(api=TelegramAPIServer.from_base(url))
        async with aiogram.Bot(simulator.token, session=session) as client:
            me = await client.get_me()
            sent = await client.send_message(anna.id, "<b>x</b>", parse_mode="HTML", reply_markup=markup)
            await anna.tap(anna.chat.bot_messages[0], "Yes")
            edited = await client.edit_message_text("y", chat_id=anna.id, message_id=sent.message_id)
            in_topic = await client.send_message(forum.id, "x", message_thread_id=topic)
            chat = await client.get_chat(forum.id)
            administrators = await client.get_chat_administrators(forum.id)
            info = await client.get_webhook_info()
            updates = await client.get_updates()
            upload = aiogram.types.BufferedInputFile(b"body", "a.txt")
            document = await client.send_document(anna.id, upload, caption="c")

    assert (me.is_bot, sent.entities is not None, edited) == (True, True, edited)
    assert in_topic.message_thread_id == topic
    assert (chat.accent_color_id, chat.max_reaction_count) == (abs(forum.id) % 7, 11)
    assert [member.status for member in administrators] == ["creator"]
    assert info.pending_update_count == len(updates)
    kinds = {update.event_type for update in updates}
    assert kinds == {"message", "my_chat_member", "callback_query"}
    assert document.document is not None
