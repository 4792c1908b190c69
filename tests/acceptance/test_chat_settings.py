"""Settings by buttons and by words; every tap is kept at once."""

from __future__ import annotations

from datetime import time

import pytest

from news.model import Chat, Layout, Preferences
from simulator import Message, Person
from tests.acceptance.town import Town


@pytest.fixture
async def kate(town: Town) -> Person:
    person = town.simulator.person("Kate", language="en")
    await town.subscribe(person, "kz uz")
    return person


async def kept(town: Town, person: Person) -> Preferences:
    reader = await town.store.subscribers.find(Chat(person.id))
    assert reader is not None
    return reader.preferences


async def tapped(town: Town, person: Person, *labels: str) -> Message:
    """Open the settings and tap these one after the other."""
    message = await town.say(person, "/settings")
    for label in labels:
        await town.tap(person, message, label)
    return message


TWO_TAPS = [
    (("⏰ Hours", "19:00"), "hours", (time(8), time(19))),
    (("City", "Tashkent"), "zone", "Asia/Tashkent"),
    (("Days", "Sunday"), "weekdays", frozenset(range(6))),
    (("News in…", "Русский", "Қазақша"), "content_languages", ("ru", "kk")),
    (("Layout", "titles only"), "layout", Layout.TITLES),
    (("Length", "12"), "stories_per_country", 12),
    (("🔔 Alerts", "off"), "wants_alerts", False),
    (("🔕 Quiet", "22:00–07:00"), "quiet", (time(22), time(7))),
    (("🔕 Quiet", "Let alerts through"), "alerts_pierce_quiet", True),
    (("Language", "Русский"), "language", "ru"),
]


async def test_each_setting_is_two_taps(town: Town, kate: Person, subtests: pytest.Subtests) -> None:
    for labels, name, value in TWO_TAPS:
        with subtests.test(" > ".join(labels)):
            before = await kept(town, kate)
            await tapped(town, kate, *labels)
            after = await kept(town, kate)
            assert getattr(after, name) == value
            fields = Preferences.__dataclass_fields__
            assert [one for one in fields if getattr(after, one) != getattr(before, one)] == [name]


async def test_back_and_close(town: Town, kate: Person) -> None:
    message = await tapped(town, kate, "Days", "Back")
    assert message.text.startswith("Settings\n")
    await town.tap(kate, message, "Close")
    assert message.text == "Settings are saved. /settings opens them again."


async def test_tapping_what_is_already_so_changes_nothing(town: Town, kate: Person) -> None:
    message = await tapped(town, kate, "Length")
    assert await town.answered(await kate.tap(message, "✓ 5")) == ""


async def test_the_digests_hour_button_opens_the_hours_below_it(town: Town, kate: Person) -> None:
    digest = await town.say(kate, "/digest")
    hours = await town.tap(kate, digest, "⏰ 08:00 · Almaty", count=1)
    assert hours.text.startswith("At which hours?")
    countries = await town.tap(kate, await town.say(kate, "/settings"), "Countries", count=1)
    assert "✓ 🇰🇿 Kazakhstan" in countries.labels


async def test_a_city_in_words(town: Town, kate: Person) -> None:
    await town.say(kate, "/settings Ош")
    assert (await kept(town, kate)).zone == "Asia/Bishkek"
    await town.say(kate, "/settings Europe/Berlin")
    assert (await kept(town, kate)).zone == "Europe/Berlin"


async def test_a_city_that_may_be_several(town: Town, kate: Person) -> None:
    which = await town.say(kate, "/settings San")
    assert which.text == "Which one do you mean?"
    assert len(which.labels) > 1
    await town.tap(kate, which, which.labels[0])
    assert (await kept(town, kate)).zone.startswith("America/")


async def test_an_unknown_city_leads_to_the_list(town: Town, kate: Person) -> None:
    unknown = await town.say(kate, "/settings <i>Xyzzy")
    assert "<i>Xyzzy" in unknown.text
    listed = await town.tap(kate, unknown, "City", count=1)
    assert "Dushanbe" in listed.labels


async def test_a_city_as_an_answer_to_the_question(town: Town, kate: Person) -> None:
    question = await tapped(town, kate, "City")
    await town.say(kate, "Bishkek", reply_to=question)
    assert (await kept(town, kate)).zone == "Asia/Bishkek"
