"""When a source is fetched next, and what a fetch teaches. Pure.

The wait follows how often the source publishes, between limits; failures double it; a source that had its reader killed
three times is parked for days; and no server is asked sooner than it wants.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from news.model import Item, SourceState

FLOOR = timedelta(minutes=10)
CEILING = timedelta(hours=6)
FAILURE_CEILING = timedelta(hours=24)
PARKED_FROM_STRIKES = 3
PARKED = timedelta(days=1)
PARKED_CEILING = timedelta(days=30)
# A server may ask for patience, but not for ever.
SERVER_CEILING = timedelta(days=1)
RETRY_AFTER_CEILING = timedelta(days=7)
# A source is called dead after so many errors in a row over at least so long.
DEAD_FAILURES = 8
DEAD_AFTER = timedelta(days=3)
REDIRECT_SIGHTINGS = 3
# Share of the running rate that six hours of observation replace.
_FRESH_WEIGHT = 0.3
_DAY_S = 86_400.0
_RATE_WINDOW = timedelta(days=7)


class Outcome(StrEnum):
    """How a fetch ended."""

    NEW = "new"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    STRUCK = "struck"  # its body had to be taken away from a killed reader


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one fetch told. ``server_wait`` is what headers and feed ask for, ``retry_after`` what an error asked for."""

    outcome: Outcome
    added: int = 0
    items: tuple[Item, ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    server_wait: timedelta = timedelta(0)
    retry_after: timedelta = timedelta(0)
    moved_to: str | None = None
    error: str = ""


def learn(source_id: str, state: SourceState, lesson: Lesson, now: datetime) -> SourceState:
    """The state after a fetch, with the time of the next one."""
    if lesson.outcome in {Outcome.FAILED, Outcome.STRUCK}:
        return _after_failure(source_id, state, lesson, now)
    rate = _rate(state, lesson, now)
    wait = max(_own_wait(rate), min(lesson.server_wait, SERVER_CEILING))
    seen = state.redirect_seen + 1 if lesson.moved_to == state.redirect_url else 1
    return replace(
        state,
        # A 304 may come without validators; what it confirms is what we hold.
        etag=lesson.etag or (state.etag if lesson.outcome is Outcome.UNCHANGED else None),
        last_modified=lesson.last_modified
        or (state.last_modified if lesson.outcome is Outcome.UNCHANGED else None),
        next_fetch_at=now + _spread(source_id, wait),
        last_fetch_at=now,
        last_success_at=now,
        failures=0,
        strikes=0,
        last_error="",
        items_per_day=rate,
        redirect_url=lesson.moved_to,
        redirect_seen=seen if lesson.moved_to else 0,
        is_dead_told=False,
    )


def settled_redirect(state: SourceState) -> str | None:
    """Where the source has moved for good: the same permanent redirect, seen often enough in a row."""
    return state.redirect_url if state.redirect_seen >= REDIRECT_SIGHTINGS else None


def is_dead(state: SourceState, now: datetime) -> bool:
    """Whether a source has failed so often and so long that its editors should know."""
    since = state.last_success_at
    return state.failures >= DEAD_FAILURES and (since is None or now - since >= DEAD_AFTER)


def is_parked(state: SourceState) -> bool:
    """Whether its bodies have killed so many readers that it is asked only now and then."""
    return state.strikes >= PARKED_FROM_STRIKES


def _after_failure(source_id: str, state: SourceState, lesson: Lesson, now: datetime) -> SourceState:
    failures = state.failures + 1
    strikes = state.strikes + (lesson.outcome is Outcome.STRUCK)
    wait = min(FLOOR * 2 ** min(failures, 10), FAILURE_CEILING)
    if strikes >= PARKED_FROM_STRIKES:
        wait = min(PARKED * 2 ** min(strikes - PARKED_FROM_STRIKES, 10), PARKED_CEILING)
    wait = max(_spread(source_id, wait), min(lesson.retry_after, RETRY_AFTER_CEILING))
    return replace(
        state,
        next_fetch_at=now + wait,
        last_fetch_at=now,
        failures=failures,
        strikes=strikes,
        last_error=lesson.error,
        redirect_url=None,
        redirect_seen=0,
    )


def _own_wait(items_per_day: float) -> timedelta:
    """About the time in which one new item is expected."""
    if items_per_day <= _DAY_S / CEILING.total_seconds():
        return CEILING
    return max(FLOOR, timedelta(seconds=_DAY_S / items_per_day))


def _rate(state: SourceState, lesson: Lesson, now: datetime) -> float:
    """Items a day: at first from the dates in the feed, then a running average of what was new."""
    if state.last_success_at is None:
        return _dated_rate(lesson.items, now) or float(lesson.added)
    days = max((now - state.last_success_at).total_seconds(), 60.0) / _DAY_S
    # By time and not by fetches: asking twice as often must not forget twice as fast.
    weight = 1.0 - float((1.0 - _FRESH_WEIGHT) ** (days * 4))
    observed = min(lesson.added / days, 2_000.0)
    return state.items_per_day + weight * (observed - state.items_per_day)


def _dated_rate(items: Sequence[Item], now: datetime) -> float:
    recent = [
        item.published for item in items if item.published and now - _RATE_WINDOW <= item.published <= now
    ]
    if not recent:
        return 0.0
    days = max((now - min(recent)).total_seconds() / _DAY_S, 1 / 24)
    return len(recent) / days


def _spread(source_id: str, wait: timedelta) -> timedelta:
    """The wait, up to a tenth longer by the source's name, so that a thousand sources do not fall due together."""
    share = hashlib.sha256(source_id.encode()).digest()[0] / 255
    return wait * (1 + share / 10)
