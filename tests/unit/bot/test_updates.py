from __future__ import annotations

import asyncio

import pytest
from telegram import Chat, InlineQuery, Message, Update, User

from bot.updates import PerChatProcessor, chat_of
from tests.builders import NOON

ANNA = User(id=7, first_name="Anna", is_bot=False)


def update(number: int, chat_id: int) -> Update:
    return Update(number, message=Message(1, NOON, Chat(chat_id, "private"), text="x"))


async def test_one_chat_keeps_its_order_while_others_go_on():
    processor, done = PerChatProcessor(), []
    gate = asyncio.Event()

    async def slow() -> None:
        await gate.wait()
        done.append("first of 1")

    async def quick(name: str) -> None:
        done.append(name)

    tasks = [
        asyncio.create_task(processor.process_update(update(1, 1), slow())),
        asyncio.create_task(processor.process_update(update(2, 1), quick("second of 1"))),
        asyncio.create_task(processor.process_update(update(3, 2), quick("first of 2"))),
    ]
    await tasks[2]
    assert done == ["first of 2"]
    gate.set()
    await asyncio.gather(*tasks)
    assert done == ["first of 2", "first of 1", "second of 1"]


async def test_a_failure_frees_the_chat_and_nothing_is_remembered():
    processor = PerChatProcessor()

    async def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await processor.do_process_update(update(1, 1), fail())
    done = []

    async def note() -> None:
        done.append(True)

    await processor.do_process_update(update(2, 1), note())
    assert done == [True]
    assert not processor._locks
    assert not processor._waiting


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(update(1, -100123), -100123, id="a message: its chat"),
        pytest.param(
            Update(1, inline_query=InlineQuery("1", ANNA, "x", "")), 7, id="an inline query: its user"
        ),
        pytest.param(Update(1), 0, id="neither"),
        pytest.param("no update", 0, id="not an update"),
    ],
)
def test_chat_of(given: object, expected: int):
    assert chat_of(given) == expected
