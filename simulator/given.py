"""Entities that a bot sends beside a plain text instead of markup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.entities import PRIORITY, Entity
from simulator.errors import bad_request
from simulator.links import LinkRefusedError, linked_user, normalise_link
from simulator.parameters import Call

Shape = Mapping[str, Any]


def given_entities(call: Call, name: str) -> tuple[Entity, ...]:
    """The entities in parameter ``name``; none beside a parse mode, as Telegram ignores them then.

    Kinds that Telegram finds by itself (links, commands, hashtags) and unknown kinds are left out.

    Raises:
        ApiError: an entity has no type, place or argument.
    """
    given = None if call.text("parse_mode") else call.json(name, "message entities")
    if given is None:
        return ()
    if not isinstance(given, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    entities = [_entity(shape) for shape in given]
    return tuple(entity for entity in entities if entity.kind in PRIORITY or entity.kind == "date_time")


def _entity(shape: Any) -> Entity:
    if not isinstance(shape, dict):
        raise _unreadable('Can\'t find field "type"')
    kind = _text(shape, "type")
    offset, length = _number(shape, "offset"), _number(shape, "length")
    match kind:
        case "text_link":
            return _link(_text(shape, "url"), offset, length)
        case "text_mention":
            user = shape.get("user")
            return Entity(kind, offset, length, str(_number(user if isinstance(user, dict) else {}, "id")))
        case "custom_emoji":
            return Entity(kind, offset, length, _text(shape, "custom_emoji_id"))
        case "date_time":
            form = shape.get("date_time_format", "")
            return Entity(kind, offset, length, f"{_number(shape, 'unix_time')}|{form}")
        case "pre":
            return Entity(kind, offset, length, str(shape.get("language") or ""))
        case _:
            return Entity(kind, offset, length)


def _link(url: str, offset: int, length: int) -> Entity:
    if (user := linked_user(url)) is not None:
        return Entity("text_mention", offset, length, str(user))
    try:
        return Entity("text_link", offset, length, normalise_link(url))
    except LinkRefusedError as error:
        raise bad_request(f"entity URL '{url}' is invalid: {error}") from error


def _text(shape: Shape, name: str) -> str:
    value = shape.get(name)
    if not isinstance(value, str):
        raise _unreadable(f'Can\'t find field "{name}"')
    return value


def _number(shape: Shape, name: str) -> int:
    value = shape.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**52:
        raise _unreadable(f'Field "{name}" must be a valid Number')
    return value


def _unreadable(reason: str) -> Exception:
    return bad_request(f"can't parse MessageEntity: {reason}")
