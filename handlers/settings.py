"""Settings: one message of buttons. A tap opens a screen in its place or sets something at once."""

from __future__ import annotations

from handlers.keyboards import Choose, Open, button
from handlers.markup import foreign
from handlers.settings_screens import SCREENS, main_screen
from handlers.settings_values import APPLY, UnknownValueError
from handlers.talk import Talk, taps_under
from handlers.texts import LANGUAGES
from handlers.texts.dates import utc_offset
from handlers.texts.lookup import catalogue
from handlers.zones import city_name, find_zones
from news.model import Message


async def settings(talk: Talk) -> None:
    """The settings; with words after the command, a search for the reader's city."""
    if talk.arguments and talk.query is None:
        await choose_city(talk)
        return
    await talk.say(main_screen(talk.preferences, talk.texts, talk.now))


async def on_open_screen(talk: Talk, screen: str) -> None:
    """Open a screen: in place on a settings message, below anything else."""
    message = SCREENS[screen](talk.preferences, talk.texts, talk.now)
    await (talk.edit(message) if _is_settings_message(talk) else talk.say(message))


async def on_choose(talk: Talk, tap: Choose) -> None:
    """Set something, then show the screen with it set."""
    apply, screen = APPLY.get(tap.screen), SCREENS.get(tap.screen)
    if apply is None or screen is None:
        await talk.notice("error.stale")
        return
    try:
        changed = apply(talk.preferences, tap.value)
    except UnknownValueError:
        await talk.notice("error.stale")
        return
    await talk.save(changed)
    await talk.edit(screen(talk.preferences, talk.texts, talk.now))


async def choose_city(talk: Talk) -> None:
    """Zones for a city that was typed, as buttons; exactly one is taken at once."""
    zones = find_zones(talk.arguments[:60])
    texts = talk.texts
    if len(zones) == 1:
        await talk.save(APPLY["zone"](talk.preferences, zones[0]))
        await talk.say(main_screen(talk.preferences, texts, talk.now))
        return
    if not zones:
        cities = (button(texts.plain("settings.button.zone"), Open("zone")),)
        await talk.say(Message(texts("settings.zone.unknown", city=foreign(talk.arguments, 60)), (cities,)))
        return
    buttons = tuple(
        (button(f"{city_name(zone, texts.language)} ({utc_offset(zone, talk.now)})", Choose("zone", zone)),)
        for zone in zones
    )
    await talk.say(Message(texts("settings.zone.which"), buttons))


def is_city_answer(talk: Talk) -> bool:
    """Whether this message answers our question for a city, in whichever language it was asked."""
    answered = talk.message.reply_to_message if talk.message else None
    question = (answered.text or "") if answered else ""
    return any(question.startswith(str(catalogue(language)["settings.zone.ask"])) for language in LANGUAGES)


def _is_settings_message(talk: Talk) -> bool:
    # A settings message can be told by its buttons: they set something, or close it.
    return any(isinstance(tap, Choose) or tap == Open("close") for tap in taps_under(talk.message))
