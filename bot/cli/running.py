"""``jarchi run``: the bot, or one role of it."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys

from bot.app import run
from bot.cli.options import Commands, add_command
from bot.parts import Role
from bot.settings import Settings
from bot.timekeeper import SystemTimekeeper
from news.errors import WrongUseError


def add_commands(commands: Commands) -> None:
    """Declare the command of this module."""
    parser = add_command(
        commands, "run", start, "The bot: fetch, plan, deliver, answer.", log_level=logging.INFO
    )
    parser.add_argument(
        "--only", choices=[role.value for role in Role], help="one role, for several processes"
    )


async def start(settings: Settings, options: argparse.Namespace) -> int:
    """Run until SIGINT or SIGTERM, then finish what is in the air."""
    if options.only and not settings.has_token:
        raise WrongUseError("--only needs TELEGRAM_BOT_TOKEN: the simulator is one process.")
    if options.only and settings.database_url.startswith("sqlite"):
        raise WrongUseError("--only needs PostgreSQL (DATABASE_URL): SQLite serves one process.")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    roles = [Role(options.only)] if options.only else list(Role)
    await run(settings, roles, stop, clock=SystemTimekeeper(), say=_say)
    return 0


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
