"""Groups, forum topics and channels: who may change what is received, and what happens when a chat moves."""

from __future__ import annotations

from news.model import Chat, ChatKind
from tests.acceptance.town import Town


async def test_a_group_is_greeted_and_only_its_administrators_choose(town: Town) -> None:
    owner = town.simulator.person("Owner", language="en")
    member = town.simulator.person("Member", language="en")
    group = await owner.make_group("Newsroom")
    [greeting] = await town.simulator.wait_for_messages(group, 1)
    await member.join(group)
    refusal = await town.answered(await member.tap(greeting, "English"))
    assert refusal == "Only administrators can change what this chat receives."
    refused = await town.say(member, "/subscribe kz", chat=group)
    assert refused.text == refusal
    assert "Latest" in (await town.say(member, "/latest", chat=group)).text
    assert (
        await town.answered(await member.tap(await town.say(owner, "/countries", chat=group), "Iran"))
        == refusal
    )
    for label in ("English", "Done"):
        await town.tap(owner, greeting, label)
    await town.tap(owner, greeting, "09:00", count=1)
    reader = await town.store.subscribers.find(Chat(group.id))
    assert reader is not None
    assert (reader.kind, reader.preferences.hours[0].hour) == (ChatKind.GROUP, 9)


async def test_plain_talk_in_a_group_is_none_of_ours(town: Town) -> None:
    owner = town.simulator.person("Owner", language="en")
    group = await owner.make_group("Newsroom")
    await town.simulator.wait_for_messages(group, 1)
    await owner.send(group, "metro")
    await owner.send(group, "/nonsense")
    answer = await town.say(owner, "/about", chat=group)
    assert len(group.bot_messages) == 2
    assert answer.text.startswith("Jarchi")


async def test_topics_of_a_forum_are_readers_of_their_own(town: Town) -> None:
    owner = town.simulator.person("Owner", language="en")
    forum = await owner.make_supergroup("Forum", is_forum=True)
    await town.simulator.wait_for_messages(forum, 1)
    topic = await owner.add_topic(forum, "Kazakhstan")
    answer = await town.say(owner, "/subscribe kz", chat=forum, topic=topic)
    assert answer.thread_id == topic
    await town.say(owner, "/subscribe uz", chat=forum)
    in_topic = await town.store.subscribers.find(Chat(forum.id, topic))
    in_general = await town.store.subscribers.find(Chat(forum.id))
    assert in_topic is not None
    assert in_general is not None
    assert (in_topic.kind, in_topic.preferences.countries) == (ChatKind.TOPIC, ("KZ",))
    assert in_general.preferences.countries == ("UZ",)
    toggles = await town.say(owner, "/countries", chat=forum, topic=topic)
    await town.tap(owner, toggles, "Tajikistan")
    changed = await town.store.subscribers.find(Chat(forum.id, topic))
    assert changed is not None
    assert changed.preferences.countries == ("KZ", "TJ")


async def test_a_channels_readers_cannot_change_it(town: Town) -> None:
    owner = town.simulator.person("Owner", language="en")
    passer_by = town.simulator.person("Passer-by", language="en")
    channel = await owner.make_channel("News")
    [greeting] = await town.simulator.wait_for_messages(channel, 1)
    await passer_by.join(channel)
    assert "administrators" in await town.answered(await passer_by.tap(greeting, "English"))
    await town.say(owner, "/subscribe kz", chat=channel)
    reader = await town.store.subscribers.find(Chat(channel.id))
    assert reader is not None
    assert reader.kind is ChatKind.CHANNEL
    await town.tap(owner, greeting, "English")
    assert "countries" in greeting.text


async def test_a_group_that_moves_keeps_everything(town: Town) -> None:
    owner = town.simulator.person("Owner", language="en")
    group = await owner.make_group("Newsroom")
    await town.simulator.wait_for_messages(group, 1)
    await town.say(owner, "/subscribe kz uz", chat=group)
    moved = await owner.migrate(group)
    answer = await town.say(owner, "/start", chat=moved)
    assert "Welcome back" in answer.text
    reader = await town.store.subscribers.find(Chat(moved.id))
    assert reader is not None
    assert reader.preferences.countries == ("KZ", "UZ")
    assert await town.store.subscribers.find(Chat(group.id)) is None


async def test_thrown_out_and_let_back(town: Town) -> None:
    owner = town.simulator.person("Owner", language="en")
    group = await owner.make_group("Newsroom")
    await town.simulator.wait_for_messages(group, 1)
    await town.say(owner, "/subscribe kz", chat=group)
    before = len(group.bot_messages)
    await owner.remove_bot(group)

    async def is_paused() -> bool:
        reader = await town.store.subscribers.find(Chat(group.id))
        return reader is not None and reader.is_paused

    await town.until(is_paused)
    await owner.add_bot(group)
    answer = await town.say(owner, "/about", chat=group)
    assert answer.text.startswith("Jarchi")
    assert len(group.bot_messages) == before + 1
    assert not await is_paused()
