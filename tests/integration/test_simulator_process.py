"""The simulator as a process of its own, as benchmarks start it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncIterator

import httpx

from simulator import TOKEN, digest_of


@contextlib.asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    command = (sys.executable, "-m", "simulator", *arguments)
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.terminate()  # a run in the background would ignore Ctrl-C
        await started.communicate()


async def test_a_benchmark_sends_and_reads_the_ledger() -> None:
    async with process("--port", "0", "--population", "1000", "2000", "--keep", "0", "--no-texts") as server:
        assert server.stdout is not None
        url = (await server.stdout.readline()).decode().removeprefix("Chat page: ").strip()
        async with httpx.AsyncClient(base_url=url) as client:
            for chat_id in (1000, 1001, 1001):
                await client.post(
                    f"/bot{TOKEN}/sendMessage", data={"chat_id": str(chat_id), "text": "жаңалық"}
                )
            counts = (await client.get("/sim/counts?copies=1")).json()
            rows = [json.loads(line) for line in (await client.get("/sim/ledger")).text.splitlines()]

    assert (counts["accepted"], counts["distinct"], counts["doubled"]) == (3, 2, 1)
    assert [(row["chat_id"], row["digest"], row["text"]) for row in rows] == [
        (chat_id, digest_of("жаңалық"), None) for chat_id in (1000, 1001, 1001)
    ]
    assert server.returncode == 0


async def test_a_taken_port_ends_it_with_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with process("--port", str(port)) as server:
            _, complaint = await server.communicate()

    assert server.returncode == 1
    assert complaint.decode().startswith(f"The simulator cannot listen on 127.0.0.1:{port}")
    assert complaint.decode().count("\n") == 1
