"""What the composition root has opened, as the jobs of the clock see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.leader import Leadership
from bot.settings import Settings
from bot.timekeeper import Timekeeper
from news.encoder import Encoder
from news.gazetteer import Gazetteer
from news.sources.fetch import Fetcher
from storage.storage import Store


class Role(StrEnum):
    """What one process does; without ``--only`` it does everything."""

    ANSWER = "answer"
    FETCH = "fetch"
    DELIVER = "deliver"


@dataclass(frozen=True, slots=True)
class Parts:
    """Opened once, closed once."""

    settings: Settings
    store: Store
    gazetteer: Gazetteer
    fetcher: Fetcher
    encoder: Encoder | None
    planning: Leadership
    clock: Timekeeper

    def now(self) -> datetime:
        """Aware, UTC."""
        return self.clock.now()
