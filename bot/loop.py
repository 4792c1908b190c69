"""Which event loop runs: uvloop's where a thousand messages a second are to be sent (docs/decisions/0054-courier-request.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


def loop_factory(*, is_paid: bool) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """For asyncio.Runner. None, the standard loop, for free bots and without the extra ``paid``."""
    if not is_paid:
        return None
    try:
        import uvloop  # noqa: PLC0415 (an extra)
    except ImportError:
        return None
    return uvloop.new_event_loop
