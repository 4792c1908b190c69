from __future__ import annotations

import asyncio

from news.gate import SLOW_PER_PLACE, Gate


async def is_free(gate: Gate) -> bool:
    """Whether a place can be taken without waiting; it is given back."""
    try:
        async with asyncio.timeout(0):
            place = await gate.take()
    except TimeoutError:
        return False
    place.leave()
    return True


async def settle() -> None:
    """Let every timer that is due run."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_only_so_many_at_once() -> None:
    gate = Gate(concurrency=2, per_host=1, patience_s=60)
    first, second = await gate.take(), await gate.take()
    assert not await is_free(gate)
    first.leave()
    assert await is_free(gate)
    second.leave()


async def test_a_place_left_twice_is_given_back_once() -> None:
    gate = Gate(concurrency=1, per_host=1, patience_s=60)
    early = await gate.take()
    early.leave()
    other = await gate.take()
    early.leave()
    assert not await is_free(gate)
    other.leave()


async def test_a_slow_one_steps_aside_and_gives_nothing_back_twice() -> None:
    gate = Gate(concurrency=1, per_host=1, patience_s=0)
    slow = await gate.take()
    await settle()
    assert await is_free(gate)
    slow.leave()
    quick = await gate.take()
    quick_is_alone = not await is_free(gate)
    await settle()
    quick.leave()
    assert quick_is_alone


async def test_only_so_many_step_aside() -> None:
    gate = Gate(concurrency=1, per_host=1, patience_s=0)
    slow = []
    for _ in range(SLOW_PER_PLACE):
        slow.append(await gate.take())
        await settle()
    last = await gate.take()
    await settle()
    assert not await is_free(gate)
    slow[0].leave()
    last.leave()
    assert await is_free(gate)


async def test_a_host_is_asked_for_so_much_at_a_time() -> None:
    gate = Gate(concurrency=9, per_host=2, patience_s=60)
    inside: list[str] = []
    most = 0
    go = asyncio.Event()

    async def visit(host: str) -> None:
        nonlocal most
        async with gate.visit(host):
            inside.append(host)
            most = max(most, inside.count("a.kz"))
            await go.wait()
            inside.remove(host)

    tasks = [asyncio.create_task(visit(host)) for host in ("a.kz", "a.kz", "a.kz", "b.kz")]
    await settle()
    assert sorted(inside) == ["a.kz", "a.kz", "b.kz"]
    go.set()
    await asyncio.gather(*tasks)
    assert most == 2
