"""The first minutes and what a reader follows, tap by tap."""

from __future__ import annotations

import json

import pytest

from news.model import Chat, Preferences
from simulator import Message, Person
from tests.acceptance.town import Town


async def preferences_of(town: Town, person: Person) -> Preferences:
    reader = await town.store.subscribers.find(Chat(person.id))
    assert reader is not None
    return reader.preferences


async def forge(town: Town, person: Person, message: Message, data: str) -> str:
    """Tap a button that holds ``data``, as an old version or a forger would; the notice that comes back."""
    message.keyboard = {"inline_keyboard": [[{"text": "forged", "callback_data": data}]]}
    return await town.answered(await person.tap(message, "forged"))


GUESSES = [
    ("kk", "Қазақша", ["🇰🇿"]),
    ("ru", "Русский", ["🇰🇿", "🇺🇿", "🇰🇬"]),
    ("tg", "Тоҷикӣ", ["🇹🇯"]),
]


async def test_guesses_are_ticked_before_anything_is_said(town: Town, subtests: pytest.Subtests) -> None:
    for language, label, ticked in GUESSES:
        with subtests.test(language):
            person = town.simulator.person("Reader", language=language)
            question = await town.say(person, "/start")
            await town.tap(person, question, label)
            assert [label.split()[1] for label in question.labels if label.startswith("✓")] == ticked


async def test_the_choice_is_kept_only_at_the_end(town: Town) -> None:
    kate = town.simulator.person("Kate", language="en")
    question = await town.say(kate, "/start kz-uz")
    await town.tap(kate, question, "English")
    await town.tap(kate, question, "Uzbekistan")
    await town.tap(kate, question, "Kyrgyzstan")
    await town.tap(kate, question, "Done · 2")
    assert "Almaty (UTC+5)" in question.text
    await town.tap(kate, question, "Another city")
    await town.tap(kate, question, "Bishkek")
    assert "Bishkek (UTC+6)" in question.text
    await town.tap(kate, question, "Other")
    assert await town.store.subscribers.find(Chat(kate.id)) is None
    digest = await town.tap(kate, question, "22:00", count=1)
    assert "every day at 22:00 in Bishkek" in question.text
    assert "Kyrgyzstan" in digest.text
    kept = await preferences_of(town, kate)
    assert (kept.countries, kept.zone, kept.hours[0].hour) == (("KZ", "KG"), "Asia/Bishkek", 22)


async def test_the_first_digest_is_where_the_next_one_begins(town: Town) -> None:
    kate = town.simulator.person("Kate", language="en")
    question = await town.say(kate, "/start kz")
    for label in ("English", "Done"):
        await town.tap(kate, question, label)
    before = town.clock.now()
    await town.tap(kate, question, "08:00", count=1)
    reader = await town.store.subscribers.find(Chat(kate.id))
    assert reader is not None
    assert reader.last_until is not None
    assert before <= reader.last_until <= town.clock.now()


async def test_no_country_no_hour(town: Town) -> None:
    kate = town.simulator.person("Kate", language="en")
    question = await town.say(kate, "/start kz")
    await town.tap(kate, question, "English")
    await town.tap(kate, question, "Kazakhstan")
    notice = await town.answered(await kate.tap(question, "Done · 0"))
    assert notice == "Tick at least one country first."


async def test_a_returning_reader_finds_everything_and_may_add(town: Town) -> None:
    kate = town.simulator.person("Kate", language="en")
    await town.subscribe(kate, "kz")
    answer = await town.say(kate, "/start uz")
    assert answer.text == "Welcome back. You follow: 🇰🇿 Kazakhstan, 🇺🇿 Uzbekistan."
    digest = await town.tap(kate, answer, "Digest now", count=1)
    assert "Uzbekistan" in digest.text


FORGED = [
    "?",
    "zz:1",
    "sd:en:24:0:KZ",
    "sd:en:8:99:KZ",
    "sd:en:8:0:",
    "sh:en:0:99:KZ",
    "o:nowhere",
    "c:hours:99",
    "c:x:1",
    "uw:1",
    "um:1",
]


async def test_stale_and_forged_buttons_are_answered_calmly(town: Town, subtests: pytest.Subtests) -> None:
    kate = town.simulator.person("Kate", language="en")
    message = await town.say(kate, "/help")
    for data in FORGED:
        with subtests.test(data):
            notice = await forge(town, kate, message, data)
            assert notice == "This button is from an older version. Ask again with the command."
    assert await town.store.subscribers.find(Chat(kate.id)) is None


async def test_toggles_follow_and_unfollow(town: Town) -> None:
    kate = town.simulator.person("Kate", language="en")
    toggles = await town.say(kate, "/countries")
    await town.tap(kate, toggles, "Tajikistan")
    await town.tap(kate, toggles, "Central Asia")
    await town.tap(kate, toggles, "✓ 🇰🇿 Kazakhstan")
    kept = await preferences_of(town, kate)
    assert kept.countries == ("TJ", "UZ", "KG", "TM")
    assert kept.zone == "Asia/Dushanbe"


async def test_unsubscribing(town: Town) -> None:
    kate = town.simulator.person("Kate", language="en")
    nothing = await town.say(kate, "/unsubscribe")
    assert nothing.text == "You follow no country yet."
    await town.subscribe(kate, "kz uz fr")
    left = await town.say(kate, "/unsubscribe Франция, Atlantis", count=2)
    assert "Atlantis" in left.text
    asked = await town.say(kate, "/unsubscribe")
    assert asked.labels == ["✓ 🇰🇿 Kazakhstan", "✓ 🇺🇿 Uzbekistan", "Stop all"]
    await town.tap(kate, asked, "Stop all")
    kept = await preferences_of(town, kate)
    assert (kept.countries, kept.weekdays, len(kept.hours)) == ((), frozenset(), 1)
    last = await town.say(kate, "/subscribe kg")
    assert last.text.startswith("You follow: 🇰🇬 Kyrgyzstan.")
    assert len((await preferences_of(town, kate)).weekdays) == 7
    gone = await town.say(kate, "/unsubscribe kg")
    assert "no country now" in gone.text


COMMANDS_OF_A_STRANGER = [
    ("/digest", "You follow no country yet.", 1),
    ("/digest uz 3d", "Uzbekistan", 1),
    ("/digest Atlantis", "I know no country", 1),
    ("/digest kz Atlantis", "Kazakhstan", 2),
    ("/latest", "Latest", 1),
    ("/latest kz", "Latest · 🇰🇿 Kazakhstan", 1),
    ("/latest fr", "No headlines yet: 🇫🇷 France.", 1),
    ("/latest Atlantis", "I know no country", 1),
    ("/help", "/search — ", 1),
    ("/about", "40 headlines from 7 sources", 1),
    ("/privacy", "Run by: @operator", 1),
    ("/nonsense", "I do not know that command.", 1),
    ("/search", "Write what to look for", 1),
    ("/more", "Answer a message with /more", 1),
    ("/watches", "Choose a country first", 1),
    ("/watch gas", "Choose a country first", 1),
    ("/mute gas", "Choose a country first", 1),
    ("/stats", "That is for Jarchi’s editors.", 1),
]


async def test_commands_of_a_stranger(town: Town, subtests: pytest.Subtests) -> None:
    kate = town.simulator.person("Kate", language="en")
    for command, expected, count in COMMANDS_OF_A_STRANGER:
        with subtests.test(command):
            answer = await town.say(kate, command, count=count)
            assert expected in answer.text
    assert await town.store.subscribers.find(Chat(kate.id)) is None


async def test_a_reader_gets_a_copy_of_everything(town: Town) -> None:
    kate = town.simulator.person("Kate", language="en")
    await town.subscribe(kate, "kz")
    await town.say(kate, "/watch metro")
    answer = await town.say(kate, "/privacy")
    document = await town.tap(kate, answer, "A copy of my data", count=1)
    assert document.file is not None
    assert document.file.name == "jarchi-2026-03-20.json"
    held = json.loads(document.file.body)
    assert "metro" in str(held)
    assert "KZ" in str(held)


async def test_erasing_may_be_thought_better_of(town: Town) -> None:
    kate = town.simulator.person("Kate", language="en")
    await town.subscribe(kate, "kz")
    question = await town.say(kate, "/forget")
    await town.tap(kate, question, "Keep it")
    assert question.text == "Nothing was erased."
    assert (await preferences_of(town, kate)).countries == ("KZ",)
