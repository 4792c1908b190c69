"""The catalogue of sources, and what fetching learned about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Row, Table, Update, bindparam, or_, select, update
from sqlalchemy.exc import IntegrityError

from news.errors import SourceExistsError, UnknownSourceError
from news.model import Source, SourceKind, SourceState
from storage.engine import SessionMaker
from storage.statements import codes, insert_into
from storage.tables import SourceRow

LEARNED = tuple(field.name for field in fields(SourceState))
NOTHING_LEARNED = asdict(SourceState()) | {"lease_until": None}
_TABLE = cast("Table", SourceRow.__table__)
_RECORD = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("source_id"))
    .values({name: bindparam(name) for name in LEARNED} | {"lease_until": None})
)


class SqlSourceStore:
    """news.ports.SourceStore on SQLite and PostgreSQL."""

    def __init__(self, reads: SessionMaker, writes: SessionMaker) -> None:
        self._reads = reads
        self._writes = writes

    async def add(self, source: Source, now: datetime) -> None:
        """Put a source into the catalogue, also one that was taken out before.

        Raise SourceExistsError when the id or the URL is taken.
        """
        fresh = _row(source) | NOTHING_LEARNED | {"added_at": now, "is_removed": False}
        try:
            async with self._writes.begin() as session:
                statement = insert_into(session, SourceRow).values(fresh)
                revive = statement.on_conflict_do_update(
                    index_elements=["id"], set_=fresh, where=SourceRow.is_removed
                )
                added = await session.scalar(revive.returning(SourceRow.id))
        except IntegrityError as error:
            raise SourceExistsError(await self._owner(source.url), source.url) from error
        if added is None:
            raise SourceExistsError(source.id, (await self.get(source.id)).url)

    async def get(self, source_id: str) -> Source:
        """Raise UnknownSourceError."""
        return (await self._one(source_id))[0]

    async def state(self, source_id: str) -> SourceState:
        """Raise UnknownSourceError."""
        return (await self._one(source_id))[1]

    async def list_all(self) -> list[tuple[Source, SourceState]]:
        """Every source with its state, by id."""
        statement = select(SourceRow.__table__).where(~SourceRow.is_removed)
        async with self._reads() as session:
            rows = (await session.execute(statement)).all()
        # Sorted here: PostgreSQL would sort text by its locale.
        return [(_source(row), _state(row)) for row in sorted(rows, key=lambda row: row.id)]

    async def claim_due(self, now: datetime, limit: int, lease_s: float) -> list[tuple[Source, SourceState]]:
        """Due, not paused, and not leased by another process; leased to the caller for ``lease_s`` seconds.

        Longest overdue first, sources never fetched before all. Files are never due: somebody brings them.
        """
        due = (
            select(SourceRow.id)
            .where(~SourceRow.is_paused, ~SourceRow.is_removed, SourceRow.kind != SourceKind.FILE)
            .where(or_(SourceRow.next_fetch_at.is_(None), SourceRow.next_fetch_at <= now))
            .where(or_(SourceRow.lease_until.is_(None), SourceRow.lease_until <= now))
            .order_by(SourceRow.next_fetch_at.nulls_first(), SourceRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)  # PostgreSQL; SQLite's writers queue anyway
        )
        claim = (
            update(SourceRow)
            .where(SourceRow.id.in_(due))
            .values(lease_until=now + timedelta(seconds=lease_s))
            .returning(*SourceRow.__table__.columns)
        )
        async with self._writes.begin() as session:
            rows = (await session.execute(claim)).all()
        rows = sorted(rows, key=lambda row: (row.next_fetch_at is not None, row.next_fetch_at, row.id))
        return [(_source(row), _state(row)) for row in rows]

    async def record(self, states: Mapping[str, SourceState], urls: Mapping[str, str] | None = None) -> None:
        """Save what was learned by source id, free the leases; ``urls`` replace addresses, unless others read those.

        Raise UnknownSourceError for one that is no source's, the others saved.
        """
        rows = [{"source_id": source_id, **_learned(state)} for source_id, state in states.items()]
        async with self._writes.begin() as session:
            done = await session.execute(_RECORD, rows)
            for source_id, url in (urls or {}).items():
                await session.execute(_move(source_id, url))
        if cast("CursorResult[Any]", done).rowcount < len(rows):
            raise UnknownSourceError(await self._stranger(states))

    async def set_paused(self, source_id: str, *, is_paused: bool) -> None:
        """Raise UnknownSourceError."""
        await self._change(source_id, is_paused=is_paused)

    async def remove(self, source_id: str) -> None:
        """Take it out of the catalogue; its headlines stay. Raise UnknownSourceError."""
        # The row stays for its headlines, but its address is free for another source.
        await self._change(source_id, is_removed=True, url=f"removed:{source_id}")

    async def ensure(self, source: Source, now: datetime) -> Source:
        """The stored source of this id, added (or brought back) if absent.

        Raise SourceExistsError when it is absent and another source reads its URL.
        """
        try:
            return await self.get(source.id)
        except UnknownSourceError:
            pass
        try:
            await self.add(source, now)
        except SourceExistsError as error:
            if error.source_id != source.id:  # else somebody was quicker with the same source
                raise
        return await self.get(source.id)

    async def _one(self, source_id: str) -> tuple[Source, SourceState]:
        statement = select(SourceRow.__table__).where(SourceRow.id == source_id, ~SourceRow.is_removed)
        async with self._reads() as session:
            row = (await session.execute(statement)).one_or_none()
        if row is None:
            raise UnknownSourceError(source_id)
        return _source(row), _state(row)

    async def _stranger(self, ids: Iterable[str]) -> str:
        async with self._reads() as session:
            known = set(await session.scalars(select(SourceRow.id).where(SourceRow.id.in_(ids))))
        return next(source_id for source_id in ids if source_id not in known)

    async def _owner(self, url: str) -> str:
        async with self._reads() as session:
            return await session.scalar(select(SourceRow.id).where(SourceRow.url == url)) or ""

    async def _change(self, source_id: str, **values: object) -> None:
        statement = update(SourceRow).where(SourceRow.id == source_id, ~SourceRow.is_removed).values(values)
        async with self._writes.begin() as session:
            if not await session.scalar(statement.returning(SourceRow.id)):
                raise UnknownSourceError(source_id)


def _learned(state: SourceState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in LEARNED}


def _move(source_id: str, url: str) -> Update:
    """A lasting redirect: another source may read that address already, and what was removed stays where it is."""
    other = _TABLE.alias("other")
    is_free = ~select(other.c.id).where(other.c.url == url).exists()
    moved = update(_TABLE).where(_TABLE.c.id == source_id, is_free, ~_TABLE.c.is_removed)
    return moved.values(url=url)


def _row(source: Source) -> dict[str, Any]:
    return asdict(source) | {"kind": source.kind.value, "languages": ",".join(source.languages)}


def _source(row: Row[Any]) -> Source:
    return Source(
        id=row.id,
        name=row.name,
        kind=SourceKind(row.kind),
        url=row.url,
        country=row.country,
        languages=codes(row.languages),
        tier=row.tier,
        outlet=row.outlet,
        note=row.note,
        is_paused=row.is_paused,
    )


def _state(row: Row[Any]) -> SourceState:
    return SourceState(
        etag=row.etag,
        last_modified=row.last_modified,
        next_fetch_at=row.next_fetch_at,
        last_fetch_at=row.last_fetch_at,
        last_success_at=row.last_success_at,
        failures=row.failures,
        strikes=row.strikes,
        last_error=row.last_error,
        items_per_day=float(row.items_per_day),  # SQLite's RETURNING gives 0.0 back as 0
        redirect_url=row.redirect_url,
        redirect_seen=row.redirect_seen,
        is_dead_told=row.is_dead_told,
    )
