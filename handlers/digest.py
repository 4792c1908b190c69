"""The digest on demand, the first digest, and the newest headlines."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from handlers.countries import split_names, unknown_countries
from handlers.keyboards import Latest, Open, button
from handlers.render import render_digest
from handlers.render_lists import PAGE_SIZE, render_latest
from handlers.talk import Talk
from news.digests import compose_digest
from news.model import Message, Preferences, Subscriber

ONE_DAY = timedelta(days=1)
LONGEST = timedelta(days=30)
_SPAN = re.compile(r"(?:^|\s)(\d{1,3})\s?([hdw])(?=\s|$)", re.IGNORECASE)
_UNITS = {"h": timedelta(hours=1), "d": ONE_DAY, "w": timedelta(weeks=1)}


def parse_span(text: str, usual: timedelta = ONE_DAY) -> tuple[str, timedelta]:
    """``kz 3d`` → the rest and the span of time (hours, days, weeks; ``usual`` when none is named, 30 days at most)."""
    match = _SPAN.search(text)
    if match is None:
        return text.strip(), usual
    span = int(match.group(1)) * _UNITS[match.group(2).lower()]
    return (text[: match.start()] + text[match.end() :]).strip(), min(max(span, timedelta(hours=1)), LONGEST)


async def digest(talk: Talk) -> None:
    """A digest now: of the reader's countries or those named, of a day or the span named."""
    names, span = parse_span(talk.arguments if talk.query is None else "")
    preferences = talk.preferences
    if names:
        named = split_names(names, talk.services.gazetteer)
        if named.unknown:
            await talk.say(unknown_countries(named.unknown, talk.services.gazetteer, talk.texts))
        preferences = replace(preferences, countries=tuple(named.found))
        if not named.found:
            return
    if not preferences.countries:
        choose = (button(talk.texts.plain("button.countries"), Open("countries")),)
        await talk.say(Message(talk.texts("digest.no_countries"), (choose,)))
        return
    await send_digest(talk, preferences, span)


async def first_digest(talk: Talk, reader: Subscriber) -> None:
    """Right after the first minutes: the last day, so that the first scheduled one continues from here."""
    until = talk.now
    await send_digest(talk, reader.preferences, ONE_DAY)
    await talk.services.storage.subscribers.set_last_until(reader.id, until)


async def send_digest(talk: Talk, preferences: Preferences, span: timedelta) -> None:
    """Compose and send the digest of the span that ends now."""
    storage, now = talk.services.storage, talk.now
    mutes = await storage.subscribers.list_mutes(talk.subscriber.id) if talk.subscriber else ()
    composed = await compose_digest(
        storage,
        preferences,
        since=now - span,
        until=now,
        local_date=now.astimezone(ZoneInfo(preferences.zone)).date(),
        mutes=mutes,
    )
    await talk.say(*render_digest(composed, preferences, talk.texts, now=now))


async def latest(talk: Talk) -> None:
    """The newest headlines of the countries named, or of the reader's."""
    named = split_names(talk.arguments, talk.services.gazetteer)
    if named.unknown:
        await talk.say(unknown_countries(named.unknown, talk.services.gazetteer, talk.texts))
        if not named.found:
            return
    await _show_latest(talk, Latest(0, tuple(named.found)[:20]))


async def on_latest(talk: Talk, tap: Latest) -> None:
    """Another page, or the list behind a country's button: a first page comes below, further pages replace."""
    await _show_latest(talk, tap)


async def _show_latest(talk: Talk, tap: Latest) -> None:
    is_own = not tap.countries
    countries = tap.countries or talk.preferences.countries
    page = await talk.services.storage.headlines.latest(
        countries, languages=talk.preferences.content_languages, limit=PAGE_SIZE, offset=tap.offset
    )
    message = render_latest(page, countries, talk.preferences, talk.texts, now=talk.now, is_own=is_own)
    await (talk.edit(message) if talk.is_turning_page else talk.say(message))
