"""Whatever a client sends, the simulator answers in the Bot API's form and goes on."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from simulator.parameters import METHODS
from tests.integration.simulator_stage import Stage, open_stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        3,
        2**31,
        2**53,
        2**80,
        1.5,
        1e308,
        "",
        " ",
        "0",
        "x",
        "ж😀",
        "\ud83d",
        "\0",
    ),
    *(
        "attach://x",
        "attach://",
        "@",
        "@x",
        "<b>",
        "<b>x</b>",
        "HTML",
        "[",
        "[]",
        "{}",
        "null",
        "[[[[]]]]",
        "1e9",
    ),
    *([], [[]], [None], [1, "x"], [[1]], [{}], {}, {"a": 1}, {"type": None}, {"type": "article", "id": 1}),
    {"inline_keyboard": [[{"text": 1, "callback_data": 2}]]},
    {"inline_keyboard": [[{"text": "x", "url": 5}]]},
    {"inline_keyboard": [[{"text": "x", "url": "http://[::"}]]},
    {"inline_keyboard": [[{"text": "\ud83d", "callback_data": "\ud83d"}]]},
    {"keyboard": [[None]]},
    {"message_id": []},
    {"message_id": "1"},
    {"type": "chat", "chat_id": []},
    [{"type": "bold", "offset": True, "length": 10**30}],
    [{"type": "text_link", "offset": 0, "length": 1, "url": {}}],
    [{"type": "custom_emoji", "offset": 0, "length": 1}],
    [{"type": "date_time", "offset": 0, "length": 1}],
    [{"type": "text_mention", "offset": 0, "length": 1, "user": {"id": True}}],
    [{"command": [], "description": {}}],
    [
        {
            "type": "article",
            "id": {},
            "title": [],
            "input_message_content": {"message_text": [], "parse_mode": 1},
        }
    ],
    [{"type": [], "id": "1"}],
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


def likely(stage: Stage, name: str) -> Any:
    """A value that gets further than most."""
    known = {"chat_id": stage.anna.id, "message_id": 1, "text": "x", "user_id": stage.anna.id, "timeout": 0}
    return known.get(name)


@pytest.mark.parametrize("method", METHODS)
async def test_odd_values_are_answered_in_form(stage: Stage, method: str) -> None:
    chance = random.Random(method)
    for _ in range(60):
        fields = {
            name: value
            for name in sorted(METHODS[method])
            if (value := likely(stage, name) if chance.random() < 0.6 else chance.choice(VALUES)) is not None
            and chance.random() < 0.7
        }
        if method == "getUpdates":
            fields["timeout"] = 0
        body = json.dumps(fields)

        response = await stage.client.post(
            f"/bot{stage.simulator.token}/{method}",
            content=body,
            headers={"content-type": "application/json"},
        )

        assert response.status_code < 500, (body, response.text)
        assert response.json()["ok"] is (response.status_code == 200)


@pytest.mark.parametrize("seed", range(3))
async def test_odd_bodies_are_answered_in_form(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    types = [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "text/plain",
        "",
    ]
    pieces = [
        b"--b\r\n",
        b"--b--",
        b"\r\n\r\n",
        b'Content-Disposition: form-data; name="',
        b'chat_id"',
        b"\xff",
        b"%ff",
    ]
    pieces += [b"&", b"=", b"{", b"}", b'"', b"\0", b"text", b'; filename="a"', b"\r\n", b"%", b"[", b"1"]
    for _ in range(150):
        body = b"".join(chance.choices(pieces, k=chance.randint(0, 12)))

        response = await stage.client.post(
            f"/bot{stage.simulator.token}/sendDocument",
            content=body,
            headers={"content-type": chance.choice(types)},
        )

        assert response.status_code in {400, 413}, (body, response.text)
        assert response.json()["ok"] is False


@pytest.mark.parametrize(
    "wish",
    [
        {"do": "send", "text": "\ud83d"},
        {"do": "send", "text": "x", "topic": "1"},
        {"do": "send", "text": "x", "reply_to": [1]},
        {"do": "tap", "message": 1, "label": []},
        {"do": []},
        {"do": "make_group", "title": {}},
        {"do": "join_world", "name": "x", "language": 5},
        {"do": "migrate"},
    ],
)
async def test_odd_wishes_are_answered_in_a_sentence(stage: Stage, wish: dict[str, Any]) -> None:
    body = json.dumps({"person": stage.anna.id, "chat": stage.anna.id} | wish)

    response = await stage.client.post("/sim/act", content=body, headers={"content-type": "application/json"})

    assert response.status_code == 400, response.text
    assert response.json()["error"]
