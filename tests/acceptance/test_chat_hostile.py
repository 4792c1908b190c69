"""Whatever people type, they get an answer, it is text, and nothing breaks."""

from __future__ import annotations

import asyncio

import pytest

from simulator import Person
from tests.acceptance.town import Town

HOSTILE = {
    "markup": "<b><a href='tg://proxy'>x</a>&lt;",
    "format-string": "{0} {query} %s %(x)s ${x}",
    "sql": "'; DROP TABLE subscriber; --",
    "fts-operators": 'NEAR("a" OR b*) AND NOT ^c:d',
    "only-quotes": "«“„\"'`",
    "bidi": "\u202eabc\u2066def\u2069",
    "zero-width": "\u200b\u200d\ufeff",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈🇰🇿🇰",
    "combining": "a" + "\u0301" * 200,
    "arabic": "اخبار آسیای مرکزی",
    "long-word": "щ" * 3000,
    "many-words": "слово " * 500,
    "filters": "country: since:99999999d lang:zz source:' country:<b>",
    "numbers": "99999999999999999999",
    "commands": "/forget /start @everyone #tag",
}
COMMANDS = ("/search", "/more", "/subscribe", "/watch", "/mute", "/latest", "/digest", "/settings", "/start")


async def torment(town: Town, person: Person, text: str) -> list[str]:
    """Every command with this text, one after the other; what was answered."""
    answers = []
    for command in COMMANDS:
        typed = f"{command} {text}"[:4096]
        answers.append((await town.say(person, typed)).text)
    return answers


async def test_any_text_after_any_command_is_answered(town: Town, subtests: pytest.Subtests) -> None:
    people = {name: town.simulator.person(name, language="en") for name in HOSTILE}
    said = await asyncio.gather(*(torment(town, people[name], text) for name, text in HOSTILE.items()))
    for name, answers in zip(HOSTILE, said, strict=True):
        with subtests.test(name):
            assert not [answer for answer in answers if "Something broke" in answer]


async def test_hostile_words_to_an_editors_commands(town: Town, subtests: pytest.Subtests) -> None:
    for name, text in HOSTILE.items():
        with subtests.test(name):
            answer = await town.say(town.editor, f"/alert {text}"[:4096])
            assert "Something broke" not in answer.text
            assert any(label.startswith("Send to") for label in answer.labels) or "too long" in answer.text
