"""Delivery to a webhook: order, retries, secret."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from simulator import Person, Simulator
from simulator.methods.webhooks import get_webhook_info, set_webhook
from simulator.parameters import Call
from simulator.serving import listening
from simulator.webhook import chat_of


class Hook:
    """A bot's end of a webhook: remembers what came and answers what it is told to."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.secrets: list[bytes] = []
        self.answers: list[int] = []
        self.on_update: Callable[[], None] = lambda: None
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        headers = dict(scope["headers"])
        self.updates.append(json.loads(message["body"]))
        self.secrets.append(headers.get(b"x-telegram-bot-api-secret-token", b""))
        self.on_update()
        await self.gate.wait()
        status = self.answers.pop(0) if self.answers else 200
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})


@contextlib.asynccontextmanager
async def hooked(simulator: Simulator, **options: Any) -> AsyncIterator[Hook]:
    hook = Hook()
    hook.on_update = simulator.state.bell.ring
    async with listening(hook, host="127.0.0.1", port=0, close=hook.gate.set) as url, simulator.serve():
        set_webhook(simulator.state, Call("setWebhook", {"url": url} | options, {}, 0.0))
        yield hook


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(webhook_retry_delays_s=(0.001, 0.002), clock=lambda: 1_000_000.0)


@pytest.fixture
def anna(simulator: Simulator) -> Person:
    return simulator.person("Anna")


async def until_delivered(simulator: Simulator) -> None:
    assert await simulator.state.updates.bell.until(lambda: len(simulator.state.updates) == 0, 5)


async def test_updates_are_posted_with_the_secret(simulator: Simulator, anna: Person) -> None:
    await anna.say("before the webhook was set")
    async with hooked(simulator, secret_token="s3cret_-") as hook:
        await anna.say("after")
        await until_delivered(simulator)

    assert [update["message"]["text"] for update in hook.updates] == ["before the webhook was set", "after"]
    assert hook.secrets == [b"s3cret_-"] * 2


async def test_a_failed_update_comes_again_before_the_next(simulator: Simulator, anna: Person) -> None:
    async with hooked(simulator) as hook:
        hook.answers = [500, 403, 302]
        await anna.say("one")
        await anna.say("two")
        await until_delivered(simulator)
        info = get_webhook_info(simulator.state, Call("getWebhookInfo", {}, {}, 0.0))

    assert [update["message"]["text"] for update in hook.updates] == ["one", "one", "one", "one", "two"]
    assert info["last_error_date"] == 1_000_000
    assert info["last_error_message"] == "Wrong response from the webhook: 302 Found"
    assert hook.secrets[0] == b""


async def test_chats_do_not_wait_for_each_other(simulator: Simulator, anna: Person) -> None:
    aibek = simulator.person("Aibek")
    async with hooked(simulator) as hook:
        hook.gate.clear()
        await anna.say("one")
        await anna.say("two")
        await aibek.say("three")
        await simulator.wait_until(lambda: len(hook.updates) == 2)
        came = [update["message"]["text"] for update in hook.updates]
        hook.gate.set()
        await until_delivered(simulator)

    assert sorted(came) == ["one", "three"]
    assert sorted(update["message"]["text"] for update in hook.updates) == ["one", "three", "two"]


async def test_no_more_connections_than_asked_for(simulator: Simulator, anna: Person) -> None:
    aibek = simulator.person("Aibek")
    async with hooked(simulator, max_connections=1) as hook:
        hook.gate.clear()
        await anna.say("one")
        await aibek.say("two")
        await simulator.wait_until(lambda: len(hook.updates) == 1)
        hook.gate.set()
        await until_delivered(simulator)

    assert [update["message"]["text"] for update in hook.updates] == ["one", "two"]


async def test_nobody_listening_is_told_and_the_update_stays(simulator: Simulator, anna: Person) -> None:
    async with simulator.serve():
        set_webhook(simulator.state, Call("setWebhook", {"url": "http://127.0.0.1:9/hook"}, {}, 0.0))
        await anna.say("one")
        tried = await simulator.state.updates.bell.until(
            lambda: "last_error_message" in simulator.state.webhook, 5
        )

    assert tried
    assert simulator.state.webhook["last_error_message"].startswith("Connection failed: ")
    assert len(simulator.state.updates) == 1


async def test_stopping_leaves_what_was_not_confirmed(simulator: Simulator, anna: Person) -> None:
    async with hooked(simulator) as hook:
        hook.gate.clear()
        await anna.say("one")
        await simulator.wait_until(lambda: len(hook.updates) == 1)

    assert len(simulator.state.updates) == 1


def test_setting_can_drop_what_is_pending_and_choose_kinds(simulator: Simulator) -> None:
    state = simulator.state
    state.updates.add("message", {})
    options = {
        "url": "https://example.kz/hook",
        "drop_pending_updates": True,
        "allowed_updates": '["message"]',
    }

    set_webhook(state, Call("setWebhook", options | {"max_connections": 900}, {}, 0.0))

    info = get_webhook_info(state, Call("getWebhookInfo", {}, {}, 0.0))
    assert info == {
        "url": "https://example.kz/hook",
        "has_custom_certificate": False,
        "pending_update_count": 0,
        "max_connections": 100,
        "allowed_updates": ["message"],
    }


def test_an_empty_address_removes_the_webhook(simulator: Simulator) -> None:
    set_webhook(simulator.state, Call("setWebhook", {"url": "https://example.kz/hook"}, {}, 0.0))
    set_webhook(simulator.state, Call("setWebhook", {"url": ""}, {}, 0.0))

    info = get_webhook_info(simulator.state, Call("getWebhookInfo", {}, {}, 0.0))
    assert (info["url"], "max_connections" in info) == ("", False)


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        pytest.param({"update_id": 1, "message": {"chat": {"id": 5}}}, 5, id="message"),
        pytest.param({"update_id": 1, "callback_query": {"message": {"chat": {"id": 6}}}}, 6, id="tap"),
        pytest.param(
            {"update_id": 1, "inline_query": {"from": {"id": 7}}}, 7, id="inline search: the person"
        ),
        pytest.param({"update_id": 1}, None, id="nothing"),
    ],
)
def test_order_is_kept_by_chat(update: dict[str, Any], expected: int | None) -> None:
    assert chat_of(update) == expected
