"""Editors: drafts, stopping, correcting, retracting; sources, counts, the log, and a headline's countries."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from news.model import Chat, ChatKind
from simulator import Message, Person
from tests.acceptance.town import Town

ALERT = "Border crossing at Korday closed after a rockslide in Kazakhstan"


@pytest.fixture
async def reader(town: Town) -> Person:
    person = town.simulator.person("Reader", language="ru")
    await town.subscribe(person, "kz")
    return person


async def sent(town: Town, reader: Person, text: str = ALERT) -> Message:
    """An alert that has reached the reader; the editor's message about it."""
    before = len(reader.chat.bot_messages)
    preview = await town.say(town.editor, f"/alert {text}")
    await town.tap(town.editor, preview, "Send to 1")
    await town.simulator.wait_for_messages(reader.chat, before + 1)
    await town.simulator.wait_until(lambda: preview.text.startswith("Sent to 1"))
    return preview


async def test_countries_of_a_draft_are_toggles(town: Town, reader: Person) -> None:
    preview = await town.say(town.editor, f"/alert {ALERT}")
    assert "🇰🇿 ✓" in preview.labels
    assert "ru: no translation given" in preview.text
    await town.tap(town.editor, preview, "🇺🇿")
    assert "Kazakhstan, Uzbekistan" in preview.text
    await town.tap(town.editor, preview, "🇰🇿 ✓")
    assert "Send to 0" in preview.labels
    states = [str(one.state) for one in await town.store.broadcasts.recent_alerts()]
    assert sorted(states) == ["cancelled", "cancelled", "draft"]


async def test_quiet_hours_are_pierced_only_if_the_editor_says_so(town: Town, reader: Person) -> None:
    place = Chat(reader.chat.id)
    chosen = await town.store.subscribers.find(place)
    assert chosen is not None
    around = (time((town.clock.now().hour + 4) % 24), time((town.clock.now().hour + 7) % 24))  # UTC+5
    asleep = replace(chosen.preferences, quiet=around)
    await town.store.subscribers.save(place, ChatKind.PRIVATE, asleep, town.clock.now())
    preview = await town.say(town.editor, f"/alert {ALERT}")
    assert "gets it afterwards" in preview.text
    await town.tap(town.editor, preview, "Quiet hours: hold ▾")
    assert "gets it all the same" in preview.text
    await town.tap(town.editor, preview, "🇺🇿")
    await town.tap(town.editor, preview, "Quiet hours: at once ▾")
    assert "gets it afterwards" in preview.text
    await town.tap(town.editor, preview, "Quiet hours: hold ▾")
    before = len(reader.chat.bot_messages)
    await town.tap(town.editor, preview, "Send to 1")
    await town.simulator.wait_for_messages(reader.chat, before + 1)
    assert "2 quiet hours pierced" in (await town.say(town.editor, "/audit")).text
    assert "no draft any more" in await forge(town, town.editor, preview, "a:hold:2")


async def test_what_was_confirmed_is_in_the_log_even_if_nobody_is_left_to_read_it(
    town: Town, reader: Person
) -> None:
    preview = await town.say(town.editor, f"/alert {ALERT}")
    await town.say(reader, "/unsubscribe kz")
    await town.tap(town.editor, preview, "Send to 1")
    assert preview.text.startswith("Sent to 0")
    assert "alert.confirm" in (await town.say(town.editor, "/audit")).text


async def test_translations_reach_their_readers(town: Town, reader: Person) -> None:
    await sent(town, reader, f"{ALERT}\nru: Пункт пропуска Кордай закрыт")
    assert reader.chat.bot_messages[-1].text == "🔔 Казахстан\nПункт пропуска Кордай закрыт"


async def test_a_draft_is_edited_and_thrown_away(town: Town, reader: Person) -> None:
    preview = await town.say(town.editor, f"/alert {ALERT}")
    question = await town.tap(town.editor, preview, "Edit", count=1)
    assert "#1" in question.text
    second = await town.say(town.editor, "Railway closed in Kazakhstan", reply_to=question)
    assert "Railway closed" in second.text
    await town.tap(town.editor, second, "Cancel")
    assert second.text == "#2 was thrown away. Nothing was sent."
    notice = await town.answered(await town.editor.tap(preview, "🇺🇿"))
    assert notice == "That alert is no draft any more. See /alerts."
    refused = await town.say(town.editor, "/alert #2 Once more")
    assert refused.text == "That alert is no draft any more. See /alerts."


async def test_a_correction_is_shown_before_anything_changes(town: Town, reader: Person) -> None:
    progress = await sent(town, reader)
    question = await town.tap(town.editor, progress, "Correct", count=1)
    shown = await town.say(town.editor, "Crossing #5 at Korday is open again", reply_to=question)
    assert shown.text.startswith("Correction of #1 · 1 message will be edited")
    assert "open again" not in reader.chat.bot_messages[-1].text
    await town.tap(town.editor, shown, "Correct 1")
    await town.simulator.wait_until(lambda: "open again" in reader.chat.bot_messages[-1].text)
    assert "Crossing #5" in reader.chat.bot_messages[-1].text
    assert reader.chat.bot_messages[-1].text.endswith("(исправлено)")


async def test_a_reply_to_the_preview_or_the_result_is_the_new_text(town: Town, reader: Person) -> None:
    preview = await town.say(town.editor, f"/alert {ALERT}")
    second = await town.say(town.editor, "Railway closed in Kazakhstan", reply_to=preview)
    assert "Railway closed" in second.text
    await town.tap(town.editor, second, "Send to 1")
    await town.simulator.wait_until(lambda: second.text.startswith("Sent to 1"))
    shown = await town.say(town.editor, "Railway open in Kazakhstan", reply_to=second)
    assert shown.text.startswith("Correction of #2")


async def test_a_reply_to_the_list_of_alerts_is_a_search(town: Town, reader: Person) -> None:
    await sent(town, reader)
    listed = await town.say(town.editor, "/alerts")
    answer = await town.say(town.editor, "metro", reply_to=listed)
    assert "headline" in answer.text


async def test_a_correction_by_command(town: Town, reader: Person) -> None:
    await sent(town, reader)
    shown = await town.say(town.editor, "/alert #1 Korday is open again")
    await town.tap(town.editor, shown, "Correct 1")
    await town.simulator.wait_until(lambda: "open again" in reader.chat.bot_messages[-1].text)
    assert "#1" not in reader.chat.bot_messages[-1].text


async def test_a_correction_whose_text_is_gone(town: Town, reader: Person) -> None:
    await sent(town, reader)
    shown = await town.say(town.editor, "/alert #1 Korday is open again")
    shown.reply_to = None
    assert "send it again" in await town.answered(await town.editor.tap(shown, "Correct 1"))


async def test_retracting_is_asked_once_more(town: Town, reader: Person) -> None:
    progress = await sent(town, reader)
    count = len(reader.chat.bot_messages)
    await town.tap(town.editor, progress, "Retract")
    await town.tap(town.editor, progress, "Leave as it is")
    assert progress.text.startswith("Sent to 1")
    await town.tap(town.editor, progress, "Retract")
    await town.tap(town.editor, progress, "Delete 1")
    await town.simulator.wait_until(lambda: len(reader.chat.bot_messages) == count - 1)


async def test_a_stopped_alert_goes_no_further(town: Town, reader: Person) -> None:
    preview = await town.say(town.editor, f"/alert {ALERT}")
    [draft] = await town.store.broadcasts.recent_alerts()
    await town.store.broadcasts.confirm_alert(draft.id, town.clock.now())
    preview.keyboard = {"inline_keyboard": [[{"text": "Stop", "callback_data": f"a:stop:{draft.id}"}]]}
    await town.tap(town.editor, preview, "Stop")
    assert preview.text.startswith(("Stopped.", "Sent to 1"))


async def test_the_list_of_alerts(town: Town, reader: Person) -> None:
    assert (await town.say(town.editor, "/alerts")).text.startswith("No alerts yet")
    await sent(town, reader)
    listed = await town.say(town.editor, "/alerts")
    assert "#1 · " in listed.text
    await town.tap(town.editor, listed, "#1")
    assert listed.text.startswith("Sent to 1")


WRONG_USE = [
    ("/alert", "Write the text after the command"),
    ("/alert #77 text", "There is no alert #77."),
    ("/alert " + "x" * 3600, "The text is too long: 3,600 of 3,500 characters."),
]


async def test_wrong_use_of_alert(town: Town, subtests: pytest.Subtests) -> None:
    for typed, expected in WRONG_USE:
        with subtests.test(expected):
            assert expected in (await town.say(town.editor, typed)).text


async def test_an_empty_revision_asks_for_the_text(town: Town) -> None:
    await town.say(town.editor, f"/alert {ALERT}")
    assert "Write the text" in (await town.say(town.editor, "/alert #1")).text


async def forge(town: Town, person: Person, message: Message, data: str) -> str:
    message.keyboard = {"inline_keyboard": [[{"text": "forged", "callback_data": data}]]}
    return await town.answered(await person.tap(message, "forged"))


async def test_forged_buttons_of_editors(town: Town, subtests: pytest.Subtests) -> None:
    message = await town.say(town.editor, "/help")
    for data in ("a:send:77", "ac:77:1:KZ", "s:explode:x", "s:page:x"):
        with subtests.test(data):
            assert "older version" in await forge(town, town.editor, message, data)
    await town.say(town.editor, f"/alert {ALERT}")
    assert "older version" in await forge(town, town.editor, message, "a:explode:1")


async def test_readers_cannot_use_editors_buttons(
    town: Town, reader: Person, subtests: pytest.Subtests
) -> None:
    await town.say(town.editor, f"/alert {ALERT}")
    message = await town.say(reader, "/help")
    for data in ("a:send:1", "ac:1:1:KZ", "s:pause:sample-steppe-post"):
        with subtests.test(data):
            assert "редакторов" in await forge(town, reader, message, data)
    [draft] = await town.store.broadcasts.recent_alerts()
    assert str(draft.state) == "draft"
    assert not (await town.store.sources.get("sample-steppe-post")).is_paused


async def test_a_readers_reply_is_no_correction(town: Town, reader: Person) -> None:
    await sent(town, reader)
    alert = reader.chat.bot_messages[-1]
    answer = await town.say(reader, "метро", reply_to=alert)
    assert "заголов" in answer.text


async def test_sources_are_paused_and_read_again(town: Town) -> None:
    listed = await town.say(town.editor, "/sources")
    assert listed.text.startswith("7 sources:")
    place = next(n for n, line in enumerate(listed.text.splitlines()) if "Steppe Post" in line)
    await town.tap(town.editor, listed, f"Pause {place}")
    assert (await town.store.sources.get("sample-steppe-post")).is_paused
    assert "Steppe Post (sample)\u2069 · paused" in listed.text
    await town.tap(town.editor, listed, f"Resume {place}")
    assert not (await town.store.sources.get("sample-steppe-post")).is_paused
    paused = await town.say(town.editor, "/sources pause sample-yangi-kun")
    assert paused.text == "sample-yangi-kun is paused."
    assert "no source" in (await town.say(town.editor, "/sources pause nonsense")).text
    assert "source.pause" in (await town.say(town.editor, "/audit")).text


async def test_a_page_of_sources(town: Town) -> None:
    steppe = await town.store.sources.get("sample-steppe-post")
    for number in range(5):
        extra = replace(steppe, id=f"extra-{number}", url=f"https://extra{number}.example/")
        await town.store.sources.add(extra, town.clock.now())
    listed = await town.say(town.editor, "/sources")
    await town.tap(town.editor, listed, "›")
    assert "\n9. " in listed.text


async def test_health_names_what_fails_and_the_next_step(town: Town) -> None:
    assert (await town.say(town.editor, "/health")).text == "All is well: 7 sources, none failing."
    now = town.clock.now()
    state = await town.store.sources.state("sample-steppe-post")
    failing = replace(
        state,
        failures=6,
        last_error="timeout",
        last_success_at=now - timedelta(hours=3),
        next_fetch_at=now + timedelta(hours=1),
    )
    await town.store.sources.record({"sample-steppe-post": failing})
    said = await town.say(town.editor, "/health")
    assert "has not answered since Fri 08:00 (\u2068timeout\u2069, 6 tries). Next try 12:00." in said.text
    assert said.labels == ["Try now 1", "Pause 1"]
    await town.tap(town.editor, said, "Try now 1")
    due = (await town.store.sources.state("sample-steppe-post")).next_fetch_at
    assert due is not None
    assert due <= town.clock.now()


async def test_counts(town: Town, reader: Person) -> None:
    said = await town.say(town.editor, "/stats")
    assert said.text == "1 reader: 1 active, 0 paused\n40 headlines, 7 sources\n🇰🇿 1"


async def test_an_editors_word_on_a_headlines_countries(town: Town) -> None:
    assert "Write a headline’s number" in (await town.say(town.editor, "/country x")).text
    assert "I no longer have" in (await town.say(town.editor, "/country 99999")).text
    assert "I know no country" in (await town.say(town.editor, "/country 1 Atlantis")).text
    assert (await town.say(town.editor, "/country 1 kz uz")).text == "#1 is about 🇰🇿 🇺🇿 now."
    why = await town.say(town.editor, "/country #1")
    assert "set by an editor" in why.text
    assert (await town.store.headlines.get(1)).countries == ("KZ", "UZ")
    assert "country" in (await town.say(town.editor, "/audit")).text


async def test_editors_are_listed_with_what_each_did_last(town: Town, reader: Person) -> None:
    who = town.editor.id
    said = await town.say(town.editor, "/admins")
    assert said.text.startswith(
        f"1 editor, and what each did last:\n{who} · nothing yet\nEditors are the user ids"
    )
    await town.say(town.editor, "/sources pause sample-yangi-kun")
    await town.say(town.editor, "/sources resume sample-yangi-kun")
    await town.store.broadcasts.audit(0, "alert send", "3", town.clock.now())
    said = await town.say(town.editor, "/admins add 12345")
    assert f"\n{who} · Fri 11:00 · source.resume · \u2068sample-yangi-kun\u2069\nterminal · " in said.text
    assert "ADMIN_IDS" in said.text
    assert "редакторов" in (await town.say(reader, "/admins")).text


async def test_the_log_begins_empty(town: Town) -> None:
    assert (await town.say(town.editor, "/audit")).text == "Editors have done nothing yet."


async def test_editors_see_their_commands_in_the_help(town: Town, reader: Person) -> None:
    assert "/alert — " in (await town.say(town.editor, "/help")).text
    assert "/alert — " not in (await town.say(reader, "/help")).text
