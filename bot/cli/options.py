"""What several commands share: the options, reading them, and opening the store."""

from __future__ import annotations

import argparse
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.settings import Settings
from news.errors import WrongUseError
from news.gazetteer import Gazetteer

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 (it has no public name)
else:
    Commands = Any

JSON_HELP = "one JSON object a line instead of a table"

Action = Callable[[Settings, argparse.Namespace], Awaitable[int]]
SPAN = re.compile(r"(\d{1,4})\s*([mhdw])")
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def add_command(
    commands: Commands, name: str, action: Action, help_text: str, *, log_level: int = logging.WARNING
) -> argparse.ArgumentParser:
    """One command with ``--json`` and the coroutine that does it."""
    parser = commands.add_parser(name, help=help_text, description=help_text)
    parser.add_argument("--json", action="store_true", help=JSON_HELP)
    parser.set_defaults(action=action, log_level=log_level)
    return parser


def add_action(actions: Commands, name: str, help_text: str) -> argparse.ArgumentParser:
    """One action of a command; ``--json`` may stand before or behind its name."""
    parser = actions.add_parser(name, help=help_text, description=help_text)
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=JSON_HELP)
    return parser


def utc_now() -> datetime:
    """The clock of the process."""
    return datetime.now(UTC)


def parse_span(text: str) -> timedelta:
    """``30m``, ``24h``, ``7d`` or ``2w``; raises WrongUseError."""
    found = SPAN.fullmatch(text.strip().lower())
    if not found:
        raise WrongUseError(f"“{text}” is no span of time. Write 30m, 24h, 7d or 2w.")
    return int(found[1]) * UNITS[found[2]]


def parse_countries(gazetteer: Gazetteer, words: Sequence[str]) -> tuple[str, ...]:
    """Codes, names in any language, flags and regions; raises WrongUseError that suggests what was meant."""
    codes: list[str] = []
    for word in words:
        found = gazetteer.find_country(word)
        if not found:
            meant = [gazetteer.country_name(code, "en") for code in gazetteer.suggest_countries(word)]
            hint = f" Did you mean {', '.join(meant)}?" if meant else ""
            raise WrongUseError(f"I know no country “{word}”.{hint}")
        codes += found
    return tuple(dict.fromkeys(codes))
