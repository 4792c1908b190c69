"""The parser and the way from arguments to an exit status: 0 done, 1 failed, 2 wrong use."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from sqlalchemy.exc import InterfaceError, OperationalError

from bot.cli import alerts, database, reading, running, sources, stats, writing
from bot.cli.output import complain
from bot.logs import set_up_logging
from bot.loop import loop_factory
from bot.settings import parse_settings, read_environment
from news.errors import JarchiError, WrongUseError
from news.garbage import spare_what_stays

# Each module adds its commands to the parser and names, for each, the coroutine that does it.
FAMILIES = (running, reading, writing, sources, alerts, database, stats)


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options (docs/guide.md)."""
    parser = argparse.ArgumentParser(
        prog="jarchi",
        description="Jarchi reads a region's news so that its readers do not have to.",
        epilog="Settings come from the environment and .env; .env.example lists them.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for family in FAMILIES:
        family.add_commands(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = build_parser().parse_args(arguments)
    try:
        settings = parse_settings(read_environment())
        set_up_logging(settings.log_format, level=options.log_level)
        spare_what_stays()
        with asyncio.Runner(loop_factory=loop_factory(is_paid=settings.paid_broadcast)) as runner:
            status: int = runner.run(options.action(settings, options))
    except WrongUseError as error:
        complain(str(error))
        return 2
    except JarchiError as error:
        complain(str(error))
        return 1
    except (OperationalError, InterfaceError) as error:
        complain(f"The database does not answer ({error.orig}). Check DATABASE_URL, or run: jarchi doctor")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our pipe has seen enough
        sys.stderr.close()
        return 0
    return status
