from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import delete, insert, select, update

from news.errors import WrongUseError
from news.model import Chat, ChatKind, Layout, Preferences, Subscriber, Watch
from storage.storage import Store
from storage.tables import Base, BroadcastRow, DeliveryRow, PauseRow, SlotRow, SubscriberRow
from tests.contracts.builders import DAY, HOUR, NOW, headline, stored

GROUP = -1_001_234_567_890  # 64 bits, as Telegram's ids are
CHAT = Chat(GROUP, 12)
CHOSEN = Preferences(
    language="kk",
    countries=("UZ", "KZ", "TM"),
    zone="Asia/Tashkent",
    hours=(time(7, 30), time(19)),
    weekdays=frozenset({0, 2, 6}),
    content_languages=("ru", "kk"),
    layout=Layout.COMPACT,
    stories_per_country=3,
    wants_alerts=False,
    quiet=(time(22), time(7)),
    alerts_pierce_quiet=True,
)


async def save(
    store: Store, preferences: Preferences = CHOSEN, *, chat: Chat = CHAT, now: datetime = NOW
) -> Subscriber:
    return await store.subscribers.save(chat, ChatKind.TOPIC, preferences, now)


async def slots(store: Store) -> list[tuple[int, time, str, int, date, int]]:
    statement = select(SlotRow.__table__.columns).order_by(SlotRow.subscriber_id, SlotRow.ordinal)
    async with store.engine.connect() as connection:
        return [tuple(row)[1:] for row in await connection.execute(statement)]


async def row_of(store: Store, subscriber_id: int):
    statement = select(SubscriberRow.__table__).where(SubscriberRow.id == subscriber_id)
    async with store.engine.connect() as connection:
        return (await connection.execute(statement)).one()


# ---------------------------------------------------------------- save and find


@pytest.mark.parametrize(
    "preferences",
    [
        pytest.param(CHOSEN, id="all chosen"),
        pytest.param(Preferences(), id="defaults"),
        pytest.param(Preferences(hours=()), id="no hour"),
        pytest.param(replace(CHOSEN, weekdays=frozenset()), id="no day"),
    ],
)
async def test_a_reader_comes_back_as_saved(store: Store, preferences: Preferences) -> None:
    saved = await save(store, preferences)
    expected = Subscriber(saved.id, CHAT, ChatKind.TOPIC, preferences, created_at=NOW)
    assert saved == expected
    assert await store.subscribers.find(CHAT) == expected
    assert await store.subscribers.get(saved.id) == expected


async def test_hours_are_sorted_and_countries_keep_their_order_each_once(store: Store) -> None:
    wild = replace(CHOSEN, countries=("TM", "KZ", "TM"), hours=(time(19), time(7), time(19)))
    saved = (await save(store, wild)).preferences
    assert (saved.countries, saved.hours) == (("TM", "KZ"), (time(7), time(19)))


async def test_a_topic_is_a_subscriber_of_its_own(store: Store) -> None:
    first, second = await save(store), await save(store, chat=Chat(GROUP))
    assert first.id != second.id
    assert await store.subscribers.find(Chat(GROUP, 13)) is None


async def test_an_unknown_subscriber_is_named(store: Store) -> None:
    with pytest.raises(WrongUseError, match="77"):
        await store.subscribers.get(77)


async def test_saving_again_changes_the_same_reader_and_lifts_a_pause(store: Store) -> None:
    first = await save(store)
    await store.subscribers.set_last_until(first.id, NOW)
    await store.subscribers.pause(GROUP, "blocked", NOW)
    second = await save(store, Preferences(countries=("KG",)), now=NOW + DAY)
    assert second == replace(first, preferences=Preferences(countries=("KG",)), last_until=NOW)
    assert (await row_of(store, first.id)).pause_reason == ""


async def test_ten_savings_at_once_are_one_reader(store: Store) -> None:
    hours = [time(hour) for hour in range(10)]
    saved = await asyncio.gather(*(save(store, replace(CHOSEN, hours=(hour,))) for hour in hours))
    assert len({subscriber.id for subscriber in saved}) == 1
    assert len(await slots(store)) == 1
    assert (await store.subscribers.counts())["country:KZ"] == 1


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Asia/Алматы", "a\0b"])
async def test_a_zone_that_nobody_knows_is_refused_and_nothing_changes(store: Store, zone: str) -> None:
    await save(store)
    with pytest.raises(WrongUseError, match="time zone"):
        await save(store, replace(CHOSEN, zone=zone, language="ru"))
    found = await store.subscribers.find(CHAT)
    assert found is not None
    assert found.preferences == CHOSEN


async def test_a_naive_now_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="naive datetime"):
        await save(store, now=NOW.replace(tzinfo=None))
    assert await store.subscribers.find(CHAT) is None


# ---------------------------------------------------------------- what makes editions equal


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        pytest.param(
            {"hours": (time(3),), "zone": "Asia/Almaty", "weekdays": frozenset({1})}, True, id="when"
        ),
        pytest.param({"wants_alerts": True, "quiet": None}, True, id="alerts"),
        pytest.param({"content_languages": ("kk", "ru")}, True, id="languages in another order"),
        pytest.param({"countries": ("KZ", "UZ", "TM")}, False, id="countries in another order"),
        pytest.param({"language": "ru"}, False, id="interface language"),
        pytest.param({"content_languages": ()}, False, id="content languages"),
        pytest.param({"layout": Layout.FULL}, False, id="layout"),
        pytest.param({"stories_per_country": 4}, False, id="length"),
    ],
)
async def test_readers_who_want_the_same_share_an_edition(store: Store, change: dict, is_same: bool) -> None:
    first = await row_of(store, (await save(store)).id)
    second = await row_of(store, (await save(store, replace(CHOSEN, **change), chat=Chat(5))).id)
    assert (first.wants == second.wants) is is_same


# ---------------------------------------------------------------- hours


@pytest.mark.parametrize(
    ("local", "zone", "now", "last"),
    [
        pytest.param(time(8, 1), "Asia/Almaty", NOW, date(2026, 3, 20), id="ahead today: starts today"),
        pytest.param(time(8), "Asia/Almaty", NOW, date(2026, 3, 21), id="this very minute: starts tomorrow"),
        pytest.param(time(7), "Asia/Almaty", NOW, date(2026, 3, 21), id="passed: starts tomorrow"),
        pytest.param(time(7), "America/New_York", NOW, date(2026, 3, 20), id="still yesterday there"),
        pytest.param(
            time(0, 30),
            "Asia/Beirut",
            datetime(2026, 3, 28, 22, 0, tzinfo=UTC),
            date(2026, 3, 29),
            id="an hour that this night skips has passed when the gap ends",
        ),
    ],
)
async def test_a_new_hour_starts_the_next_time_it_comes(
    store: Store, local: time, zone: str, now: datetime, last: date
) -> None:
    await save(store, Preferences(hours=(local,), zone=zone, weekdays=frozenset({0, 6})), now=now)
    assert await slots(store) == [(0, local, zone, 0b1000001, last, 0)]


async def planned(store: Store, day: date, skipped: int = 0) -> None:
    async with store.engine.begin() as connection:
        await connection.execute(update(SlotRow.__table__).values(last_local_date=day, skipped=skipped))


async def test_an_hour_that_stays_keeps_its_past_and_a_new_one_begins(store: Store) -> None:
    await save(store, Preferences(hours=(time(8), time(20))))
    await planned(store, date(2026, 3, 1), skipped=2)
    await save(store, Preferences(hours=(time(20), time(6), time(21)), zone="Asia/Tashkent"))
    assert [(one[1], one[2], one[4], one[5]) for one in await slots(store)] == [
        (time(6), "Asia/Tashkent", date(2026, 3, 21), 0),
        (time(20), "Asia/Tashkent", date(2026, 3, 1), 2),
        (time(21), "Asia/Tashkent", date(2026, 3, 20), 0),
    ]


# ---------------------------------------------------------------- block, move, forget


async def test_a_block_pauses_every_topic_once_and_keeps_the_settings(store: Store) -> None:
    await save(store)
    await save(store, chat=Chat(GROUP))
    await save(store, chat=Chat(5))
    assert await store.subscribers.pause(GROUP, "bot was blocked", NOW) == 2
    assert await store.subscribers.pause(GROUP, "again", NOW) == 0
    found = await store.subscribers.find(CHAT)
    assert found is not None
    assert (found.is_paused, found.preferences) == (True, CHOSEN)
    assert (await row_of(store, found.id)).pause_reason == "bot was blocked"
    assert await store.subscribers.resume(GROUP) == 2
    assert await store.subscribers.find(CHAT) == replace(found, is_paused=False)


async def test_a_group_that_becomes_a_supergroup_keeps_everything(store: Store) -> None:
    before = await save(store)
    watch = await store.subscribers.add_watch(before.id, "bridge", NOW)
    await store.subscribers.set_last_until(before.id, NOW)
    assert await store.subscribers.migrate(GROUP, -100_999) == 1
    moved = await store.subscribers.find(Chat(-100_999, 12))
    assert moved == replace(before, chat=Chat(-100_999, 12), last_until=NOW)
    assert await store.subscribers.find(CHAT) is None
    assert [found.id for found in await store.subscribers.list_watches(before.id)] == [watch]


async def test_migrating_twice_or_onto_itself_moves_nothing(store: Store) -> None:
    await save(store)
    assert await store.subscribers.migrate(GROUP, GROUP) == 0
    await store.subscribers.migrate(GROUP, 5)
    assert await store.subscribers.migrate(GROUP, 5) == 0
    assert await store.subscribers.find(Chat(5, 12)) is not None


async def test_a_group_that_spoke_under_its_new_id_first_is_merged(store: Store) -> None:
    old = await save(store, Preferences(countries=("KZ", "UZ"), hours=(time(8),)))
    new = await save(store, Preferences(countries=("UZ", "KG"), hours=(time(20),)), chat=Chat(-7, 12))
    other = await save(store, chat=Chat(-7))
    for subscriber, words in ((old, "bridge"), (new, "water")):
        await store.subscribers.add_watch(subscriber.id, words, NOW)
        await store.subscribers.add_mute(subscriber.id, words)
        await store.subscribers.add_mute(subscriber.id, "football")
    await deliver(store, old.id, 1, 2)
    await deliver(store, new.id, 2, 3)
    await store.subscribers.set_last_until(old.id, NOW)
    await store.subscribers.set_last_until(new.id, NOW + HOUR)
    await store.subscribers.pause(GROUP, "kicked", NOW)
    assert await store.subscribers.migrate(GROUP, -7) == 1
    kept = await store.subscribers.find(Chat(-7, 12))
    assert kept == replace(
        old,
        chat=Chat(-7, 12),
        preferences=Preferences(countries=("KZ", "UZ", "KG"), hours=(time(8),)),
        last_until=NOW + HOUR,
    )
    assert [watch.words for watch in await store.subscribers.list_watches(old.id)] == ["bridge", "water"]
    assert await store.subscribers.list_mutes(old.id) == ["bridge", "football", "water"]
    assert await delivered(store, old.id) == [1, 2, 3]
    assert await delivered(store, new.id) == []
    assert await store.subscribers.find(Chat(-7)) == other
    assert (await row_of(store, old.id)).wants == "en|KZ,UZ,KG||full|5"


async def test_a_group_without_choices_is_merged_too(store: Store) -> None:
    old = await save(store, Preferences())
    await save(store, Preferences(), chat=Chat(-7, 12))
    await store.subscribers.migrate(GROUP, -7)
    assert await store.subscribers.find(Chat(-7, 12)) == replace(old, chat=Chat(-7, 12))


async def deliver(store: Store, subscriber_id: int, *broadcast_ids: int, lane: str = "digest") -> None:
    """Deliveries of these broadcasts, past the store that sends."""
    async with store.engine.begin() as connection:
        for number in broadcast_ids:
            key = {"id": number, "key": f"key{number}", "lane": lane, "state": "sending", "messages": "{}"}
            exists = select(BroadcastRow.id).where(BroadcastRow.id == number)
            if (await connection.execute(exists)).first() is None:
                await connection.execute(insert(BroadcastRow.__table__).values(**key, created_at=NOW))
            await connection.execute(
                insert(DeliveryRow.__table__).values(
                    broadcast_id=number, subscriber_id=subscriber_id, lane=3, not_before=NOW, updated_at=NOW
                )
            )


async def delivered(store: Store, subscriber_id: int) -> list[int]:
    statement = select(DeliveryRow.broadcast_id).where(DeliveryRow.subscriber_id == subscriber_id)
    async with store.engine.connect() as connection:
        return sorted((await connection.execute(statement)).scalars())


async def a_full_life(store: Store, chat: Chat, first_broadcast: int) -> Subscriber:
    """A reader with a row in every table that can hold something about one."""
    subscriber = await save(store, chat=chat)
    await store.subscribers.add_watch(subscriber.id, "bridge", NOW)
    await store.subscribers.add_mute(subscriber.id, "football")
    await deliver(store, subscriber.id, 1)
    await deliver(store, subscriber.id, first_broadcast, lane="watch")
    async with store.engine.begin() as connection:
        await connection.execute(insert(PauseRow.__table__).values(chat_id=chat.chat_id, until=NOW))
    return subscriber


async def test_forgetting_leaves_nothing_of_this_chat_and_all_of_the_others(store: Store) -> None:
    await a_full_life(store, CHAT, 2)
    kept = await a_full_life(store, Chat(5), 3)
    before = await store.subscribers.export(5)
    # 2 slots, 3 countries, a watch, a mute, 2 deliveries, a message of its own, the subscriber, a pause
    assert await store.subscribers.forget(GROUP) == 12
    assert await store.subscribers.forget(GROUP) == 0
    assert await store.subscribers.find(CHAT) is None
    assert await store.subscribers.export(5) == before
    assert await delivered(store, kept.id) == [1, 3]
    assert await where_is(store, GROUP) == []
    assert await broadcasts(store) == [1, 3]  # the shared edition stays, the watch's own message does not


async def test_forgetting_takes_private_messages_whose_deliveries_were_dropped_long_ago(store: Store) -> None:
    await a_full_life(store, CHAT, 2)
    async with store.engine.begin() as connection:
        await connection.execute(delete(DeliveryRow.__table__))
    await store.subscribers.forget(GROUP)
    assert await broadcasts(store) == [1]


async def broadcasts(store: Store) -> list[int]:
    async with store.engine.connect() as connection:
        return sorted((await connection.execute(select(BroadcastRow.id))).scalars())


async def where_is(store: Store, value: int) -> list[str]:
    """The tables in which any column holds ``value``."""
    found = []
    async with store.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = (await connection.execute(select(table))).all()
            found += [table.name for row in rows if value in tuple(row)]
    return found


async def test_forgetting_is_all_or_nothing(store: Store) -> None:
    await a_full_life(store, CHAT, 2)
    before = await store.subscribers.export(GROUP)
    async with store.engine.begin() as connection:  # the last table of all refuses
        if store.engine.dialect.name == "sqlite":
            await connection.exec_driver_sql(
                "CREATE TRIGGER no BEFORE DELETE ON pause BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        else:
            await connection.exec_driver_sql(
                "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$"
            )
            await connection.exec_driver_sql(
                "CREATE TRIGGER no BEFORE DELETE ON pause FOR EACH ROW EXECUTE FUNCTION no()"
            )
    with pytest.raises(Exception, match="no"):
        await store.subscribers.forget(GROUP)
    assert await store.subscribers.export(GROUP) == before


async def test_an_export_holds_everything_as_json(store: Store) -> None:
    subscriber = await a_full_life(store, CHAT, 2)
    await store.subscribers.set_last_until(subscriber.id, NOW)
    exported = json.loads(json.dumps(await store.subscribers.export(GROUP)))
    assert (exported["chat_id"], exported["wait_until"]) == (GROUP, "2026-03-21T03:00:00+00:00")
    (one,) = exported["subscribers"]
    lists = {name: one.pop(name) for name in ("slots", "watches", "deliveries")}
    assert one == {
        "id": subscriber.id,
        "topic_id": 12,
        "kind": "topic",
        "created_at": "2026-03-21T03:00:00+00:00",
        "is_paused": False,
        "pause_reason": "",
        "last_until": "2026-03-21T03:00:00+00:00",
        "language": "kk",
        "countries": ["UZ", "KZ", "TM"],
        "zone": "Asia/Tashkent",
        "hours": ["07:30:00", "19:00:00"],
        "weekdays": [0, 2, 6],
        "content_languages": ["ru", "kk"],
        "layout": "compact",
        "stories_per_country": 3,
        "wants_alerts": False,
        "quiet": ["22:00:00", "07:00:00"],
        "alerts_pierce_quiet": True,
        "mutes": ["football"],
    }
    assert [slot["local_time"] for slot in lists["slots"]] == ["07:30:00", "19:00:00"]
    assert [watch["words"] for watch in lists["watches"]] == ["bridge"]
    assert [delivery["broadcast_id"] for delivery in lists["deliveries"]] == [1, 2]


async def test_an_export_of_a_stranger_is_empty(store: Store) -> None:
    assert await store.subscribers.export(5) == {"chat_id": 5, "wait_until": None, "subscribers": []}


# ---------------------------------------------------------------- watches and mutes


async def test_a_watch_tells_of_what_comes_after_it(store: Store) -> None:
    (number,) = await stored(store, headline(1))
    subscriber = await save(store)
    first = await store.subscribers.add_watch(subscriber.id, "bridge", NOW)
    second = await store.subscribers.add_watch(subscriber.id, "water", NOW)
    assert await store.subscribers.list_watches(subscriber.id) == [
        Watch(first, subscriber.id, "bridge", number),
        Watch(second, subscriber.id, "water", number),
    ]


async def test_a_watch_never_tells_twice(store: Store) -> None:
    subscriber = await save(store)
    watch = await store.subscribers.add_watch(subscriber.id, "bridge", NOW)
    for headline_id in (5_000_000_000, 7):
        await store.subscribers.set_watch_told(watch, headline_id)
    (found,) = await store.subscribers.list_watches(subscriber.id)
    assert found.last_headline_id == 5_000_000_000


async def test_watches_are_walked_by_id_without_those_of_paused_readers(store: Store) -> None:
    readers = [await save(store, chat=Chat(number)) for number in (1, 2, 3)]
    ids = [await store.subscribers.add_watch(reader.id, "bridge", NOW) for reader in (*readers, *readers)]
    await store.subscribers.pause(2, "blocked", NOW)
    first = await store.subscribers.all_watches(0, 3)
    rest = await store.subscribers.all_watches(first[-1].id, 3)
    assert [watch.id for watch in first + rest] == [ids[0], ids[2], ids[3], ids[5]]


async def test_a_watch_is_removed_by_its_owner_only(store: Store) -> None:
    mine, other = await save(store), await save(store, chat=Chat(5))
    watch = await store.subscribers.add_watch(mine.id, "bridge", NOW)
    assert await store.subscribers.remove_watch(other.id, watch) is False
    assert await store.subscribers.remove_watch(mine.id, watch) is True
    assert await store.subscribers.remove_watch(mine.id, watch) is False


async def test_muted_words_are_kept_once_and_lifted(store: Store) -> None:
    subscriber = await save(store)
    for words in ("футбол", "bridge", "футбол"):
        await store.subscribers.add_mute(subscriber.id, words)
    assert await store.subscribers.list_mutes(subscriber.id) == ["bridge", "футбол"]
    assert await store.subscribers.remove_mute(subscriber.id, "футбол") is True
    assert await store.subscribers.remove_mute(subscriber.id, "футбол") is False
    assert await store.subscribers.list_mutes(subscriber.id) == ["bridge"]


# ---------------------------------------------------------------- counts


async def test_counts_tell_active_and_paused_readers_and_the_countries_of_active_ones(store: Store) -> None:
    assert dict(await store.subscribers.counts()) == {"total": 0, "active": 0, "paused": 0}
    for chat_id, countries in ((1, ("KZ",)), (2, ("KZ", "UZ")), (3, ("TM", "UZ", "KZ"))):
        await save(store, Preferences(countries=countries), chat=Chat(chat_id))
    await store.subscribers.pause(3, "blocked", NOW)
    assert dict(await store.subscribers.counts()) == {
        "total": 3,
        "active": 2,
        "paused": 1,
        "country:KZ": 2,
        "country:UZ": 1,
    }
