"""news.ports.StoryStore on both databases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BindParameter, Connection, Table, bindparam, func, insert, select, update

from news.model import Headline
from news.relevance import rarity
from storage.search import rows
from storage.search.keys import id_of
from storage.search.lookups import Lookups
from storage.search.reading import POSTGRESQL, SQLITE
from storage.search.rows import Reader
from storage.search.similar import similar_keys
from storage.statements import chunks
from storage.steps import Steps
from storage.tables import HeadlineRow, StoryRow, UtcDateTime

TERMS = 10
"""The rarest terms of a headline find its story; the others are in every headline."""

# SQLite would take the index of stories, and sort a million that wait after an import.
_WAITING = "SELECT id FROM headline {by} WHERE story_id IS NULL ORDER BY sort_at, id LIMIT :limit"
_BY = {SQLITE.key: "INDEXED BY ix_headline_waiting", POSTGRESQL.key: ""}
_NEWEST_MEMBERS = (
    "SELECT * FROM (SELECT story_id, id FROM headline WHERE story_id = {story} "
    "ORDER BY sort_at DESC, id DESC LIMIT :last) AS of_{story}"
)


HEADLINE = cast("Table", HeadlineRow.__table__)
STORY = cast("Table", StoryRow.__table__)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
# Made once, of tables: making a statement anew takes SQLAlchemy longer than the database takes to answer it.
_STORIES_OF = (
    select(HEADLINE.c.id, HEADLINE.c.story_id)
    .where(HEADLINE.c.id.in_(_IDS))
    .order_by(HEADLINE.c.id)
    .with_for_update()  # PostgreSQL: the second process waits, then sees; SQLite has one writer anyway
)
_FINAL = select(STORY.c.id, func.coalesce(STORY.c.merged_into, STORY.c.id)).where(STORY.c.id.in_(_IDS))
_OPEN = insert(STORY).returning(STORY.c.id)
_ASSIGN = update(HEADLINE).where(HEADLINE.c.id == bindparam("number")).values(story_id=bindparam("story"))
_TOUCH = update(STORY).where(STORY.c.id.in_(_IDS)).values(updated_at=bindparam("moment", type_=UtcDateTime()))


class SqlStoryStore:
    """Which headlines belong together."""

    def __init__(self, lookups: Lookups, steps: Steps) -> None:
        self._lookups = lookups
        self._steps = steps

    async def without_story(self, limit: int) -> list[Headline]:
        """Headlines that belong to no story yet, by ``sort_at`` then id."""

        def look(reader: Reader) -> list[Headline]:
            waiting = reader.rows(_WAITING.format(by=_BY[reader.dialect.key]), {"limit": limit})
            found = rows.headlines(reader, [number for (number,) in waiting])
            return [found[number] for (number,) in waiting if number in found]

        return await self._lookups.run(look)

    async def candidates(
        self,
        terms: Sequence[str],
        *,
        since: datetime,
        until: datetime,
        limit: int,
        besides: Collection[int] = (),
    ) -> list[Headline]:
        """The headlines of that window that share the most of the rarest of these terms, best first, without ``besides``."""

        def look(reader: Reader) -> list[Headline]:
            frequencies = self._lookups.frequencies
            counts, total = frequencies.of(reader, terms)
            rarest = sorted(counts, key=lambda term: (counts[term], term))[:TERMS]
            weights = {term: rarity(counts[term], total) for term in rarest}
            wanted = limit + len(besides)
            ranked = similar_keys(reader, frequencies, weights, since=since, until=until, limit=wanted)
            ids = [number for key, _ in ranked if (number := id_of(key)) not in besides][:limit]
            found = rows.headlines(reader, ids)
            return [found[number] for number in ids if number in found]

        return await self._lookups.run(look)

    async def members(self, story_ids: Sequence[int], last: int) -> Mapping[int, list[Headline]]:
        """The newest ``last`` members of each story, oldest of them first."""
        sql = " UNION ALL ".join(_NEWEST_MEMBERS.format(story=int(story_id)) for story_id in story_ids)

        def look(reader: Reader) -> dict[int, list[Headline]]:
            newest = reader.rows(sql, {"last": last}) if sql else []
            found = rows.headlines(reader, [number for _, number in newest])
            members: dict[int, list[Headline]] = {}
            for story_id, number in reversed(newest):
                if number in found:  # else it was deleted between the two questions
                    members.setdefault(story_id, []).append(found[number])
            return members

        return await self._lookups.run(look)

    async def join(self, choices: Mapping[int, int | None], now: datetime) -> Mapping[int, int]:
        """Headline id → story id (None opens a new story); all in one transaction; headline id → final story id.

        A headline that has a story by now keeps it, so that two processes cannot tear it apart; a story that was merged
        meanwhile is followed to the one it became.
        """
        return await self._steps.write(lambda connection: _join(connection, choices, now))

    async def split(self, story_id: int, headline_ids: Sequence[int], now: datetime) -> int:
        """Move these of its headlines into a new story; its id. The old id keeps the rest."""

        def step(connection: Connection) -> int:
            new = _new_stories(connection, 1, now)[0]
            moved = update(HeadlineRow).where(
                HeadlineRow.id.in_(headline_ids), HeadlineRow.story_id == story_id
            )
            connection.execute(moved.values(story_id=new))
            return new

        return await self._steps.write(step)

    async def merge(self, into: int, story_id: int, now: datetime) -> None:
        """All of ``story_id`` joins ``into``; the old id still answers. Merging a story into itself changes nothing."""
        await self._steps.write(lambda connection: _merge(connection, into, story_id, now))


def _join(connection: Connection, choices: Mapping[int, int | None], now: datetime) -> Mapping[int, int]:
    """See SqlStoryStore.join."""
    final = _already(connection, list(choices))
    open_choices = {number: story for number, story in choices.items() if number not in final}
    targets = _final_ids(connection, {story for story in open_choices.values() if story is not None})
    joins = {number: targets[story] for number, story in open_choices.items() if story in targets}
    opened = _open_stories(connection, [number for number in open_choices if number not in joins], now)
    _assign(connection, joins | opened)
    _touch(connection, set(joins.values()), now)
    joins |= opened
    return {number: final.get(number, joins.get(number, 0)) for number in choices}


def _merge(connection: Connection, into: int, story_id: int, now: datetime) -> None:
    """See SqlStoryStore.merge."""
    ids = _final_ids(connection, {into, story_id})
    target, gone = ids.get(into), ids.get(story_id)
    if target is None or gone is None or target == gone:
        return
    connection.execute(update(HeadlineRow).where(HeadlineRow.story_id == gone).values(story_id=target))
    # Whatever was merged into the one that goes now points straight at the one that stays.
    pointing = (StoryRow.id == gone) | (StoryRow.merged_into == gone)
    connection.execute(update(StoryRow).where(pointing).values(merged_into=target))
    connection.execute(update(StoryRow).where(StoryRow.id == target).values(updated_at=now))


def _already(connection: Connection, headline_ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in chunks(headline_ids):
        rows = connection.execute(_STORIES_OF, {"ids": some})
        found |= {number: story for number, story in rows if story is not None}
    return found


def _final_ids(connection: Connection, story_ids: set[int]) -> dict[int, int]:
    """Each existing story's id and the id it answers under now."""
    found: dict[int, int] = {}
    for some in chunks(sorted(story_ids)):
        found |= {row[0]: row[1] for row in connection.execute(_FINAL, {"ids": some})}
    return found


def _open_stories(connection: Connection, headline_ids: Sequence[int], now: datetime) -> dict[int, int]:
    return dict(zip(headline_ids, _new_stories(connection, len(headline_ids), now), strict=True))


def _new_stories(connection: Connection, count: int, now: datetime) -> list[int]:
    """Ids of new stories, ascending."""
    ids: list[int] = []
    for some in chunks(range(count)):
        rows = [{"created_at": now, "updated_at": now} for _ in some]
        ids += connection.scalars(_OPEN, rows)
    return sorted(ids)


def _assign(connection: Connection, joins: Mapping[int, int]) -> None:
    if joins:
        connection.execute(_ASSIGN, [{"number": number, "story": story} for number, story in joins.items()])


def _touch(connection: Connection, story_ids: set[int], now: datetime) -> None:
    for some in chunks(sorted(story_ids)):
        connection.execute(_TOUCH, {"ids": some, "moment": now})
