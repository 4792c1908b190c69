"""The courier's transport: the same answers and the same kinds of failure as python-telegram-bot's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from telegram import Bot
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.courier_request import CourierBot, CourierRequest, courier_bot
from bot.outcomes import Halt, Outcome, Sent, Unknown, Unreachable, Wait, classify
from bot.sending import TelegramSender
from news.model import Button, Chat, Message
from simulator import Fault, Rule, Simulator
from tests.outbox import A_JOB


@asynccontextmanager
async def opened(simulator: Simulator) -> AsyncIterator[Bot]:
    async with (
        simulator.serve() as url,
        courier_bot(simulator.token, url, connections=8) as bot,
    ):
        yield bot


async def test_texts_in_any_script_arrive() -> None:
    simulator = Simulator(population=range(1, 10))
    async with opened(simulator) as bot:
        sent = await bot.send_message(
            5, "Өзен <b>&amp;</b> көл", parse_mode="HTML", allow_paid_broadcast=True
        )

    assert sent.text == "Өзен & көл"
    assert [entry.chat_id for entry in simulator.ledger] == [5]


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        pytest.param(Rule(Fault.TOO_MANY_REQUESTS, seconds=9), RetryAfter, id="429"),
        pytest.param(Rule(Fault.BAD_REQUEST), BadRequest, id="400"),
        pytest.param(Rule(Fault.BAD_GATEWAY), NetworkError, id="502"),
    ],
)
async def test_refusals_are_those_of_the_library(rule: Rule, error: type[TelegramError]) -> None:
    simulator = Simulator(population=range(1, 10))
    simulator.faults.add(rule)
    async with opened(simulator) as bot:
        with pytest.raises(error):
            await bot.send_message(5, "x")


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.LOST])
async def test_a_connection_lost_after_the_request_is_uncertain(fault: Fault) -> None:
    simulator = Simulator(population=range(1, 10))
    simulator.faults.add(Rule(fault))
    async with opened(simulator) as bot:
        with pytest.raises(NetworkError) as caught:
            await bot.send_message(5, "x")

    assert isinstance(classify(caught.value), Unknown)
    assert simulator.token not in str(caught.value)


async def test_no_answer_in_time_is_uncertain() -> None:
    simulator = Simulator(population=range(1, 10))
    simulator.faults.add(Rule(Fault.SLOW, seconds=30))
    async with opened(simulator) as bot:
        with pytest.raises(TimedOut) as caught:
            await bot.send_message(5, "x", read_timeout=0.1)

    assert isinstance(classify(caught.value), Unknown)


JOB = replace(A_JOB, chat=Chat(5), language="kk")


async def load(_broadcast_id: int) -> dict[str, tuple[Message, ...]]:
    return {"kk": (Message("<b>Көпір</b> жабық", ((Button("Оқу", url="https://e.example/a"),),)),)}


async def test_the_couriers_sender_gives_text_buttons_and_the_id() -> None:
    simulator = Simulator(population=range(1, 10))
    async with opened(simulator) as bot:
        outcomes = [await TelegramSender(bot, load, is_paid=True).send(JOB) for _ in range(2)]

    first, second = simulator.ledger
    assert (first.method, first.text, first.chat_id) == ("sendMessage", "Көпір жабық", 5)
    assert outcomes == [Sent(first.message_id), Sent(second.message_id)]


async def test_a_token_that_is_no_longer_valid_halts_sending() -> None:
    simulator = Simulator(population=range(1, 10))
    async with opened(simulator) as bot:
        other = CourierBot("1:wrong", base_url=bot.base_url.removesuffix(bot.token), request=bot.request)
        assert isinstance(await TelegramSender(other, load, is_paid=True).send(JOB), Halt)


async def outcome_without_server() -> Outcome:
    request = CourierRequest(connections=1)
    await request.initialize()
    await request.initialize()  # a second time is no mistake
    bot = Bot("1:x", base_url="http://127.0.0.1:9/bot", request=request)
    try:
        await bot.send_message(5, "x")
    except TelegramError as error:
        return classify(error)
    finally:
        await request.shutdown()
        await request.shutdown()
    raise AssertionError


async def test_no_connection_is_certainly_not_sent() -> None:
    assert isinstance(await outcome_without_server(), Unreachable)


async def test_it_must_be_opened_first() -> None:
    with pytest.raises(RuntimeError, match="not initialised"):
        await CourierRequest(connections=1).do_request("http://127.0.0.1:9/", "POST")


@pytest.mark.parametrize("is_paid", [True, False])
async def test_only_paid_sending_goes_beyond_what_is_free(*, is_paid: bool) -> None:
    simulator = Simulator(population=range(1, 40), clock=lambda: 0.0)  # all in one moment
    simulator.flood.is_on = True
    async with opened(simulator) as bot:
        sender = TelegramSender(bot, load, is_paid=is_paid)
        outcomes = [await sender.send(replace(JOB, chat=Chat(chat))) for chat in range(1, 40)]

    sent = sum(isinstance(one, Sent) for one in outcomes)
    assert sent == (39 if is_paid else 30)
    assert all(isinstance(one, Sent | Wait) for one in outcomes)


@asynccontextmanager
async def proxy(answer: bytes, heard: list[bytes]) -> AsyncIterator[str]:
    """A proxy that keeps the first line of each request and gives this answer."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readline())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield "http://{}:{}".format(*server.sockets[0].getsockname())


async def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    body = b'{"ok": true, "result": {"message_id": 7}}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with proxy(answer + body, heard) as url:
        monkeypatch.setenv("HTTP_PROXY", url)
        async with courier_bot("1:x", "http://telegram.example", connections=1) as bot:
            assert await TelegramSender(bot, load).send(JOB) == Sent(7)

    assert heard == [b"POST http://telegram.example/bot1:x/sendMessage HTTP/1.1\r\n"]


async def test_a_proxy_that_refuses_has_let_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    async with proxy(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", heard) as url:
        monkeypatch.setenv("HTTPS_PROXY", url)
        async with courier_bot("1:x", "https://telegram.example", connections=1) as bot:
            assert isinstance(await TelegramSender(bot, load).send(JOB), Unreachable)

    assert heard == [b"CONNECT telegram.example:443 HTTP/1.1\r\n"]
