"""Paid broadcasting brings the faster loop, if it is there."""

from __future__ import annotations

import asyncio
import sys

import pytest

from bot.loop import loop_factory


async def spoken() -> str:
    await asyncio.sleep(0)
    return type(asyncio.get_running_loop()).__module__


def test_paid_broadcasts_run_on_uvloop() -> None:
    with asyncio.Runner(loop_factory=loop_factory(is_paid=True)) as runner:
        assert runner.run(spoken()).startswith("uvloop")


def test_without_it_or_for_free_the_standard_loop_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loop_factory(is_paid=False) is None
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert loop_factory(is_paid=True) is None
