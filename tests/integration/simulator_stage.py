"""A served simulator with one reader and a chat of every kind, asked over HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx

from simulator import Chat, Person, Simulator


@dataclass
class Stage:
    """The simulator, a client, and who is there."""

    simulator: Simulator
    client: httpx.AsyncClient
    anna: Person
    group: Chat
    forum: Chat
    channel: Chat

    async def ask(self, method: str, **fields: Any) -> dict[str, Any]:
        response = await self.client.post(f"/bot{self.simulator.token}/{method}", json=fields)
        answer: dict[str, Any] = response.json()
        assert answer["ok"] is (response.status_code == 200)
        if not answer["ok"]:
            assert answer["error_code"] == response.status_code
        return answer

    async def result(self, method: str, **fields: Any) -> Any:
        answer = await self.ask(method, **fields)
        assert answer["ok"], answer
        return answer["result"]


@contextlib.asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """Anna has started the bot and brought it into a group, a forum and a public channel."""
    simulator = Simulator()
    anna = simulator.person("Anna", language="ru")
    await anna.say("/start")
    group = await anna.make_group("Group")
    forum = await anna.make_supergroup("Forum", is_forum=True)
    channel = await anna.make_channel("Channel", username="example_news")
    async with simulator.serve() as url, httpx.AsyncClient(base_url=url) as client:
        yield Stage(simulator, client, anna, group, forum, channel)
