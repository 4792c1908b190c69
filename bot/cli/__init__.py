"""The command line: whatever a chat can ask, a terminal can ask, through the same use cases."""

from __future__ import annotations

from bot.cli.main import main

__all__ = ["main"]
