"""A whole Jarchi on one machine for a test: real database, real client, Bot API over HTTP, a clock turned by hand."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from telegram.ext import ApplicationBuilder
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from bot.app import UPDATES, AnyApplication, build_application
from bot.courier import Courier
from bot.courier_request import CourierBot, CourierRequest
from bot.pace import Pace
from bot.planner import PlanReport, plan
from bot.samples import load_samples
from bot.sending import TelegramSender
from handlers.services import Services
from news.gazetteer import Gazetteer, load_gazetteer
from news.stories import join_stories
from simulator import Chat, Message, Person, Simulator, Tap
from storage.outbox.values import State
from storage.storage import Store, open_store
from storage.tables import DeliveryRow

PATIENCE_S = 60.0  # a loaded machine is slow, not wrong; a passing test waits for nothing
MORNING = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)  # 11:00 in Almaty, a Friday


class TurnedClock:
    """``now`` is turned by hand and goes on from there: what the courier puts off for a second has to come due."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.turn_to(now)

    def now(self) -> datetime:
        return self._turned_to + timedelta(seconds=time.monotonic() - self._turned_at)

    def timestamp(self) -> float:
        return self.now().timestamp()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def turn_to(self, moment: datetime) -> None:
        self._turned_to, self._turned_at = moment, time.monotonic()


class HurriedClock(TurnedClock):
    """For the pace of answers: a chat's one message a second passes in a twentieth of it."""

    HURRY = 20.0

    def monotonic(self) -> float:
        return self.HURRY * time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.HURRY)


class Recording(BaseRequest):
    """Keeps the markup that goes out through the transport it is mixed into."""

    markups: list[str]

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **how: Any
    ) -> tuple[int, bytes]:
        """Keep the text of whatever is sent as HTML, then send it."""
        parameters = json.loads(request_data.json_payload) if request_data else {}
        if parameters.get("parse_mode") == "HTML":
            self.markups.append(parameters.get("text") or parameters.get("caption") or "")
        return await super().do_request(url, method, request_data, **how)


class RecordingRequest(Recording, HTTPXRequest):
    """The library's own transport."""


class RecordingCourierRequest(Recording, CourierRequest):
    """The courier's transport."""


@dataclass
class Town:
    """The people of a test talk through ``say`` and ``tap``; what the bot then wrote comes back."""

    simulator: Simulator
    store: Store
    gazetteer: Gazetteer
    application: AnyApplication
    clock: TurnedClock
    editor: Person
    markups: list[str] = field(default_factory=list)

    async def say(
        self, person: Person, text: str, *, count: int = 1, chat: Chat | None = None, **how: object
    ) -> Message:
        """Write and wait for ``count`` answers; the last of them."""
        where = chat or person.chat
        before = len(where.bot_messages)
        await person.send(where, text, **how)
        return (await self.simulator.wait_for_messages(where, before + count, PATIENCE_S))[-1]

    async def tap(self, person: Person, message: Message, label: str, *, count: int = 0) -> Message:
        """Tap and wait for the answer: ``count`` new messages, or (0) the tapped message changed. The last message."""
        before, seen = len(message.chat.bot_messages), (message.text, message.keyboard)
        tap = await person.tap(message, label)
        if count:
            await self.simulator.wait_for_messages(message.chat, before + count, PATIENCE_S)
            await self.answered(tap)
            return message.chat.bot_messages[-1]
        await self.answered(tap)
        await self.simulator.wait_until(lambda: (message.text, message.keyboard) != seen, PATIENCE_S)
        return message

    async def answered(self, tap: Tap) -> str:
        """The notice over the chat that a tap was answered with."""
        await self.simulator.wait_until(lambda: tap.is_answered, PATIENCE_S)
        return str((tap.answer or {}).get("text") or "")

    async def subscribe(self, person: Person, countries: str = "kz uz") -> Message:
        """The shortest way to be a reader."""
        return await self.say(person, f"/subscribe {countries}")

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Let the bot work until the database says so."""
        async with asyncio.timeout(PATIENCE_S):
            while not await holds():  # noqa: ASYNC110 (the database rings no bell)
                await asyncio.sleep(0)

    async def all_recorded(self) -> bool:
        """Whether no delivery waits or is in the air."""
        is_open = DeliveryRow.state.in_((State.WAITING, State.CLAIMED, State.AFTER))
        async with self.store.engine.connect() as connection:
            return not await connection.scalar(select(func.count()).select_from(DeliveryRow).where(is_open))

    async def plan(self) -> PlanReport:
        """What the planner does when the clock rings."""
        return await plan(self.store, self.gazetteer, now=self.clock.now())


async def bring_news(url: str) -> None:
    """Sample news from before MORNING, joined to stories, into a migrated database."""
    gazetteer, store = load_gazetteer(), await open_store(url)
    await load_samples(store, gazetteer, now=MORNING)
    while await join_stories(store, gazetteer, now=MORNING):
        pass
    await store.close()


@asynccontextmanager
async def open_town(store: Store, gazetteer: Gazetteer) -> AsyncIterator[Town]:
    """An editor, and the bot polling the simulator with a courier on its way."""
    clock = TurnedClock()
    simulator = Simulator(clock=clock.timestamp)
    editor = simulator.person("Editor", language="en")
    async with simulator.serve() as url:
        pace = Pace(HurriedClock(), rate=1000.0, ceiling=1000.0)
        services = Services(
            storage=store,
            gazetteer=gazetteer,
            now=clock.now,
            admin_ids=frozenset({editor.id}),
            operator="@operator",
            wait=lambda _seconds: asyncio.sleep(0.01),
        )
        markups: list[str] = []
        replying, sending = RecordingRequest(), RecordingCourierRequest(connections=8)
        replying.markups = sending.markups = markups
        builder = (
            ApplicationBuilder()
            .request(replying)
            .token(simulator.token)
            .base_url(f"{url}/bot")
            .base_file_url(f"{url}/file/bot")
        )
        application = build_application(builder, services, pace)
        carrier = CourierBot(simulator.token, base_url=f"{url}/bot", request=sending)
        sender = TelegramSender(carrier, store.outbox.messages)
        courier = Courier(store.outbox, store.subscribers, sender, pace, clock)
        stop = asyncio.Event()
        await carrier.initialize()
        await application.initialize()
        await application.start()
        await application.updater.start_polling(poll_interval=0.0, timeout=5, allowed_updates=UPDATES)
        carrying = asyncio.create_task(courier.run(stop))
        try:
            yield Town(simulator, store, gazetteer, application, clock, editor, markups)
        finally:
            stop.set()
            await carrying
            await application.updater.stop()
            await application.stop()
            await application.shutdown()
            await carrier.shutdown()
