"""``jarchi run`` without a token: a Telegram of our own with people in it, and a folder of its own for the data."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.settings import Secret, Settings
from news.errors import WrongUseError
from simulator import Simulator, SimulatorError

READERS = (("Kate", "en"), ("Anna", "ru"), ("Aibek", "kk"), ("Olim", "uz"), ("Aizada", "ky"))
EDITOR = "Editor"


@asynccontextmanager
async def simulated(settings: Settings, say: Callable[[str], None]) -> AsyncIterator[Settings]:
    """Settings that lead to a simulator which serves while the block runs; ``say`` gets the page's address."""
    simulator = Simulator()
    for name, language in READERS:
        simulator.person(name, language=language)
    editor = simulator.person(EDITOR, language="en")
    try:
        async with simulator.serve(settings.http_host, settings.http_port) as url:
            say(f"No TELEGRAM_BOT_TOKEN: a simulated Telegram with sample news. Chat page: {url}")
            say("Pick a person and send /start; pick Editor and send /alert TEXT. Stop with Ctrl+C.")
            yield replace(
                settings,
                token=Secret(simulator.token),
                api_url=url,
                admin_ids=settings.admin_ids | {editor.id},
            )
    except SimulatorError as error:
        raise WrongUseError(f"{error} Choose another address with JARCHI_HTTP.") from error
