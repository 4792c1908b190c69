from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from news.gazetteer import Gazetteer, load_gazetteer
from storage.storage import Store
from tests.acceptance.town import Town, open_town
from tests.databases import database_url, empty_database_url, store
from tests.unit.handlers.referee import parse

__all__ = ["database_url", "empty_database_url", "store"]


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
