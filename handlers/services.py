"""What handlers may call: nothing else reaches them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from handlers.texts import Texts
from news.gazetteer import Gazetteer
from news.ports import Storage


@dataclass(frozen=True, slots=True)
class Services:
    """Built once by the composition root.

    ``operator`` is how readers reach the people behind the bot, ``rate`` the messages a second that a broadcast is
    expected to reach, ``wait`` sleeps for so many seconds.
    """

    storage: Storage
    gazetteer: Gazetteer
    now: Callable[[], datetime]
    admin_ids: frozenset[int]
    operator: str = ""
    rate: float = 25.0
    wait: Callable[[float], Awaitable[object]] = asyncio.sleep

    @property
    def texts(self) -> Texts:
        """Every text, in English until ``of`` another language."""
        return Texts(self.gazetteer)

    def is_editor(self, user_id: int | None) -> bool:
        """Whether this person may write alerts and look behind the curtain."""
        return user_id in self.admin_ids
