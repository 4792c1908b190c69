"""Failures on request, seen from the client's side of the socket."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from simulator import Fault, Rule, Simulator
from simulator.server import BotApi


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(population=range(1000, 2000))


async def send(client: httpx.AsyncClient, simulator: Simulator, chat_id: int = 1000) -> httpx.Response:
    return await client.post(
        f"/bot{simulator.token}/sendMessage", data={"chat_id": str(chat_id), "text": "x"}
    )


@pytest.mark.parametrize(
    ("kind", "accepted"),
    [
        pytest.param(Fault.DROPPED, 1, id="accepted, then dropped"),
        pytest.param(Fault.LOST, 0, id="dropped before it was accepted"),
    ],
)
async def test_a_connection_is_closed_without_an_answer(
    simulator: Simulator, kind: Fault, accepted: int
) -> None:
    simulator.faults.add(Rule(kind, times=1))
    async with simulator.serve() as url, httpx.AsyncClient(base_url=url) as client:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await send(client, simulator)
        assert len(simulator.ledger) == accepted

        assert (await send(client, simulator)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "accepted"),
    [
        pytest.param(Fault.HANG, 1, id="accepted, then silence"),
        pytest.param(Fault.SILENT, 0, id="silence"),
    ],
)
async def test_a_request_is_never_answered(simulator: Simulator, kind: Fault, accepted: int) -> None:
    simulator.faults.add(Rule(kind, times=1))
    async with (
        simulator.serve() as url,
        httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(30, read=0.2)) as client,
    ):
        with pytest.raises(httpx.ReadTimeout):
            await send(client, simulator)

        assert len(simulator.ledger) == accepted


async def test_stopping_ends_requests_that_hang(simulator: Simulator) -> None:
    simulator.faults.add(Rule(Fault.HANG))
    async with httpx.AsyncClient(timeout=30) as client:
        async with simulator.serve() as url:
            hanging = asyncio.create_task(
                client.post(f"{url}/bot{simulator.token}/sendMessage", data={"chat_id": "1000", "text": "x"})
            )
            await simulator.wait_until(lambda: len(simulator.ledger) == 1)

        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await hanging


async def test_stopping_ends_delays(simulator: Simulator) -> None:
    simulator.faults.add(Rule(Fault.SLOW, seconds=600))
    async with httpx.AsyncClient(timeout=30) as client:
        async with simulator.serve() as url:
            slow = asyncio.create_task(
                client.post(f"{url}/bot{simulator.token}/sendMessage", data={"chat_id": "1000", "text": "x"})
            )
            await simulator.wait_until(lambda: simulator.faults.struck[Fault.SLOW] == 1)

        assert (await slow).status_code == 200


async def test_a_delay_is_kept(simulator: Simulator) -> None:
    simulator.faults.add(Rule(Fault.SLOW, seconds=0.05))
    async with simulator.serve() as url, httpx.AsyncClient(base_url=url) as client:
        response = await send(client, simulator)

    assert response.status_code == 200
    assert response.elapsed.total_seconds() >= 0.05


async def test_a_bad_gateway_answers_with_a_page(simulator: Simulator) -> None:
    simulator.faults.add(Rule(Fault.BAD_GATEWAY))
    async with simulator.serve() as url, httpx.AsyncClient(base_url=url) as client:
        response = await send(client, simulator)

    assert (response.status_code, response.headers["content-type"]) == (502, "text/html")
    assert len(simulator.ledger) == 0


async def test_refusals_by_rule_are_written_down(simulator: Simulator) -> None:
    simulator.faults.add(Rule(Fault.BLOCKED, chats={1000}))
    async with simulator.serve() as url, httpx.AsyncClient(base_url=url) as client:
        blocked = await send(client, simulator)
        fine = await send(client, simulator, 1001)

    assert (blocked.status_code, fine.status_code) == (403, 200)
    [refusal] = simulator.ledger.refusals
    assert (refusal.method, refusal.chat_id, refusal.code) == ("sendMessage", 1000, 403)


async def test_a_migration_by_rule_happens_once_and_for_real() -> None:
    simulator = Simulator(population=range(-2000, -1000))
    simulator.faults.add(Rule(Fault.MIGRATED, times=1))
    async with simulator.serve() as url, httpx.AsyncClient(base_url=url) as client:
        answers: list[dict[str, Any]] = [(await send(client, simulator, -1500)).json() for _ in range(2)]
        moved = answers[0]["parameters"]["migrate_to_chat_id"]
        arrived = await send(client, simulator, moved)

    assert answers[0] == answers[1]
    assert answers[0]["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert arrived.json()["result"]["chat"] == {"id": moved, "type": "supergroup", "title": "Group 1500"}


async def test_private_chats_do_not_migrate(simulator: Simulator) -> None:
    simulator.faults.add(Rule(Fault.MIGRATED))
    async with simulator.serve() as url, httpx.AsyncClient(base_url=url) as client:
        response = await send(client, simulator)

    assert response.json()["result"]["text"] == "x"


async def test_a_client_that_leaves_while_writing_has_sent_nothing(simulator: Simulator) -> None:
    api = BotApi(simulator.state)
    events = iter(
        [{"type": "http.request", "body": b"chat_id=1000", "more_body": True}, {"type": "http.disconnect"}]
    )
    answered: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(events)

    async def answer(message: Any) -> None:
        answered.append(message)

    form = [(b"content-type", b"application/x-www-form-urlencoded")]
    scope = {"path": f"/bot{simulator.token}/sendMessage", "query_string": b"", "headers": form}
    await api(scope, receive, answer)

    assert answered[0]["status"] == 400
    assert len(simulator.ledger) == 0
