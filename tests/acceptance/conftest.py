from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from news.gazetteer import Gazetteer, load_gazetteer
from storage.storage import Store
from tests.acceptance.town import Town, bring_news, open_town
from tests.databases import DATABASES, filled, fresh, store
from tests.unit.handlers.referee import parse

__all__ = ["store"]


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with the sample news."""
    yield from fresh(request.param, tmp_path, filled(request.param, bring_news))


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.fixture
async def town(store: Store, gazetteer: Gazetteer) -> AsyncIterator[Town]:
    async with open_town(store, gazetteer) as opened:
        yield opened
    # Telegram's own parser has the last word on every message that a test made the bot send.
    for markup in opened.markups:
        parse(markup)
