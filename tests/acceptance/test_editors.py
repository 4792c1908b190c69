"""What an editor does in a chat: preview, confirm, watch it go out, correct it, take it back."""

from __future__ import annotations

from simulator import Message
from tests.acceptance.town import Town

ALERT = "Border crossing at Korday closed after a rockslide in Kazakhstan"


async def sent_alert(town: Town, readers: int = 3) -> tuple[list, Message]:
    people = [town.simulator.person(f"Reader {n}", language="en") for n in range(readers)]
    for person in people:
        await town.subscribe(person, "kz")
    counts = [len(person.chat.bot_messages) for person in people]
    preview = await town.say(town.editor, f"/alert {ALERT}")
    assert "Korday" in preview.text
    await town.tap(town.editor, preview, f"Send to {readers}")
    for person, count in zip(people, counts, strict=True):
        await town.simulator.wait_for_messages(person.chat, count + 1)
    return people, preview


async def test_an_alert_reaches_its_readers_once(town: Town):
    people, preview = await sent_alert(town)
    assert all(ALERT in person.chat.bot_messages[-1].text for person in people)
    await town.plan()
    await town.simulator.wait_until(lambda: "Sent to 3" in preview.text)
    assert {"Correct", "Retract"} <= set(preview.labels)


async def test_readers_of_other_countries_are_left_alone(town: Town):
    uzbek = town.simulator.person("Olim", language="uz")
    await town.subscribe(uzbek, "uz")
    before = len(uzbek.chat.bot_messages)
    await sent_alert(town)
    assert len(uzbek.chat.bot_messages) == before


async def test_retracted_everywhere(town: Town):
    people, preview = await sent_alert(town)
    await town.simulator.wait_until(lambda: "Sent to 3" in preview.text)
    await town.tap(town.editor, preview, "Retract")
    await town.tap(town.editor, preview, "Delete 3")
    await town.simulator.wait_until(
        lambda: not any(ALERT in message.text for person in people for message in person.chat.bot_messages)
    )


async def test_corrected_everywhere(town: Town):
    people, preview = await sent_alert(town)
    await town.simulator.wait_until(lambda: "Sent to 3" in preview.text)
    question = await town.tap(town.editor, preview, "Correct", count=1)
    offer = await town.say(town.editor, "Korday crossing open again in Kazakhstan", reply_to=question)
    await town.tap(town.editor, offer, "Correct 3")
    await town.simulator.wait_until(
        lambda: all("open again" in person.chat.bot_messages[-1].text for person in people)
    )


async def test_a_reader_cannot_send_alerts(town: Town):
    kate = town.simulator.person("Kate", language="en")
    answer = await town.say(kate, f"/alert {ALERT}")
    assert "editors" in answer.text
    assert await town.store.broadcasts.recent_alerts() == []
