"""Telegram on one machine: what tests, benchmarks and the bot's "no token" mode start."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from starlette.types import Receive, Scope, Send

from simulator.control import build_control
from simulator.errors import SimulatorError
from simulator.faults import Faults
from simulator.flood import Flood
from simulator.ledger import Ledger
from simulator.people import Person
from simulator.server import BotApi
from simulator.serving import listening
from simulator.state import State
from simulator.webhook import RETRY_DELAYS_S, WebhookCourier
from simulator.world import Chat, Message, User, World

TOKEN = "7100000001:SIMULATOR-simulator-SIMULATOR-simula"  # noqa: S105  # opens nothing but a simulator
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8088
PATIENCE_S = 30.0


class Simulator:
    """One bot, its people and chats, and the HTTP server between them.

    Args:
        token: the bot's token; the number before the colon becomes its id.
        bot_name, bot_username: how the bot presents itself.
        clock: seconds since the epoch; dates of messages, limits and storms follow it.
        seed: of the chance by which faults strike.
        keep_messages: how many messages are remembered over all chats (older ones cannot be edited).
        keep_texts: whether the ledger keeps texts besides their digests.
        population: ids of readers (positive) or groups (negative) that exist without being created.
        webhook_retry_delays_s: waits after failed deliveries to a webhook.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        bot_name: str = "Jarchi",
        bot_username: str = "jarchi_sim_bot",
        clock: Callable[[], float] = time.time,
        seed: int = 0,
        keep_messages: int = 10_000,
        keep_texts: bool = True,
        population: range | None = None,
        webhook_retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
    ) -> None:
        digits = token.partition(":")[0]
        if not (digits.isascii() and digits.isdigit()):
            raise SimulatorError("A token starts with the bot's number and a colon, as in 123456:secret.")
        bot = User(int(digits), bot_name, username=bot_username, is_bot=True)
        self.state = State(
            token=token,
            clock=clock,
            world=World(bot, keep_messages=keep_messages, population=population),
            ledger=Ledger(keep_texts=keep_texts),
            flood=Flood(),
            faults=Faults(seed),
        )
        self.api = BotApi(self.state)
        self._people: dict[int, Person] = {}
        self._webhook_retry_delays_s = webhook_retry_delays_s
        self._control = build_control(self)

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.state.token

    @property
    def faults(self) -> Faults:
        """Failures on request."""
        return self.state.faults

    @property
    def flood(self) -> Flood:
        """Telegram's limits; ``simulator.flood.is_on = True`` switches them on."""
        return self.state.flood

    @property
    def ledger(self) -> Ledger:
        """Everything that was accepted or refused."""
        return self.state.ledger

    @property
    def people(self) -> list[Person]:
        """Everybody who was created, in order."""
        return list(self._people.values())

    def person(
        self, first_name: str, *, language: str = "en", username: str = "", last_name: str = ""
    ) -> Person:
        """Create somebody who has not written to the bot yet."""
        user = self.state.world.add_person(
            first_name, language_code=language, username=username, last_name=last_name
        )
        person = Person(self.state, user)
        self._people[user.id] = person
        self.state.feed.tell("person", lambda: {"chat_id": user.id})
        return person

    def find_person(self, user_id: int) -> Person:
        """Somebody who was created.

        Raises:
            SimulatorError: there is nobody with this id.
        """
        if user_id not in self._people:
            raise SimulatorError(f"there is no person {user_id}")
        return self._people[user_id]

    def chat(self, chat_id: int) -> Chat:
        """A chat by its id.

        Raises:
            SimulatorError: there is no such chat.
        """
        chat = self.state.world.find_chat(chat_id)
        if chat is None:
            raise SimulatorError(f"there is no chat {chat_id}")
        return chat

    async def wait_until(self, predicate: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Wait until ``predicate`` holds; it is asked after everything that the bot does.

        Raises:
            SimulatorError: it does not hold in time.
        """
        if not await self.state.bell.until(predicate, timeout_s):
            raise SimulatorError(f"the bot did not do what was waited for within {timeout_s} s")

    async def wait_for_messages(self, chat: Chat, count: int, timeout_s: float = PATIENCE_S) -> list[Message]:
        """Wait until the bot has written ``count`` messages into a chat, counted from its beginning.

        Raises:
            SimulatorError: there are fewer when the time is over; the text says what is there.
        """
        if not await self.state.bell.until(lambda: len(chat.bot_messages) >= count, timeout_s):
            texts = [message.text[:60] for message in chat.bot_messages]
            raise SimulatorError(f"{len(texts)} of {count} messages came within {timeout_s} s: {texts}")
        return chat.bot_messages

    @contextlib.asynccontextmanager
    async def serve(self, host: str = DEFAULT_HOST, port: int = 0) -> AsyncIterator[str]:
        """Serve the Bot API and the chat page while the block runs, and yield the address ``http://host:port``."""
        self._open()
        webhook = WebhookCourier(self.state, retry_delays_s=self._webhook_retry_delays_s)
        async with listening(self, host=host, port=port, close=self._close) as url:
            delivering = asyncio.create_task(webhook.run())
            try:
                yield url
            finally:
                webhook.close()
                await delivering

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application: the Bot API first, because broadcasts come through it."""
        path: str = scope["path"]
        is_api = path.startswith(("/bot", "/file/bot"))
        app: Any = self.api if is_api else self._control
        await app(scope, receive, send)

    def _open(self) -> None:
        self.state.updates.is_closing = False
        self.api.closing.clear()

    def _close(self) -> None:
        self.state.updates.close()
        self.state.feed.close()
        self.api.closing.set()


async def run(
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    token: str = TOKEN,
    *,
    simulator: Simulator | None = None,
    started: Callable[[str], None] | None = None,
) -> None:
    """Serve until cancelled or told to stop (SIGTERM).

    Args:
        host: address to listen on.
        port: 0 takes a free one.
        token: of the bot, when no simulator is given.
        simulator: a prepared one.
        started: called with the address once it listens.
    """
    chosen, stop = simulator or Simulator(token=token), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with chosen.serve(host, port) as url:
        if started:
            started(url)
        await stop.wait()
