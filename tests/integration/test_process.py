"""The process: what it refuses before it starts, its roles, the webhook, and its end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from bot.app import opened, run
from bot.clock import JOBS
from bot.parts import Role
from bot.settings import Settings, parse_settings
from bot.timekeeper import SystemTimekeeper
from news.errors import WrongUseError
from news.model import Chat, ChatKind, Message, Preferences
from simulator import Fault, Rule, Simulator

OTHER_TOKEN = "7100000001:AnotherTokenThatTheSimulatorDoesNotKnow"


def settings_for(simulator_url: str, data_dir: Path, **chosen: str) -> Settings:
    return parse_settings(
        {
            "TELEGRAM_BOT_TOKEN": Simulator().token,
            "TELEGRAM_API_URL": simulator_url,
            "JARCHI_DATA_DIR": str(data_dir),
            "JARCHI_HTTP": "127.0.0.1:0",
            "JARCHI_ENCODER": "none",
            **chosen,
        }
    )


@asynccontextmanager
async def running(settings: Settings, *roles: Role) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    task = asyncio.create_task(
        run(settings, roles or list(Role), stop, clock=SystemTimekeeper(), say=lambda _sentence: None)
    )
    try:
        yield task
    finally:
        stop.set()
        await task


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


async def test_a_refused_token_is_one_sentence(tmp_path: Path):
    simulator = Simulator()
    async with simulator.serve() as url:
        settings = settings_for(url, tmp_path, TELEGRAM_BOT_TOKEN=OTHER_TOKEN)
        with pytest.raises(WrongUseError, match="refuses TELEGRAM_BOT_TOKEN") as refused:
            await run(settings, list(Role), asyncio.Event(), clock=SystemTimekeeper(), say=print)
    assert OTHER_TOKEN not in str(refused.value)


async def test_a_taken_port_is_one_sentence(tmp_path: Path):
    simulator = Simulator()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with simulator.serve() as url:
            settings = settings_for(url, tmp_path, JARCHI_HTTP=f"127.0.0.1:{port}")
            with pytest.raises(WrongUseError, match="JARCHI_HTTP"):
                await run(settings, list(Role), asyncio.Event(), clock=SystemTimekeeper(), say=print)
        demo = parse_settings({"JARCHI_DATA_DIR": str(tmp_path), "JARCHI_HTTP": f"127.0.0.1:{port}"})
        with pytest.raises(WrongUseError, match="JARCHI_HTTP"):
            await run(demo, list(Role), asyncio.Event(), clock=SystemTimekeeper(), say=print)


async def test_a_network_that_is_down_is_waited_for(tmp_path: Path):
    simulator = Simulator()
    simulator.faults.add(Rule(method="getMe", kind=Fault.BAD_GATEWAY, times=1))
    kate = simulator.person("Kate")
    async with simulator.serve() as url, running(settings_for(url, tmp_path)):
        await kate.say("/help")
        [answer] = await simulator.wait_for_messages(kate.chat, 1, timeout_s=15)
        assert "/digest" in answer.text


async def test_a_stop_while_waiting_for_the_network_ends_at_once(tmp_path: Path):
    settings = settings_for(f"http://127.0.0.1:{free_port()}", tmp_path)
    async with running(settings, Role.ANSWER) as task:
        await asyncio.sleep(0)
    assert task.done()


async def test_updates_come_through_the_webhook(tmp_path: Path):
    simulator, port = Simulator(), free_port()
    kate = simulator.person("Kate")
    async with simulator.serve() as url:
        settings = settings_for(
            url,
            tmp_path,
            JARCHI_HTTP=f"127.0.0.1:{port}",
            WEBHOOK_URL=f"http://127.0.0.1:{port}",
            WEBHOOK_SECRET="hush",
        )
        async with running(settings, Role.ANSWER):
            await kate.say("/help")
            [answer] = await simulator.wait_for_messages(kate.chat, 1, timeout_s=15)
            assert "/digest" in answer.text
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
                assert (await http.get("/healthz")).json()["ok"] is True
                forged = await http.post("/telegram", json={"update_id": 1})
                assert forged.status_code == 403


@pytest.mark.parametrize("paid", ["0", "1"], ids=["free", "paid"])
async def test_the_courier_carries_what_waits(tmp_path: Path, paid: str):
    simulator = Simulator()
    kate = simulator.person("Kate")
    await kate.say("/start")
    async with simulator.serve() as url:
        settings = settings_for(url, tmp_path, PAID_BROADCAST=paid)
        async with opened(settings) as store:
            now = SystemTimekeeper().now()
            await store.subscribers.save(Chat(kate.id), ChatKind.PRIVATE, Preferences(countries=("KZ",)), now)
            number = await store.broadcasts.draft_alert(
                "x", {"": (Message("Korday closed"),)}, ("KZ",), 1, now
            )
            await store.broadcasts.confirm_alert(number, now)
        async with running(settings, Role.DELIVER):
            [alert] = await simulator.wait_for_messages(kate.chat, 1)
    assert alert.text == "Korday closed"


def test_every_job_has_a_name_of_its_own_and_a_grace():
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(job.grace >= job.every or job.grace.total_seconds() >= 3600 for job in JOBS)
    assert {job.role for job in JOBS} == {Role.FETCH, Role.DELIVER}


async def test_a_terminated_process_ends_in_order(tmp_path: Path):
    environment = {
        **os.environ,
        "JARCHI_DATA_DIR": str(tmp_path / "data"),
        "JARCHI_HTTP": "127.0.0.1:0",
        "JARCHI_ENCODER": "none",
        "TELEGRAM_BOT_TOKEN": "",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    assert b"Chat page: http://127.0.0.1:" in await process.stdout.readline()
    while b"action=running" not in await process.stderr.readline():
        pass
    process.send_signal(signal.SIGTERM)
    _out, err = await process.communicate()
    assert process.returncode == 0
    assert b"Traceback" not in err
