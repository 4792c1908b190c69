"""Searching, turning pages, more like this, saved searches, muted words, inline mode."""

from __future__ import annotations

import pytest

from simulator import Person
from tests.acceptance.town import Town


@pytest.fixture
async def kate(town: Town) -> Person:
    person = town.simulator.person("Kate", language="en")
    await town.subscribe(person, "kz uz kg tj")
    return person


async def test_pages_turn_in_place(town: Town, kate: Person) -> None:
    latest = await town.say(kate, "/latest")
    first = latest.text
    assert any(label.startswith("1/") for label in latest.labels)
    await town.tap(kate, latest, "›")
    assert "\n6. " in latest.text
    await town.tap(kate, latest, "‹")
    assert latest.text == first
    assert await town.answered(await kate.tap(latest, "1/")) == ""


async def test_a_countrys_button_opens_a_list_below_the_digest(town: Town, kate: Person) -> None:
    digest = await town.say(kate, "/digest")
    told = digest.text
    latest = await town.tap(kate, digest, "🇹🇯 all", count=1)
    assert latest.text.startswith("Latest · 🇹🇯 Tajikistan")
    assert digest.text == told


async def test_a_long_search_is_read_from_the_message_that_it_answers(town: Town, kate: Person) -> None:
    words = "-слово " * 12 + "country:kz,uz,kg,tj since:300d"
    found = await town.say(kate, f"/search {words}")
    before = found.text
    await town.tap(kate, found, "›")
    assert found.text.splitlines()[0] == before.splitlines()[0]
    assert "\n6. " in found.text


async def test_a_long_search_whose_message_is_gone_says_so(town: Town, kate: Person) -> None:
    found = await town.say(kate, f"/search {'-слово ' * 12} country:kz,uz")
    found.reply_to = None
    assert "send it again" in await town.answered(await kate.tap(found, "›"))
    assert "send it again" in await town.answered(await kate.tap(found, "watch this"))


async def test_nothing_found_leads_on(town: Town, kate: Person) -> None:
    nothing = await town.say(kate, "/search metro country:tj since:2d")
    assert nothing.text.startswith("Nothing for “")
    await town.tap(kate, nothing, "all countries")
    assert "metro stations" in nothing.text


async def test_plain_words_search_and_a_link_asks_for_more(town: Town, kate: Person) -> None:
    found = await town.say(kate, "metro stations in Almaty")
    assert "headline" in found.text
    unknown = await town.say(kate, "https://nowhere.example/1")
    assert unknown.text


async def test_more_by_number_text_and_reply(town: Town, kate: Person) -> None:
    latest = await town.say(kate, "/latest kz")
    second = latest.text.splitlines()[3].removeprefix("2. ").strip("\u2068\u2069")
    by_reply = await town.say(kate, "/more 2", reply_to=latest)
    assert second in by_reply.text.splitlines()[0]
    by_text = await town.say(kate, "/more new metro stations open in Almaty")
    assert by_text.text.startswith("≈ ")
    gone = await town.say(kate, "/more 999999")
    assert gone.text == "I no longer have that headline."
    assert (await town.tap(kate, gone, "Latest headlines", count=1)).text.startswith("Latest")
    how = await town.say(kate, "/more", reply_to=latest)
    assert how.text.startswith("Answer a message")
    beyond = await town.say(kate, "/more 77", reply_to=latest)
    assert beyond.text.startswith("Answer a message")
    note = await town.say(kate, "/about")
    of_note = await town.say(kate, "/more", reply_to=note)
    assert of_note.text.startswith("≈ ")


async def test_watching_and_stopping(town: Town, kate: Person) -> None:
    none = await town.say(kate, "/watches")
    assert none.text.startswith("No saved searches")
    found = await town.say(kate, "/search metro")
    saved = await town.tap(kate, found, "watch this", count=1)
    assert "“\u2068metro\u2069”" in saved.text
    await town.say(kate, "/watch metro")
    await town.say(kate, "/watch rail <b>strike")
    listed = await town.tap(kate, saved, "Saved searches", count=1)
    assert listed.labels == ["✕ 1", "✕ 2"]
    assert "rail <b>strike" in listed.text
    await town.tap(kate, listed, "✕ 1")
    assert listed.labels == ["✕ 1"]
    empty = await town.say(kate, "/watch")
    await town.tap(kate, empty, "✕ 1")
    assert empty.text.startswith("No saved searches")


async def test_there_is_an_end_to_watches_and_mutes(town: Town, kate: Person) -> None:
    for number in range(20):
        await town.say(kate, f"/watch word{number}")
    assert "20 saved searches are the most" in (await town.say(kate, "/watch one more")).text
    for number in range(50):
        await town.say(kate, f"/mute word{number}")
    assert "50 muted entries are the most" in (await town.say(kate, "/mute one more")).text


async def test_muted_words_do_not_reach_the_digest(town: Town, kate: Person) -> None:
    assert (await town.say(kate, "/mute")).text.startswith("Nothing is muted")
    assert "metro" in (await town.say(kate, "/digest kz")).text
    muted = await town.say(kate, "/mute metro stations")
    assert "metro" not in (await town.say(kate, "/digest kz")).text
    await town.tap(kate, muted, "✕ metro stations")
    assert muted.text.startswith("Nothing is muted")


async def test_old_buttons_of_somebody_who_left(town: Town, kate: Person) -> None:
    watching = await town.say(kate, "/watch metro")
    muted = await town.say(kate, "/mute gas")
    question = await town.say(kate, "/forget")
    await town.tap(kate, question, "Erase everything")
    stale = "This button is from an older version. Ask again with the command."
    assert await town.answered(await kate.tap(watching, "Stop watching")) == stale
    assert await town.answered(await kate.tap(muted, "✕ gas")) == stale


async def test_inline_results_can_be_shared(town: Town, kate: Person) -> None:
    search = await kate.search_inline("metro")
    await town.simulator.wait_until(lambda: search.results is not None)
    assert search.results
    assert any("metro" in result["title"] for result in search.results)
    assert all("example.org" in str(result["input_message_content"]) for result in search.results)
    assert search.options["button"]["start_parameter"] == "inline"


async def test_inline_mode_without_results(town: Town) -> None:
    anna = town.simulator.person("Anna", language="ru")
    for text, label in (("", "Искать в новостях"), ("ывапролд", "Ничего не найдено. Открыть Jarchi")):
        search = await anna.search_inline(text)
        await town.simulator.wait_until(lambda one=search: one.results is not None)
        assert search.results == []
        assert search.options["button"]["text"] == label
