"""Every answer of Telegram, and what becomes of the delivery."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.outcomes import (
    Broken,
    Gone,
    Halt,
    Moved,
    NotSentError,
    Outcome,
    Pointless,
    Sent,
    Unknown,
    Unmarked,
    Unreachable,
    Wait,
    classify,
    react,
)
from storage.outbox.values import Action, Job, Result, State
from tests.outbox import A_JOB, NOW


def timedelta_of(**parts: float) -> timedelta:
    return timedelta(**parts)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(RetryAfter(timedelta(seconds=17)), Wait(timedelta(seconds=17)), id="429"),
        pytest.param(RetryAfter(43_838), Wait(timedelta(seconds=43_838)), id="429 of half a day"),
        pytest.param(ChatMigrated(-100_5), Moved(-100_5), id="migrated"),
        pytest.param(Forbidden("bot was blocked by the user"), Gone("bot was blocked by the user"), id="blocked"),
        pytest.param(Forbidden("Forbidden: user is deactivated"), Gone("Forbidden: user is deactivated"), id="deactivated"),
        pytest.param(Forbidden("Forbidden: bot was kicked from the group chat"), Gone("Forbidden: bot was kicked from the group chat"), id="kicked"),
        pytest.param(InvalidToken("Unauthorized"), Halt("Unauthorized"), id="401"),
        pytest.param(Conflict("terminated by other getUpdates"), Halt("terminated by other getUpdates"), id="409"),
        pytest.param(BadRequest("Chat not found"), Gone("Chat not found"), id="chat not found"),
        pytest.param(BadRequest("Not enough rights to send text messages to the chat"), Gone("Not enough rights to send text messages to the chat"), id="no rights"),
        pytest.param(BadRequest("TOPIC_CLOSED"), Gone("Topic_closed"), id="topic closed"),
        pytest.param(BadRequest("Can't parse entities: unsupported start tag"), Unmarked("Can't parse entities: unsupported start tag"), id="bad markup"),
        pytest.param(BadRequest("Message is not modified: specified new"), Sent(), id="edited to the same"),
        pytest.param(BadRequest("Message to edit not found"), Pointless("Message to edit not found"), id="nothing to edit"),
        pytest.param(BadRequest("Message can't be deleted for everyone"), Pointless("Message can't be deleted for everyone"), id="too old to delete"),
        pytest.param(BadRequest("Message is too long"), Broken("Message is too long"), id="another 400"),
        pytest.param(NetworkError("Request Entity Too Large"), Broken("Request Entity Too Large"), id="413"),
        pytest.param(NetworkError("Bad Gateway"), Unknown("Bad Gateway"), id="502"),
        pytest.param(NetworkError("Internal Server Error"), Unknown("Internal Server Error"), id="500"),
        pytest.param(TimedOut(), Unknown("Timed out"), id="no answer in time"),
        pytest.param(NetworkError("reset"), Unknown("reset"), id="reset"),
        pytest.param(NotSentError("no connection"), Unreachable("no connection"), id="our transport says: not sent"),
        pytest.param(TelegramError("something new"), Broken("something new"), id="something new"),
    ],
)  # fmt: skip
def test_answers_become_outcomes(error: TelegramError, expected: Outcome) -> None:
    found = classify(error)

    assert (type(found), str(found).lower()) == (type(expected), str(expected).lower())


HALF_A_SECOND = timedelta(milliseconds=500)


@pytest.mark.parametrize(
    ("outcome", "job", "expected"),
    [
        pytest.param(Sent(9), A_JOB, Result(A_JOB, State.SENT, message_id=9), id="sent"),
        pytest.param(
            Wait(timedelta(seconds=17)),
            A_JOB,
            Result(A_JOB, State.WAITING, not_before=NOW + timedelta(seconds=17) + HALF_A_SECOND),
            id="after the wait, a little spread",
        ),
        pytest.param(
            Unreachable("no"),
            A_JOB,
            Result(A_JOB, State.WAITING, not_before=NOW + timedelta(seconds=3.5), error="no"),
            id="never sent: soon again, no attempt",
        ),
        pytest.param(
            Moved(-5), A_JOB, Result(A_JOB, State.WAITING, not_before=NOW), id="moved: again at once"
        ),
        pytest.param(
            Halt("x"), A_JOB, Result(A_JOB, State.WAITING, not_before=NOW), id="halt: kept for later"
        ),
        pytest.param(
            Gone("x"),
            A_JOB,
            Result(A_JOB, State.GONE, error="x", pauses_reader=True),
            id="gone: reader paused",
        ),
        pytest.param(
            Pointless("x"), A_JOB, Result(A_JOB, State.GONE, error="x"), id="pointless: reader stays"
        ),
        pytest.param(Broken("x"), A_JOB, Result(A_JOB, State.BROKEN, error="x"), id="broken"),
        pytest.param(
            Unmarked("x"),
            A_JOB,
            Result(A_JOB, State.WAITING, not_before=NOW, error="x", is_plain=True),
            id="bad markup: once more as plain text",
        ),
        pytest.param(
            Unmarked("x"),
            replace(A_JOB, is_plain=True),
            Result(replace(A_JOB, is_plain=True), State.BROKEN, error="x"),
            id="bad markup of plain text: broken",
        ),
        pytest.param(
            Unknown("x"),
            A_JOB,
            Result(A_JOB, State.WAITING, not_before=NOW + timedelta(seconds=31.5), error="x", is_doubt=True),
            id="unknown: waits half a minute",
        ),
        pytest.param(
            Unknown("x"),
            replace(A_JOB, doubts=1),
            Result(replace(A_JOB, doubts=1), State.UNKNOWN, error="x", is_doubt=True),
            id="unknown twice: stays unknown",
        ),
        pytest.param(
            Unknown("x"),
            replace(A_JOB, doubts=2, action=Action.DELETE),
            Result(
                replace(A_JOB, doubts=2, action=Action.DELETE),
                State.WAITING,
                not_before=NOW + timedelta(seconds=61.5),
                error="x",
                is_doubt=True,
            ),
            id="a deletion may be repeated, more and more rarely",
        ),
    ],
)
def test_outcomes_become_results(outcome: Outcome, job: Job, expected: Result) -> None:
    assert react(outcome, job, now=NOW, chance=0.5) == expected
