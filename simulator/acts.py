"""What the chat page can make a person do, by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from simulator.errors import SimulatorError
from simulator.people import Person
from simulator.shapes import chat_json, message_json
from simulator.world import Chat, Message

if TYPE_CHECKING:
    from simulator.simulator import Simulator

MAX_NAME = 64  # as in Telegram
MAX_LANGUAGE = 12

Wish = Mapping[str, Any]
Act = Callable[["Simulator", Person, Wish], Awaitable[dict[str, Any]]]


async def act(simulator: Simulator, wish: Wish) -> dict[str, Any]:
    """Carry out one wish of the page: ``{"do": name, "person": id, …}``.

    Raises:
        SimulatorError: the wish is unknown or cannot be fulfilled; the text is shown on the page.
    """
    name = str(wish.get("do"))
    if name == "join_world":
        name, language = _text(wish, "name")[:MAX_NAME], _text(wish, "language", "en")[:MAX_LANGUAGE]
        person = simulator.person(name, language=language)
        return {"person": person.id}
    if name not in ACTS:
        raise SimulatorError(f"Nobody can do {name[:40]!r}; known are {', '.join(sorted(ACTS))}.")
    return await ACTS[name](simulator, simulator.find_person(_number(wish, "person")), wish)


async def _send(simulator: Simulator, person: Person, wish: Wish) -> dict[str, Any]:
    chat = _chat(simulator, wish)
    topic = _number(wish, "topic") if wish.get("topic") else None
    reply_to = _message(chat, _number(wish, "reply_to")) if wish.get("reply_to") else None
    message = await person.send(chat, _text(wish, "text"), topic=topic, reply_to=reply_to)
    return {"message": message_json(message, simulator.state.world)}


async def _tap(simulator: Simulator, person: Person, wish: Wish) -> dict[str, Any]:
    chat = _chat(simulator, wish)
    tap = await person.tap(_message(chat, _number(wish, "message")), _text(wish, "label"))
    return {"query_id": tap.query_id}


async def _search(_simulator: Simulator, person: Person, wish: Wish) -> dict[str, Any]:
    search = await person.search_inline(_text(wish, "text", ""))
    return {"query_id": search.query_id}


async def _choose(simulator: Simulator, person: Person, wish: Wish) -> dict[str, Any]:
    search = simulator.state.searches.get(_text(wish, "query_id"))
    if search is None:
        raise SimulatorError("That search is forgotten.")
    message = await person.choose(search, _text(wish, "result"), _chat(simulator, wish))
    return {"message": message_json(message, simulator.state.world)}


async def _block(_simulator: Simulator, person: Person, _wish: Wish) -> dict[str, Any]:
    await person.block()
    return {}


async def _unblock(_simulator: Simulator, person: Person, _wish: Wish) -> dict[str, Any]:
    await person.unblock()
    return {}


async def _make_group(_simulator: Simulator, person: Person, wish: Wish) -> dict[str, Any]:
    return {"chat": chat_json(await person.make_group(_text(wish, "title")))}


async def _make_forum(_simulator: Simulator, person: Person, wish: Wish) -> dict[str, Any]:
    return {"chat": chat_json(await person.make_supergroup(_text(wish, "title"), is_forum=True))}


async def _make_channel(_simulator: Simulator, person: Person, wish: Wish) -> dict[str, Any]:
    return {"chat": chat_json(await person.make_channel(_text(wish, "title")))}


async def _add_topic(simulator: Simulator, person: Person, wish: Wish) -> dict[str, Any]:
    return {"topic": await person.add_topic(_chat(simulator, wish), _text(wish, "title"))}


async def _migrate(simulator: Simulator, person: Person, wish: Wish) -> dict[str, Any]:
    return {"chat": chat_json(await person.migrate(_chat(simulator, wish)))}


async def _join(simulator: Simulator, person: Person, wish: Wish) -> dict[str, Any]:
    await person.join(_chat(simulator, wish))
    return {}


async def _remove_bot(simulator: Simulator, person: Person, wish: Wish) -> dict[str, Any]:
    await person.remove_bot(_chat(simulator, wish))
    return {}


ACTS: Mapping[str, Act] = {
    "send": _send,
    "tap": _tap,
    "search": _search,
    "choose": _choose,
    "block": _block,
    "unblock": _unblock,
    "make_group": _make_group,
    "make_forum": _make_forum,
    "make_channel": _make_channel,
    "add_topic": _add_topic,
    "migrate": _migrate,
    "join": _join,
    "remove_bot": _remove_bot,
}


def _chat(simulator: Simulator, wish: Wish) -> Chat:
    return simulator.chat(_number(wish, "chat"))


def _message(chat: Chat, message_id: int) -> Message:
    message = chat.stored.get(message_id)
    if message is None:
        raise SimulatorError("That message is gone.")
    return message


def _number(wish: Wish, name: str) -> int:
    value = wish.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise SimulatorError(f"{name} must be a whole number.")
    return value


def _text(wish: Wish, name: str, default: str | None = None) -> str:
    value = wish.get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise SimulatorError(f"{name} must be a text.")
    return value
