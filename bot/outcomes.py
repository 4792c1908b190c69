"""Telegram's answers, sorted by what we do next.

``classify`` turns an exception of python-telegram-bot into an outcome; ``react`` turns an outcome into the row of the
delivery. Both are pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from storage.outbox.values import Action, Job, Result, State

DOUBT_WAIT = timedelta(
    seconds=30
)  # a message that was accepted late would otherwise be overtaken by its repetition
MOST_DOUBTS = 2
UNREACHABLE_WAIT = timedelta(seconds=2)
JITTER = timedelta(seconds=3)
WAIT_JITTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram has it; ``message_id`` is None for an edit or a deletion."""

    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Not sent: nothing more to this chat, or at all, for ``wait``."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Not sent: no connection came about."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Not sent: the group has become a supergroup under another id."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class Gone:
    """Not sent: the reader blocked us, left, or the chat is no more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pointless:
    """There is nothing left to edit or delete."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unmarked:
    """Not sent: our markup was refused. Our bug; worth one more try as plain text."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Not sent, and it never will be."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Perhaps sent: the connection was lost, or the server failed, after the request had begun."""

    reason: str


@dataclass(frozen=True, slots=True)
class Halt:
    """Not sent, and nothing else will be: the token is refused, or another process polls with it."""

    reason: str


Outcome = Sent | Wait | Unreachable | Moved | Gone | Pointless | Unmarked | Broken | Unknown | Halt

UNMARKED = ("can't parse entities", "can't find end of", "unsupported start tag", "unmatched end tag")
NOT_MODIFIED = "message is not modified"
POINTLESS = (
    "message to edit not found",
    "message to delete not found",
    "message can't be edited",
    "message can't be deleted",
    "message_id_invalid",
)
GONE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "peer_id_invalid",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "group chat was deactivated",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
    "chat_restricted",
    "chat_send_plain_forbidden",
)
REFUSED_BY_STATUS = ("request entity too large", "method not allowed", "not acceptable")


class NotSentError(NetworkError):
    """The transport says for certain that no request left this machine; after any other error Telegram may have read it."""


def classify(error: TelegramError) -> Outcome:
    """The outcome that an exception of a send means. BadRequest is a NetworkError, so it is matched before it."""
    match error:
        case RetryAfter():
            return Wait(_as_timedelta(error.retry_after))
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Forbidden():
            return Gone(error.message)
        case InvalidToken() | Conflict():
            return Halt(error.message)
        case BadRequest():
            return _bad_request(error.message)
        case NetworkError():
            return _network_error(error)
        case _:
            return Broken(error.message)


def _bad_request(reason: str) -> Outcome:
    said = reason.lower()
    if NOT_MODIFIED in said:
        return Sent()
    for phrases, outcome in ((POINTLESS, Pointless), (UNMARKED, Unmarked), (GONE, Gone)):
        if any(phrase in said for phrase in phrases):
            return outcome(reason)
    return Broken(reason)


def _network_error(error: NetworkError) -> Outcome:
    if isinstance(error, NotSentError):
        return Unreachable(error.message)
    if any(phrase in error.message.lower() for phrase in REFUSED_BY_STATUS):
        return Broken(error.message)
    return Unknown(error.message)


def _as_timedelta(value: timedelta | int) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(seconds=value)


def react(outcome: Outcome, job: Job, *, now: datetime, chance: float) -> Result:
    """What the delivery's row becomes. ``chance`` in [0, 1) spreads repetitions so that they do not come in one burst."""
    match outcome:
        case Sent():
            return Result(job, State.SENT, message_id=outcome.message_id)
        case Wait():
            return Result(job, State.WAITING, not_before=now + outcome.wait + chance * WAIT_JITTER)
        case Unreachable():
            later = now + UNREACHABLE_WAIT + chance * JITTER
            return Result(job, State.WAITING, not_before=later, error=outcome.reason)
        case Moved() | Halt():
            return Result(job, State.WAITING, not_before=now)
        case Gone():
            return Result(job, State.GONE, error=outcome.reason, pauses_reader=True)
        case Pointless():
            return Result(job, State.GONE, error=outcome.reason)
        case Unmarked() if not job.is_plain and job.action is not Action.DELETE:
            return Result(job, State.WAITING, not_before=now, error=outcome.reason, is_plain=True)
        case Unmarked() | Broken():
            return Result(job, State.BROKEN, error=outcome.reason)
        case Unknown():
            return _doubt(outcome, job, now=now, chance=chance)


def _doubt(outcome: Unknown, job: Job, *, now: datetime, chance: float) -> Result:
    # To edit or to delete twice does no harm, so those are tried until they succeed.
    if job.action is Action.SEND and job.doubts + 1 >= MOST_DOUBTS:
        return Result(job, State.UNKNOWN, error=outcome.reason, is_doubt=True)
    later = now + DOUBT_WAIT * (1 + math.floor(job.doubts / MOST_DOUBTS)) + chance * JITTER
    return Result(job, State.WAITING, not_before=later, error=outcome.reason, is_doubt=True)
