"""Which countries a chat follows: by name in any language, by code, flag or region, or by toggles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.keyboards import MAX_BUTTONS, Follow, Open, button, rows
from handlers.markup import foreign, join
from handlers.settings_screens import hours_text
from handlers.talk import Talk
from handlers.texts import Texts
from handlers.zones import CITIES, guess_city
from news.gazetteer import Gazetteer
from news.model import Button, Message, Preferences

# What the toggles offer, the region's five first; any other country by its name.
OFFERED = ("KZ", "UZ", "KG", "TJ", "TM", "RU", "CN", "AF", "AZ", "TR", "IR", "MN")
MAX_COUNTRIES = 60  # more would not fit the toggles' keyboard
_MAX_WORDS_IN_NAME = 5
_MAX_UNKNOWN = 5
_SEPARATORS = re.compile(r"[,;\n]+")


@dataclass(frozen=True, slots=True)
class Named:
    """The countries found in what a person typed, and the words that name none."""

    found: list[str]
    unknown: list[str]


def split_names(typed: str, gazetteer: Gazetteer) -> Named:
    """Read ``Kazakhstan, uz 🇰🇬 central asia``: parts at commas, then the longest run of words that names a country."""
    found: list[str] = []
    unknown: list[str] = []
    for part in _SEPARATORS.split(typed[:500]):
        words = _spaced_flags(part).split()
        while words:
            size, codes = _longest_name(words, gazetteer)
            found += codes
            unknown += [] if codes else [words[0]]
            words = words[size:]
    return Named(list(dict.fromkeys(found)), list(dict.fromkeys(unknown))[:_MAX_UNKNOWN])


def _longest_name(words: Sequence[str], gazetteer: Gazetteer) -> tuple[int, list[str]]:
    for size in range(min(_MAX_WORDS_IN_NAME, len(words)), 0, -1):
        codes = gazetteer.find_country(" ".join(words[:size]))
        if codes:
            return size, codes
    return 1, []


def _spaced_flags(text: str) -> str:
    return re.sub("([\U0001f1e6-\U0001f1ff]{2})", r" \1 ", text)


async def subscribe(talk: Talk) -> None:
    """Follow countries; without names, the toggles."""
    if not talk.arguments:
        await show_countries(talk)
        return
    named = split_names(talk.arguments, talk.services.gazetteer)
    if named.found:
        await talk.save((following if talk.subscriber else first_following)(talk.preferences, named.found))
        await talk.say(following_now(talk.preferences, talk.texts, talk.now))
    if named.unknown:
        await talk.say(unknown_countries(named.unknown, talk.services.gazetteer, talk.texts))


async def unsubscribe(talk: Talk) -> None:
    """Stop following countries; without names, ask which, or all."""
    if talk.subscriber is None or not talk.preferences.countries:
        await talk.say(Message(talk.texts("countries.none"), ((_list_button(talk.texts),),)))
        return
    if not talk.arguments:
        everything = (button(talk.texts.plain("button.stop_all"), Open("stop")),)
        mine = _toggles(talk.preferences.countries, talk.preferences.countries, talk.texts)
        await talk.say(Message(talk.texts("countries.which_off"), (*mine, everything)))
        return
    named = split_names(talk.arguments, talk.services.gazetteer)
    if named.found:
        await talk.save(unfollowing(talk.preferences, named.found))
        await talk.say(following_now(talk.preferences, talk.texts, talk.now))
    if named.unknown:
        await talk.say(unknown_countries(named.unknown, talk.services.gazetteer, talk.texts))


async def show_countries(talk: Talk) -> None:
    """The toggles."""
    await talk.say(toggles_message(talk.preferences, talk.texts))


async def on_follow(talk: Talk, tap: Follow) -> None:
    """A toggle."""
    add = following if talk.subscriber else first_following
    await talk.save((add if tap.is_on else unfollowing)(talk.preferences, tap.countries))
    await talk.edit(toggles_message(talk.preferences, talk.texts))


async def stop_all(talk: Talk) -> None:
    """Follow nothing any more; the settings stay."""
    await talk.save(replace(talk.preferences, countries=()))
    await talk.edit(Message(talk.texts("countries.stopped"), ((_list_button(talk.texts),),)))


def following(preferences: Preferences, codes: Sequence[str]) -> Preferences:
    """The preferences with these countries added at the end."""
    return replace(
        preferences, countries=tuple(dict.fromkeys([*preferences.countries, *codes]))[:MAX_COUNTRIES]
    )


def first_following(preferences: Preferences, codes: Sequence[str]) -> Preferences:
    """The same for somebody new: the first country's capital says which clock it is likely to be."""
    return replace(following(preferences, codes), zone=CITIES[guess_city(codes)].zone)


def unfollowing(preferences: Preferences, codes: Sequence[str]) -> Preferences:
    """The preferences without these countries."""
    return replace(preferences, countries=tuple(code for code in preferences.countries if code not in codes))


def toggles_message(preferences: Preferences, texts: Texts) -> Message:
    """Flags as toggles, ✓ on the chosen, the region that sets five."""
    chosen = preferences.countries
    offered = list(dict.fromkeys([*OFFERED, *chosen]))[: MAX_BUTTONS - 4]
    region = (button(texts.plain("button.central_asia"), Follow(True, OFFERED[:5])),)
    last = (
        button(texts.plain("button.digest_now"), Open("digest")),
        button(texts.plain("button.settings"), Open("settings")),
    )
    text = join([texts("countries.question"), texts("countries.hint")], "\n")
    return Message(text, (*_toggles(offered, chosen, texts), region, last))


def unknown_countries(words: Sequence[str], gazetteer: Gazetteer, texts: Texts) -> Message:
    """Names each unknown word with what it may have meant, as buttons."""
    lines, buttons = [], list[Button]()
    for word in words:
        meant = gazetteer.suggest_countries(word)
        names = ", ".join(texts.country(code) for code in meant)
        shown = foreign(word, 40)
        lines.append(
            texts("countries.unknown_near", word=shown, names=names)
            if meant
            else texts("countries.unknown", word=shown)
        )
        buttons += [button(texts.flagged(code), Follow(True, (code,))) for code in meant]
    unique = list(dict.fromkeys(buttons))[:12]
    return Message(join(lines, "\n"), (*rows(unique, 3), (_list_button(texts),)))


def _toggles(offered: Sequence[str], chosen: Sequence[str], texts: Texts) -> tuple[tuple[Button, ...], ...]:
    return rows(
        (
            button(
                f"{'✓ ' if code in chosen else ''}{texts.flagged(code)}", Follow(code not in chosen, (code,))
            )
            for code in offered
        ),
        2,
    )


def following_now(preferences: Preferences, texts: Texts, now: datetime) -> Message:
    """What is followed, and when the digest comes."""
    if not preferences.countries:
        return Message(texts("countries.stopped"), ((_list_button(texts),),))
    names = ", ".join(texts.flagged(code) for code in preferences.countries)
    lines = [
        texts("countries.following", countries=names),
        texts("settings.hours", value=hours_text(preferences, texts, now)),
    ]
    buttons = (
        button(texts.plain("button.digest_now"), Open("digest")),
        button(texts.plain("button.settings"), Open("settings")),
    )
    return Message(join(lines, "\n"), (buttons,))


def _list_button(texts: Texts) -> Button:
    return button(texts.plain("button.list_of_countries"), Open("countries"))
