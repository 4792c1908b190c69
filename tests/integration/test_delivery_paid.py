"""The paid transport: the same answers and the same kinds of failure as python-telegram-bot's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from telegram import Bot
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.outcomes import Outcome, Unknown, Unreachable, classify
from bot.paid_request import PaidRequest
from simulator import Fault, Rule, Simulator


@asynccontextmanager
async def opened(simulator: Simulator) -> AsyncIterator[Bot]:
    async with (
        simulator.serve() as url,
        Bot(simulator.token, base_url=f"{url}/bot", request=PaidRequest()) as bot,
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


async def outcome_without_server() -> Outcome:
    request = PaidRequest()
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
        await PaidRequest().do_request("http://127.0.0.1:9/", "POST")
