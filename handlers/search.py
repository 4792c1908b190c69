"""Search, more like this, and inline mode."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)
from telegram import Message as TelegramMessage
from telegram.constants import ParseMode
from telegram.ext import ExtBot

from handlers.keyboards import More, Open, Search, StaleTapError, button, decode
from handlers.markup import cut, foreign, join, link
from handlers.render_lists import MAX_QUERY, PAGE_SIZE, render_found, render_similar
from handlers.services import Services
from handlers.talk import NO_PREVIEW, Talk, guessed_preferences
from handlers.texts import Texts
from handlers.texts.lookup import flags
from news.errors import UnknownHeadlineError
from news.finding import find, more_like
from news.model import Chat, Found, Message
from news.query import parse_query

_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_ID = re.compile(r"#?(\d{1,18})", re.ASCII)
_LISTED = re.compile(r"≈ (\d{1,3})", re.ASCII)
_INLINE_RESULTS = 20
_INLINE_CACHE_S = 30
_MAX_PAGE_OFFSET = 1000


async def search(talk: Talk) -> None:
    """Search for what follows the command."""
    if not talk.arguments:
        way_out = (button(talk.texts.plain("button.latest"), Open("latest")),)
        await talk.say(Message(talk.texts("search.how"), (way_out,)))
        return
    await talk.say(await _found(talk, Search(0, clean_query(talk.arguments))), is_reply=True)


async def on_search(talk: Talk, tap: Search) -> None:
    """Another page, or another way to ask."""
    text = tap.text or asked_in(talk)
    if not text:
        await talk.notice("search.lost")
        return
    message = await _found(talk, Search(min(tap.offset, _MAX_PAGE_OFFSET), text))
    await talk.edit(message)


async def _found(talk: Talk, asked: Search) -> Message:
    services = talk.services
    page = await find(
        services.storage,
        services.gazetteer,
        asked.text,
        now=talk.now,
        languages=talk.preferences.content_languages,
        limit=PAGE_SIZE,
        offset=asked.offset,
    )
    query = parse_query(services.gazetteer, asked.text)
    return render_found(page, query, asked.text, talk.preferences, talk.texts, now=talk.now)


def clean_query(text: str) -> str:
    """One line, not endless."""
    return " ".join(text.split())[:MAX_QUERY]


def asked_in(talk: Talk) -> str:
    """The search that a list of results answers: the message it replies to, without its command."""
    answered = talk.message.reply_to_message if talk.message else None
    text = (answered.text or "") if answered else ""
    return clean_query(text.partition(" ")[2] if text.startswith("/") else text)


async def more(talk: Talk) -> None:
    """More like the message replied to, or the headline number, link or text that follows the command."""
    number = _ID.fullmatch(talk.arguments)
    answered = talk.message.reply_to_message if talk.message else None
    listed = listed_headlines(answered)
    if listed and (not talk.arguments or number):
        # "/more 3" in answer to a list means its third entry.
        headline_id = listed.get(int(number.group(1))) if number else None
        await (_say_similar(talk, headline_id=headline_id, listed=answered) if headline_id else _how(talk))
        return
    text = talk.arguments or _replied_text(talk)
    url = _URL.search(text)
    if not text:
        await _how(talk)
    elif number:
        await _say_similar(talk, headline_id=int(number.group(1)))
    elif url:
        await _say_similar(talk, url=url.group())
    else:
        await _say_similar(talk, text=text[:1000])


async def _how(talk: Talk) -> None:
    await talk.say(Message(talk.texts("more.how")))


def listed_headlines(message: TelegramMessage | None) -> dict[int, int]:
    """Number → headline id of a list of ours, by the ``≈ n`` buttons under it."""
    listed: dict[int, int] = {}
    keyboard = message.reply_markup if message else None
    for one in (one for row in keyboard.inline_keyboard for one in row) if keyboard else ():
        label = _LISTED.fullmatch(one.text)
        with suppress(StaleTapError):
            tap = decode(str(one.callback_data))
            if label and isinstance(tap, More):
                listed[int(label.group(1))] = tap.headline_id
    return listed


async def on_more(talk: Talk, tap: More) -> None:
    """``≈ n``: below the list, which stays; what stands in the list has been seen."""
    await _say_similar(talk, headline_id=tap.headline_id, listed=talk.message)


async def _say_similar(
    talk: Talk,
    *,
    headline_id: int | None = None,
    url: str | None = None,
    text: str | None = None,
    listed: TelegramMessage | None = None,
) -> None:
    services = talk.services
    try:
        similar = await more_like(
            services.storage,
            services.gazetteer,
            headline_id=headline_id,
            url=url,
            text=text,
            now=talk.now,
            languages=talk.preferences.content_languages,
            seen=frozenset(listed_headlines(listed).values()),
            limit=PAGE_SIZE,
        )
    except UnknownHeadlineError:
        latest = (button(talk.texts.plain("button.latest"), Open("latest")),)
        await talk.say(Message(talk.texts("more.unknown"), (latest,)))
        return
    await talk.say(render_similar(similar, talk.preferences, talk.texts, now=talk.now))


async def said(talk: Talk) -> None:
    """Plain words in a private chat: a link asks for more like it, anything else is searched for."""
    if _URL.search(talk.arguments):
        await more(talk)
    else:
        await search(talk)


def _replied_text(talk: Talk) -> str:
    if talk.message is None:
        return ""
    if talk.message.quote:
        return talk.message.quote.text
    answered = talk.message.reply_to_message
    if answered is None:
        return ""
    links = [entity.url for entity in answered.entities if entity.url]
    text = answered.text or answered.caption or ""
    # A message with one link, such as a forwarded headline, is about that link.
    return links[0] if len(links) == 1 else text


async def inline(query: InlineQuery, services: Services, bot: ExtBot[Any]) -> None:
    """Results to share in any chat."""
    reader = await services.storage.subscribers.find(Chat(query.from_user.id))
    preferences = reader.preferences if reader else guessed_preferences(query.from_user.language_code)
    texts = services.texts.of(preferences.language)
    text = clean_query(query.query)
    found: tuple[Found, ...] = ()
    if text:
        page = await find(
            services.storage, services.gazetteer, text, now=services.now(), limit=_INLINE_RESULTS
        )
        found = page.found
    label = texts.plain("inline.nothing" if text and not found else "inline.start")
    await bot.answer_inline_query(
        query.id,
        [inline_result(one, texts) for one in found],
        cache_time=_INLINE_CACHE_S,
        is_personal=True,
        button=InlineQueryResultsButton(label, start_parameter="inline"),
    )


def inline_result(found: Found, texts: Texts) -> InlineQueryResultArticle:
    """One headline to share: its title as the link, then source and countries."""
    headline = found.headline
    title = link(headline.url, foreign(headline.title))
    facts = " · ".join(part for part in (headline.source_name, flags(headline.countries[:4])) if part)
    return InlineQueryResultArticle(
        id=str(headline.id),
        title=cut(headline.title, 120),
        description=facts,
        input_message_content=InputTextMessageContent(
            join([title, texts("inline.via", source=foreign(headline.source_name, 60))], "\n"),
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
        ),
    )
