"""What the planner and the courier exchange with the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from news.model import Chat, Lane

RANKS: dict[Lane, int] = {Lane.REPLY: 0, Lane.ALERT: 1, Lane.WATCH: 2, Lane.DIGEST: 3}
LANES: dict[int, Lane] = {rank: lane for lane, rank in RANKS.items()}


class State(StrEnum):
    """Of a delivery. The first four are open; ``HELD`` waits for its reader to wake, ``AFTER`` for the part before."""

    WAITING = "waiting"
    AFTER = "after"
    HELD = "held"
    CLAIMED = "claimed"
    SENT = "sent"
    GONE = "gone"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


UNSENT = (State.WAITING, State.AFTER, State.HELD)


class Action(StrEnum):
    """What a delivery does in its chat."""

    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Fence:
    """Proof of leadership: a write under it is refused once another process has taken the lease ``name``."""

    name: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Lag:
    """Slots that were last planned for ``last_local_date``, with their mask of weekdays (bit 0: Monday)."""

    last_local_date: date | None
    weekdays: int


@dataclass(frozen=True, slots=True)
class SlotTime:
    """A wall-clock time of a zone at which some readers want a digest."""

    zone: str
    local_time: time


@dataclass(frozen=True, slots=True)
class Window:
    """One due edition time: readers of ``slot`` not yet planned for ``local_date``, told up to ``until``.

    A reader's edition starts at its last one, never before ``floor``; a first edition starts at ``first_since``.
    """

    slot: SlotTime
    local_date: date
    until: datetime
    floor: datetime
    first_since: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """Readers of one window whose editions are equal. ``sample_id`` is the first of them, ``last_id`` the last; ``mutes`` one word list a line."""

    wants: str
    since: datetime
    skipped: int
    mutes: str
    sample_id: int
    last_id: int
    readers: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A part of a broadcast that stands in a chat."""

    broadcast_id: int
    revision: int
    part: int


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed delivery: what to do, where, and under which token its result will be accepted.

    ``also``: alerts that the same reader slept through, claimed with this one to go out in one message. ``beside``: what
    stands in the message of which this one edits or deletes its own part.
    """

    id: int
    broadcast_id: int
    subscriber_id: int
    revision: int
    lane: Lane
    part: int
    parts: int
    action: Action
    message_id: int | None
    chat: Chat
    language: str
    doubts: int
    is_plain: bool
    token: str
    lease_until: datetime
    also: tuple[Job, ...] = ()
    beside: tuple[Shown, ...] = ()

    @property
    def together(self) -> tuple[Job, ...]:
        """Every delivery that ends with this one."""
        return (self, *self.also)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job.

    ``State.WAITING`` means again, not before ``not_before``; ``is_doubt``: it may have arrived all the same;
    ``is_plain``: its markup was refused; ``pauses_reader``: nothing more can be sent to this chat.
    """

    job: Job
    state: State
    not_before: datetime | None = None
    message_id: int | None = None
    error: str = ""
    is_doubt: bool = False
    is_plain: bool = False
    pauses_reader: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many results were accepted, how many came too late, and which broadcasts were stopped for being broken."""

    accepted: int = 0
    stale: int = 0
    stopped: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Lease:
    """Who leads, since which epoch, until when."""

    name: str
    owner: str
    epoch: int
    until: datetime
