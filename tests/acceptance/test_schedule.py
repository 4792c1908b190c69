"""The digest comes at the reader's hour, once a day, whatever happens to the process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.town import Town

DAYS = 7
EIGHT_IN_ALMATY = datetime(2026, 3, 21, 3, 0, tzinfo=UTC)


async def digests_by_tick(town: Town, person_chat, ticks: Sequence[datetime]) -> list[datetime]:
    """Ring the planner's bell at these moments; the moments at which a digest came."""
    came = []
    for tick in ticks:
        town.clock.turn_to(tick)
        before = len(person_chat.bot_messages)
        report = await town.plan()
        if report.deliveries:
            await town.until(town.all_recorded)
            assert len(person_chat.bot_messages) == before + report.deliveries
            came += [tick] * report.deliveries
    return came


@pytest.mark.parametrize(
    ("down", "expected"),
    [
        pytest.param((), timedelta(0), id="always up: at 03:00 UTC"),
        pytest.param((-1, 20), timedelta(minutes=20), id="down from 02:59 to 03:20: at 03:20"),
    ],
)
async def test_one_digest_a_day_at_the_readers_hour(town: Town, down: tuple[int, int], expected: timedelta):
    kate = town.simulator.person("Kate", language="en")
    await town.subscribe(kate)
    minutes = [minute for minute in range(-10, 31, 1) if not down or not down[0] <= minute < down[1]]
    ticks = [
        EIGHT_IN_ALMATY + timedelta(days=day, minutes=minute) for day in range(DAYS) for minute in minutes
    ]
    came = await digests_by_tick(town, kate.chat, ticks)
    assert came == [EIGHT_IN_ALMATY + timedelta(days=day) + expected for day in range(DAYS)]


async def test_a_digest_too_late_is_skipped_and_the_next_one_says_so(town: Town):
    kate = town.simulator.person("Kate", language="en")
    await town.subscribe(kate)
    assert await digests_by_tick(town, kate.chat, [EIGHT_IN_ALMATY + timedelta(hours=7)]) == []
    tomorrow = EIGHT_IN_ALMATY + timedelta(days=1)
    assert await digests_by_tick(town, kate.chat, [tomorrow]) == [tomorrow]
    assert (
        "skipped" in kate.chat.bot_messages[-1].text.lower()
        or "late" in kate.chat.bot_messages[-1].text.lower()
    )


async def test_the_second_digest_tells_only_what_is_new(town: Town):
    kate = town.simulator.person("Kate", language="en")
    await town.subscribe(kate)
    await digests_by_tick(town, kate.chat, [EIGHT_IN_ALMATY, EIGHT_IN_ALMATY + timedelta(days=1)])
    first, second = kate.chat.bot_messages[-2:]
    assert "metro" in first.text
    assert "metro" not in second.text
