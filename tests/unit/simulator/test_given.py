from __future__ import annotations

from typing import Any

import pytest

from simulator.entities import Entity
from simulator.errors import ApiError
from simulator.given import given_entities
from simulator.parameters import Call


def read(*shapes: Any, parse_mode: str = "") -> tuple[Entity, ...]:
    return given_entities(
        Call("sendMessage", {"entities": list(shapes), "parse_mode": parse_mode}, {}, 0.0), "entities"
    )


def shape(kind: str, **details: Any) -> dict[str, Any]:
    return {"type": kind, "offset": 1, "length": 2} | details


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (shape("bold"), Entity("bold", 1, 2)),
        (shape("expandable_blockquote"), Entity("expandable_blockquote", 1, 2)),
        (shape("text_link", url="Example.KZ"), Entity("text_link", 1, 2, "http://example.kz/")),
        (shape("text_link", url="tg://user?id=5"), Entity("text_mention", 1, 2, "5")),
        (shape("text_mention", user={"id": 5}), Entity("text_mention", 1, 2, "5")),
        (shape("custom_emoji", custom_emoji_id="7"), Entity("custom_emoji", 1, 2, "7")),
        (shape("pre", language="py"), Entity("pre", 1, 2, "py")),
        (shape("pre"), Entity("pre", 1, 2)),
        (shape("date_time", unix_time=5, date_time_format="r"), Entity("date_time", 1, 2, "5|r")),
        (shape("date_time", unix_time=5), Entity("date_time", 1, 2, "5|")),
    ],
)
def test_entities_are_read(given: dict[str, Any], expected: Entity) -> None:
    assert read(given) == (expected,)


@pytest.mark.parametrize("kind", ["url", "mention", "hashtag", "bot_command", "no_such_kind"])
def test_kinds_that_telegram_finds_itself_are_left_out(kind: str) -> None:
    assert read(shape(kind)) == ()


def test_beside_a_parse_mode_they_are_ignored() -> None:
    assert read(shape("bold"), parse_mode="HTML") == ()


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        pytest.param(1, 'Can\'t find field "type"', id="a number"),
        pytest.param({}, 'Can\'t find field "type"', id="no type"),
        pytest.param(shape("bold", offset=-1), 'Field "offset" must be a valid Number', id="negative"),
        pytest.param(shape("bold", length=True), 'Field "length" must be a valid Number', id="boolean"),
        pytest.param(shape("bold", length=10**30), 'Field "length" must be a valid Number', id="absurd"),
        pytest.param(shape("text_link"), 'Can\'t find field "url"', id="link without address"),
        pytest.param(
            shape("text_link", url="ftp://x.kz"), "is invalid: Unsupported URL protocol", id="bad link"
        ),
        pytest.param(
            shape("text_mention", user=5), 'Field "id" must be a valid Number', id="user is a number"
        ),
        pytest.param(shape("custom_emoji"), 'Can\'t find field "custom_emoji_id"', id="emoji without id"),
        pytest.param(shape("date_time"), 'Field "unix_time" must be a valid Number', id="time without time"),
    ],
)
def test_unreadable_entities_are_refused(given: Any, complaint: str) -> None:
    with pytest.raises(ApiError, match=complaint):
        read(given)
