"""The first minutes: language, countries, hour, then the first digest at once. Nothing is kept before the last tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from handlers.countries import OFFERED, split_names
from handlers.digest import first_digest
from handlers.keyboards import (
    MAX_COUNTRIES_IN_TAP,
    Open,
    StartCountries,
    StartDone,
    StartHour,
    button,
    rows,
)
from handlers.talk import Talk
from handlers.texts import LANGUAGES, Texts
from handlers.texts.dates import clock, utc_offset
from handlers.texts.lookup import flag, flags, spoken
from handlers.zones import CITIES, guess_city, guess_countries
from news.gazetteer import Gazetteer
from news.model import Message, Preferences

USUAL_HOURS = (7, 8, 9, 18, 21)
_ALL_HOURS_PAGE = 1
_CITIES_PAGE = 2


async def start(talk: Talk) -> None:
    """Greet. Someone who left and returns finds the settings kept."""
    asked = countries_of_payload(talk.arguments, talk.services.gazetteer)
    if talk.subscriber is None or not talk.preferences.countries:
        await talk.say(language_question(asked, talk.texts))
        return
    await talk.services.storage.subscribers.resume(talk.chat.chat_id)
    if asked:
        await talk.save(replace(talk.preferences, countries=_merged(talk.preferences.countries, asked)))
    await talk.say(_welcome_back(talk.preferences, talk.texts))


async def on_countries(talk: Talk, tap: StartCountries) -> None:
    """The language is chosen, or a country was ticked."""
    await talk.edit(countries_question(tap, talk.services.texts.of(tap.language)))


async def on_hour(talk: Talk, tap: StartHour) -> None:
    """Countries are chosen."""
    texts = talk.services.texts.of(tap.language)
    if not tap.chosen:
        await talk.answer(texts.plain("start.no_country"), is_loud=True)
        return
    if tap.zone >= len(CITIES):
        await talk.answer(texts.plain("error.stale"))
        return
    zone = CITIES[tap.zone].zone
    await talk.edit(hour_question(tap, texts, utc_offset(zone, talk.now)))


async def on_done(talk: Talk, tap: StartDone) -> None:
    """Everything is chosen: keep it and send the first digest."""
    if tap.hour > 23 or tap.zone >= len(CITIES) or not tap.chosen:
        await talk.notice("error.stale")
        return
    kept = talk.preferences if talk.subscriber else Preferences(stories_per_country=likely_length(tap.chosen))
    reader = await talk.save(
        replace(
            kept,
            language=spoken(tap.language),
            countries=tap.chosen,
            hours=(time(tap.hour),),
            zone=CITIES[tap.zone].zone,
        )
    )
    await talk.edit(_promise(talk))
    await first_digest(talk, reader)


def likely_length(countries: Sequence[str]) -> int:
    """Stories a country for a reader who has not said: a digest should not be much longer than a phone's screen."""
    return 5 if len(countries) <= 3 else 3


def language_question(chosen: Sequence[str], texts: Texts) -> Message:
    """Which language; ``chosen`` are countries that a link already named."""
    buttons = [
        button(name, StartCountries(code, tuple(chosen or guess_countries(code))[:MAX_COUNTRIES_IN_TAP]))
        for code, name in LANGUAGES.items()
    ]
    return Message(texts("start.welcome"), rows(buttons, 3))


def countries_question(tap: StartCountries, texts: Texts) -> Message:
    """Which countries: flags as toggles, a region that sets five, and Done with the count."""
    offered = list(dict.fromkeys([*OFFERED, *tap.chosen]))
    toggles = [
        button(
            f"{'✓ ' if code in tap.chosen else ''}{texts.flagged(code)}",
            StartCountries(tap.language, _toggled(tap.chosen, code)),
        )
        for code in offered
    ]
    region = StartCountries(tap.language, _merged(OFFERED[:5], tap.chosen)[:MAX_COUNTRIES_IN_TAP])
    done = StartHour(tap.language, 0, guess_city(tap.chosen), tap.chosen)
    last = (
        button(texts.plain("button.central_asia"), region),
        button(texts.plain("button.done", n=len(tap.chosen)), done),
    )
    return Message(texts("start.countries"), (*rows(toggles, 2), last))


def hour_question(tap: StartHour, texts: Texts, offset: str) -> Message:
    """When: the usual hours, all hours, or another city's clock."""
    city = CITIES[tap.zone].name(texts.language)
    if tap.page == _CITIES_PAGE:
        cities = [
            button(one.name(texts.language), StartHour(tap.language, 0, index, tap.chosen))
            for index, one in enumerate(CITIES)
        ]
        return Message(texts("settings.zone.ask"), rows(cities, 3))
    hours = [
        button(clock(time(hour)), StartDone(tap.language, hour, tap.zone, tap.chosen))
        for hour in (range(24) if tap.page == _ALL_HOURS_PAGE else USUAL_HOURS)
    ]
    if tap.page != _ALL_HOURS_PAGE:
        all_hours = StartHour(tap.language, _ALL_HOURS_PAGE, tap.zone, tap.chosen)
        hours.append(button(texts.plain("button.other_hour"), all_hours))
    another = StartHour(tap.language, _CITIES_PAGE, tap.zone, tap.chosen)
    text = texts("start.hour", countries=flags(tap.chosen), city=city, offset=offset)
    return Message(text, (*rows(hours, 6), (button(texts.plain("button.another_city"), another),)))


def countries_of_payload(payload: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """The countries that a deep link names: ``kz-uz``, ``central-asia``, ``kazakhstan``. Unknown parts are passed over."""
    if not payload:
        return ()
    whole = gazetteer.find_country(payload.replace("-", " ").replace("_", " "))
    names = [] if whole else split_names(payload.replace("-", " ").replace("_", " "), gazetteer).found
    return tuple(whole or names)[:MAX_COUNTRIES_IN_TAP]


def _toggled(chosen: tuple[str, ...], code: str) -> tuple[str, ...]:
    if code in chosen:
        return tuple(one for one in chosen if one != code)
    return (*chosen, code)[:MAX_COUNTRIES_IN_TAP]


def _merged(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *second]))


def _welcome_back(preferences: Preferences, texts: Texts) -> Message:
    countries = ", ".join(texts.flagged(code) for code in preferences.countries)
    buttons = (
        button(texts.plain("button.digest_now"), Open("digest")),
        button(texts.plain("button.countries"), Open("countries")),
        button(texts.plain("button.settings"), Open("settings")),
    )
    return Message(texts("start.welcome_back", countries=countries), (buttons,))


def _promise(talk: Talk) -> Message:
    preferences, texts = talk.preferences, talk.texts
    city = next(city.name(texts.language) for city in CITIES if city.zone == preferences.zone)
    text = texts(
        "start.promise",
        countries=" ".join(flag(code) for code in preferences.countries),
        hour=clock(preferences.hours[0]),
        city=city,
        offset=utc_offset(preferences.zone, talk.now),
    )
    return Message(text, ((button(texts.plain("button.settings"), Open("settings")),),))
