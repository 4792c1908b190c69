from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from news.model import Item, SourceState
from news.refresh import (
    CEILING,
    FAILURE_CEILING,
    FLOOR,
    PARKED_CEILING,
    Lesson,
    Outcome,
    is_dead,
    is_parked,
    learn,
    settled_redirect,
)

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def items(count: int, over: timedelta) -> tuple[Item, ...]:
    return tuple(
        Item(str(number), "t", published=NOW - over * (number + 1) / count) for number in range(count)
    )


def wait_after(state: SourceState, lesson: Lesson) -> timedelta:
    next_at = learn("orda", state, lesson, NOW).next_fetch_at
    assert next_at is not None
    return next_at - NOW


def about(wait: timedelta) -> tuple[timedelta, timedelta]:
    """The wait, and the tenth that the source's name may add."""
    return wait, wait * 1.1


@pytest.mark.parametrize(
    ("lesson", "expected"),
    [
        pytest.param(Lesson(Outcome.NEW, 24, items(24, timedelta(hours=24))), HOUR, id="an item an hour"),
        pytest.param(Lesson(Outcome.NEW, 500, items(500, timedelta(hours=12))), FLOOR, id="a torrent: the floor"),
        pytest.param(Lesson(Outcome.NEW, 2, items(2, timedelta(days=6))), CEILING, id="a trickle: the ceiling"),
        pytest.param(Lesson(Outcome.NEW, 48, ()), HOUR / 2, id="undated: by what was new"),
        pytest.param(Lesson(Outcome.NEW, 0, ()), CEILING, id="nothing known"),
        pytest.param(Lesson(Outcome.NEW, 9, items(9, timedelta(days=-1))), timedelta(hours=24 / 9), id="dates to come do not count"),
        pytest.param(Lesson(Outcome.NEW, 1, items(1, timedelta(seconds=5))), HOUR, id="one item just now is not a torrent"),
        pytest.param(Lesson(Outcome.NEW, 500, items(500, timedelta(hours=12)), server_wait=2 * HOUR), 2 * HOUR, id="the server asks for more"),
        pytest.param(Lesson(Outcome.NEW, 24, items(24, timedelta(hours=24)), server_wait=timedelta(days=30)), timedelta(days=1), id="but not for ever"),
    ],
)  # fmt: skip
def test_the_first_fetch_sets_the_pace(lesson: Lesson, expected: timedelta) -> None:
    low, high = about(expected)
    assert low <= wait_after(SourceState(), lesson) <= high


def test_the_pace_follows_what_is_published() -> None:
    state = SourceState(last_success_at=NOW - 6 * HOUR, items_per_day=24.0)
    busier = learn("orda", state, Lesson(Outcome.NEW, added=60), NOW).items_per_day
    quieter = learn("orda", state, Lesson(Outcome.UNCHANGED), NOW).items_per_day
    assert quieter == pytest.approx(24 * 0.7)
    assert busier == pytest.approx(24 * 0.7 + 240 * 0.3)


def test_asking_twice_as_often_does_not_forget_twice_as_fast() -> None:
    often = rarely = SourceState(last_success_at=NOW, items_per_day=24.0)
    for half in range(1, 13):
        often = learn("orda", often, Lesson(Outcome.UNCHANGED), NOW + half * HOUR / 2)
    rarely = learn("orda", rarely, Lesson(Outcome.UNCHANGED), NOW + 6 * HOUR)
    assert often.items_per_day == pytest.approx(rarely.items_per_day)


def test_a_success_forgets_failures_and_keeps_the_validators() -> None:
    state = SourceState(
        failures=5, strikes=2, last_error="x", is_dead_told=True, etag='"old"', last_modified="then"
    )
    fresh = learn("orda", state, Lesson(Outcome.NEW, etag='"new"'), NOW)
    assert (fresh.failures, fresh.strikes, fresh.last_error, fresh.is_dead_told) == (0, 0, "", False)
    assert (fresh.etag, fresh.last_modified) == ('"new"', None)
    assert fresh.last_fetch_at == fresh.last_success_at == NOW
    unchanged = learn("orda", state, Lesson(Outcome.UNCHANGED), NOW)
    assert (unchanged.etag, unchanged.last_modified) == ('"old"', "then")


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        (0, FLOOR * 2),
        (1, FLOOR * 4),
        (5, FLOOR * 64),
        (9, FAILURE_CEILING),
        (1_000, FAILURE_CEILING),
    ],
)
def test_failures_double_the_wait_up_to_a_day(failures: int, expected: timedelta) -> None:
    low, high = about(expected)
    assert low <= wait_after(SourceState(failures=failures), Lesson(Outcome.FAILED, error="x")) <= high


def test_a_failure_is_counted_and_told() -> None:
    state = learn(
        "orda", SourceState(items_per_day=9.0, etag='"e"'), Lesson(Outcome.FAILED, error="gone"), NOW
    )
    assert (state.failures, state.strikes, state.last_error) == (1, 0, "gone")
    assert (state.items_per_day, state.etag, state.last_success_at) == (9.0, '"e"', None)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (timedelta(hours=5), timedelta(hours=5)),
        (timedelta(days=60), timedelta(days=7)),
        (timedelta(0), FLOOR * 2),
    ],
    ids=["as asked", "at most a week", "not asked"],
)
def test_retry_after_is_obeyed(asked: timedelta, expected: timedelta) -> None:
    low, high = about(expected)
    assert low <= wait_after(SourceState(), Lesson(Outcome.FAILED, retry_after=asked)) <= high


@pytest.mark.parametrize(
    ("strikes", "parked", "expected"),
    [(0, False, FLOOR * 2), (2, True, timedelta(days=1)), (4, True, timedelta(days=4)), (99, True, PARKED_CEILING)],
)  # fmt: skip
def test_a_source_that_kills_its_readers_is_parked(strikes: int, parked: bool, expected: timedelta) -> None:
    state = learn("orda", SourceState(strikes=strikes), Lesson(Outcome.STRUCK, error="x"), NOW)
    assert state.strikes == strikes + 1
    assert is_parked(state) is parked
    assert state.next_fetch_at is not None
    low, high = about(expected)
    assert low <= state.next_fetch_at - NOW <= high


def test_only_lasting_permanent_redirects_settle() -> None:
    state = SourceState()
    sightings = ["https://b", "https://c", "https://c", None, "https://c", "https://c", "https://c"]
    settled = []
    for moved_to in sightings:
        state = learn("orda", state, Lesson(Outcome.UNCHANGED, moved_to=moved_to), NOW)
        settled.append(settled_redirect(state))
    assert settled == [None] * 6 + ["https://c"]
    assert settled_redirect(learn("orda", state, Lesson(Outcome.FAILED), NOW)) is None


@pytest.mark.parametrize(
    ("failures", "last_success_at", "expected"),
    [
        (8, NOW - timedelta(days=3), True),
        (8, None, True),
        (7, NOW - timedelta(days=30), False),
        (50, NOW - timedelta(days=2), False),
    ],
    ids=["often and long", "never worked", "too few", "too short"],
)
def test_a_source_is_dead_after_many_failures_over_days(
    failures: int, last_success_at: datetime | None, expected: bool
) -> None:
    assert is_dead(SourceState(failures=failures, last_success_at=last_success_at), NOW) is expected


def test_sources_that_fail_together_do_not_return_together() -> None:
    lesson = Lesson(Outcome.FAILED)
    times = {learn(f"s{number}", SourceState(), lesson, NOW).next_fetch_at for number in range(50)}
    assert len(times) > 30
