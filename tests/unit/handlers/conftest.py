"""What every test of the chat's words needs."""

from __future__ import annotations

import pytest

from handlers.texts import Texts
from news.gazetteer import Gazetteer, load_gazetteer


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    """The product's own."""
    return load_gazetteer()


@pytest.fixture
def texts(gazetteer: Gazetteer) -> Texts:
    """English."""
    return Texts(gazetteer)
