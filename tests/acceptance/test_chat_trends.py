"""/trends: a picture with its figures in words, or the words alone."""

from __future__ import annotations

import pytest

from handlers import trends
from tests.acceptance.town import Town


async def test_the_region_is_a_picture_with_its_figures_in_words(town: Town) -> None:
    said = await town.say(town.editor, "/trends")
    assert said.is_photo
    assert said.file is not None
    assert said.file.width == 1080
    first, *lines = said.text.splitlines()
    assert first == "Stories a day, last 14 days"
    assert lines[0] == "🇰🇿 Kazakhstan"
    assert len(lines[1].split()[0]) == 14
    assert len(lines) == 10


async def test_one_country_over_more_days(town: Town) -> None:
    said = await town.say(town.editor, "/trends kz 30d")
    assert said.is_photo
    head, line, *_ = said.text.splitlines()
    assert head == "🇰🇿 Kazakhstan · headlines a day, last 30 days"
    assert len(line.split()[0]) == 30
    assert int(line.split()[1]) > 0


async def test_words_where_nothing_can_be_drawn(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trends, "can_draw", lambda: False)
    said = await town.say(town.editor, "/trends uz kz")
    assert said.file is None
    assert said.text.splitlines()[1] == "🇺🇿 Uzbekistan"


async def test_a_country_without_news_and_one_that_is_none(town: Town) -> None:
    assert (await town.say(town.editor, "/trends fj")).text.startswith("No headlines yet: Fiji")
    assert "I know no country" in (await town.say(town.editor, "/trends Atlantis")).text
