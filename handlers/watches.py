"""Saved searches that ping, and words that never reach the reader."""

from __future__ import annotations

from handlers.keyboards import Open, Unmute, Unwatch, WatchThis, button, checksum, rows
from handlers.markup import cut, foreign, join
from handlers.search import asked_in, clean_query
from handlers.talk import Talk
from handlers.texts import Texts
from news.model import Button, Message, Watch

MAX_WATCHES = 20
MAX_MUTES = 50
_SHORT = 30


async def watch(talk: Talk) -> None:
    """Save a search; without words, list what is saved."""
    words = clean_query(talk.arguments)
    if not words:
        await watches(talk)
        return
    await _watch(talk, words)


async def on_watch(talk: Talk, tap: WatchThis) -> None:
    """``watch this`` under a list of results."""
    words = tap.text or asked_in(talk)
    if not words:
        await talk.notice("search.lost")
        return
    await _watch(talk, words)


async def watches(talk: Talk) -> None:
    """The saved searches with a button each to stop it."""
    if talk.subscriber is None:
        await _ask_to_start(talk)
        return
    saved = await talk.services.storage.subscribers.list_watches(talk.subscriber.id)
    await talk.say(watches_message(saved, talk.texts))


async def on_unwatch(talk: Talk, tap: Unwatch) -> None:
    """Stop a saved search."""
    if talk.subscriber is None:
        await talk.notice("error.stale")
        return
    subscribers = talk.services.storage.subscribers
    await subscribers.remove_watch(talk.subscriber.id, tap.watch_id)
    await talk.edit(watches_message(await subscribers.list_watches(talk.subscriber.id), talk.texts))


async def mute(talk: Talk) -> None:
    """Mute words; without any, list the muted ones."""
    if talk.subscriber is None:
        await _ask_to_start(talk)
        return
    subscribers, words = talk.services.storage.subscribers, clean_query(talk.arguments)
    muted = await subscribers.list_mutes(talk.subscriber.id)
    if words and len(muted) >= MAX_MUTES:
        await talk.say(Message(talk.texts("mute.full", n=MAX_MUTES)))
        return
    if words:
        await subscribers.add_mute(talk.subscriber.id, words)
        muted = await subscribers.list_mutes(talk.subscriber.id)
    await talk.say(mutes_message(muted, talk.texts))


async def on_unmute(talk: Talk, tap: Unmute) -> None:
    """Let muted words through again."""
    if talk.subscriber is None:
        await talk.notice("error.stale")
        return
    subscribers, reader = talk.services.storage.subscribers, talk.subscriber.id
    for words in await subscribers.list_mutes(reader):
        if checksum(words) == tap.checksum:
            await subscribers.remove_mute(reader, words)
    await talk.edit(mutes_message(await subscribers.list_mutes(reader), talk.texts))


def watches_message(saved: list[Watch], texts: Texts) -> Message:
    """What is watched, numbered, with a button each."""
    if not saved:
        return Message(texts("watch.none"))
    lines = [join([f"{number}. ", foreign(one.words, 200)]) for number, one in enumerate(saved, 1)]
    buttons = rows(button(f"✕ {number}", Unwatch(one.id)) for number, one in enumerate(saved, 1))
    return Message(join([texts("watch.list"), *lines], "\n"), buttons)


def mutes_message(muted: list[str], texts: Texts) -> Message:
    """What is muted, with a button each."""
    if not muted:
        return Message(texts("mute.none"))
    lines = [join(["🔕 ", foreign(words, 60)]) for words in muted]
    buttons = rows((button(f"✕ {cut(words, _SHORT)}", Unmute(checksum(words))) for words in muted), 2)
    return Message(join([texts("mute.list"), *lines], "\n"), buttons)


async def _watch(talk: Talk, words: str) -> None:
    if talk.subscriber is None:
        await _ask_to_start(talk)
        return
    subscribers = talk.services.storage.subscribers
    saved = await subscribers.list_watches(talk.subscriber.id)
    if len(saved) >= MAX_WATCHES:
        await talk.say(Message(talk.texts("watch.full", n=MAX_WATCHES), _list_row(talk.texts)))
        return
    known = next((one for one in saved if one.words == words), None)
    watch_id = known.id if known else await subscribers.add_watch(talk.subscriber.id, words, talk.now)
    await talk.say(_watching(words, watch_id, talk.texts))


def _watching(words: str, watch_id: int, texts: Texts) -> Message:
    buttons = (button(texts.plain("button.unwatch"), Unwatch(watch_id)), *_list_row(texts)[0])
    return Message(texts("watch.saved", words=foreign(words, 100)), (buttons,))


def _list_row(texts: Texts) -> tuple[tuple[Button, ...], ...]:
    return ((button(texts.plain("button.watches"), Open("watches")),),)


async def _ask_to_start(talk: Talk) -> None:
    choose = (button(talk.texts.plain("button.countries"), Open("countries")),)
    await talk.say(Message(talk.texts("watch.subscribe_first"), (choose,)))
