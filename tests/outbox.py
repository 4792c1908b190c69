"""Short ways to readers, editions and deliveries for the suites of the outbox. Every sentence is invented."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from bot.outcomes import Outcome, Sent
from bot.planner import Asked, Composed, PlanReport, plan_with
from news.model import Chat, ChatKind, Lane, Message, Preferences, Subscriber
from storage.outbox.values import Action, Job, State
from storage.storage import Store
from storage.tables import BroadcastRow, DeliveryRow

NOW = datetime(2026, 3, 21, 3, 0, tzinfo=UTC)  # 08:00 in Almaty
LEASE = timedelta(seconds=60)
ALMATY = Preferences(language="en", countries=("KZ",), zone="Asia/Almaty", hours=(time(8),))

A_JOB = Job(
    id=1,
    broadcast_id=2,
    subscriber_id=3,
    revision=0,
    lane=Lane.DIGEST,
    part=0,
    parts=1,
    action=Action.SEND,
    message_id=None,
    chat=Chat(4),
    language="en",
    doubts=0,
    is_plain=False,
    token="t",
    lease_until=NOW,
)


class Hands:
    """A clock that is turned by hand; whoever sleeps turns it too."""

    def __init__(self, now: datetime = NOW) -> None:
        self.wall = now
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.wall.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.wall += timedelta(seconds=max(seconds, 1e-6))  # no wait is too short to pass
        await asyncio.sleep(0)  # others run meanwhile

    def turn(self, **by: float) -> datetime:
        self.wall += timedelta(**by)
        return self.wall


class Post:
    """A sender that keeps what it was given and answers as told; ``answers`` by chat id, used up one by one."""

    def __init__(self, **answers: Sequence[Outcome]) -> None:
        self.sent: list[Job] = []
        self.answers: dict[int, list[Outcome]] = {int(chat): list(given) for chat, given in answers.items()}
        self.default: Callable[[Job], Outcome] = lambda job: Sent(1_000 + job.id)

    async def send(self, job: Job) -> Outcome:
        self.sent.append(job)
        waiting = self.answers.get(job.chat.chat_id)
        return waiting.pop(0) if waiting else self.default(job)

    async def fit(self, job: Job) -> tuple[Job, tuple[Job, ...]]:
        return job, ()

    def chats(self) -> list[int]:
        return [job.chat.chat_id for job in self.sent]


async def add_reader(
    store: Store,
    chat_id: int = 1,
    *,
    at: datetime = NOW - timedelta(days=1),
    topic_id: int = 0,
    **changes: object,
) -> Subscriber:
    """A reader of Kazakhstan at 08:00 in Almaty, from yesterday on."""
    preferences = replace(ALMATY, **changes)
    kind = ChatKind.PRIVATE if chat_id > 0 else ChatKind.GROUP
    return await store.subscribers.save(Chat(chat_id, topic_id), kind, preferences, at)


class Composer:
    """Composes an edition of ``parts`` messages that name what was asked; keeps what it was asked."""

    def __init__(self, parts: int = 1) -> None:
        self.parts = parts
        self.asked: list[Asked] = []

    async def __call__(self, asked: Asked) -> Composed:
        self.asked.append(asked)
        countries = " ".join(asked.preferences.countries)
        messages = [Message(f"{countries}, part {part}") for part in range(self.parts)]
        return Composed(tuple(messages), story_count=1)


async def plan_at(store: Store, now: datetime, composer: Composer | None = None) -> PlanReport:
    """One run of the planner with a composer that needs no news."""
    return await plan_with(store, composer or Composer(), now=now)


async def queue_alert(
    store: Store, *parts: str, countries: Sequence[str] = (), now: datetime = NOW, **by_language: str
) -> int:
    """A confirmed alert to every reader: its id."""
    messages = {"": tuple(Message(part) for part in parts or ("Bridge closed.",))}
    messages |= {language: (Message(text),) for language, text in by_language.items()}
    number = await store.broadcasts.draft_alert("Bridge closed.", messages, countries, 7, now)
    await store.broadcasts.confirm_alert(number, now)
    return number


async def claim(
    store: Store, lane: Lane = Lane.ALERT, *, now: datetime = NOW, limit: int = 100, token: str = "t"
) -> list[Job]:
    """What a courier would claim now."""
    return await store.outbox.claim(lane, limit, token=token, now=now, lease=LEASE)


async def states(store: Store, broadcast_id: int | None = None) -> Counter[str]:
    """Deliveries by state."""
    statement = select(DeliveryRow.state)
    if broadcast_id is not None:
        statement = statement.where(DeliveryRow.broadcast_id == broadcast_id)
    async with store.engine.connect() as connection:
        return Counter(await connection.scalars(statement))


async def deliveries(store: Store) -> list[tuple[int, int, str, str]]:
    """(reader, part, state, action) of every delivery, by reader and part."""
    statement = select(DeliveryRow.subscriber_id, DeliveryRow.part, DeliveryRow.state, DeliveryRow.action)
    async with store.engine.connect() as connection:
        rows = await connection.execute(
            statement.order_by(DeliveryRow.broadcast_id, DeliveryRow.subscriber_id, DeliveryRow.part)
        )
        return [tuple(row) for row in rows]


async def counted(store: Store, broadcast_id: int) -> dict[str, int]:
    """The counts kept beside the broadcast, without the zeros."""
    names = (
        "total",
        "held",
        *(state.value for state in (State.SENT, State.GONE, State.BROKEN, State.UNKNOWN, State.CANCELLED)),
    )
    async with store.engine.connect() as connection:
        row = (
            await connection.execute(select(BroadcastRow.__table__).where(BroadcastRow.id == broadcast_id))
        ).one()
        return {name: getattr(row, name) for name in names if getattr(row, name)}


async def broadcasts(store: Store) -> list[int]:
    """Their ids, oldest first."""
    async with store.engine.connect() as connection:
        return list(await connection.scalars(select(BroadcastRow.id).order_by(BroadcastRow.id)))
