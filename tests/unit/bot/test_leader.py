"""Holding an office: cheap while the lease is fresh, lost by its own clock. The leases are real ones, in SQLite."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.leader import COURIER, Leadership, this_process
from storage.engine import open_engine, session_makers
from storage.outbox.leases import LeaseStore
from storage.outbox.values import Fence
from storage.tables import Base
from tests.outbox import Hands


@pytest.fixture
async def leases(tmp_path: Path) -> AsyncIterator[LeaseStore]:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'leases.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield LeaseStore(*session_makers(engine))
    await engine.dispose()


async def test_the_first_leads_and_the_second_stands_by(leases: LeaseStore) -> None:
    clock = Hands()
    one, two = (Leadership(leases, COURIER, clock, owner=name) for name in ("one", "two"))

    assert [await one.hold(), await two.hold()] == [True, False]
    assert [one.fence, two.fence] == [Fence(COURIER, 1), None]
    assert [one.is_leading, two.is_leading] == [True, False]


async def test_jobs_that_ring_together_take_office_once(
    leases: LeaseStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    leadership = Leadership(leases, COURIER, Hands(), owner="one")

    assert await asyncio.gather(*(leadership.hold() for _ in range(3))) == [True, True, True]
    assert [record.message for record in caplog.records] == ["this process is now the courier"]


async def test_a_successor_is_in_office_within_fifteen_seconds(leases: LeaseStore) -> None:
    clock = Hands()
    died, successor = (Leadership(leases, COURIER, clock, owner=name) for name in ("died", "successor"))
    await died.hold()
    waited = 0
    while not await successor.hold():
        clock.turn(seconds=5)
        waited += 5

    assert waited <= 15
    assert successor.fence == Fence(COURIER, 2)


async def test_whoever_was_stopped_for_a_while_knows_it_without_asking(leases: LeaseStore) -> None:
    clock = Hands()
    stopped, other = (Leadership(leases, COURIER, clock, owner=name) for name in ("stopped", "other"))
    await stopped.hold()
    clock.turn(seconds=60)

    assert (stopped.is_leading, stopped.fence) == (False, None)
    assert [await other.hold(), await stopped.hold()] == [True, False]


async def test_an_office_is_renewed_before_it_runs_out(leases: LeaseStore) -> None:
    clock = Hands()
    leader, other = (Leadership(leases, COURIER, clock, owner=name) for name in ("leader", "other"))
    for _ in range(30):
        assert await leader.hold()
        assert not await other.hold()
        clock.turn(seconds=4)

    assert leader.fence == Fence(COURIER, 1)


async def test_who_resigns_is_followed_at_once(leases: LeaseStore) -> None:
    clock = Hands()
    leader, other = (Leadership(leases, COURIER, clock, owner=name) for name in ("leader", "other"))
    await leader.hold()

    await leader.resign()
    await leader.resign()  # a second time is no mistake

    assert not leader.is_leading
    assert await other.hold()
    await leader.resign()
    assert not await leader.hold()


async def test_a_short_lease_is_renewed_at_every_call(leases: LeaseStore) -> None:
    clock = Hands()
    leader = Leadership(leases, COURIER, clock, lease=timedelta(seconds=2))

    assert [await leader.hold(), await leader.hold()] == [True, True]
    assert leader.fence == Fence(COURIER, 1)


def test_two_processes_have_two_names() -> None:
    assert ":" in this_process()
