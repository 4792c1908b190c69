"""Claiming deliveries: due rows become jobs, those of one reader who has slept become one job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, select, tuple_
from sqlalchemy.orm import Session, aliased

from news.model import Chat, Lane
from storage.outbox.bulk import delete_of, update_of
from storage.outbox.recording import count_changes
from storage.outbox.values import LANES, RANKS, Action, Job, Shown, State
from storage.tables import BroadcastRow, DeliveryRow, SubscriberRow

Found = Row[*tuple[Any, ...]]

# Columns, not the mapped row: at a thousand messages a second its objects are a fifth of the work.
_COLUMNS = (
    DeliveryRow.id,
    DeliveryRow.broadcast_id,
    DeliveryRow.subscriber_id,
    DeliveryRow.lane,
    DeliveryRow.part,
    DeliveryRow.parts,
    DeliveryRow.action,
    DeliveryRow.message_id,
    DeliveryRow.held_until,
    DeliveryRow.doubts,
    DeliveryRow.is_plain,
    DeliveryRow.token,
    DeliveryRow.lease_until,
    BroadcastRow.revision,
    SubscriberRow.chat_id,
    SubscriberRow.topic_id,
    SubscriberRow.language,
    SubscriberRow.is_paused,
)
_STANDS = (State.SENT, State.WAITING, State.CLAIMED)  # of a row with a message id: its text is in the chat


def claim(
    session: Session, lane: Lane, limit: int, *, token: str, now: datetime, lease: timedelta
) -> list[Job]:
    """See DeliveryStore.claim."""
    mine: dict[str, Any] = {
        "state": State.CLAIMED,
        "token": token,
        "lease_until": now + lease,
        "updated_at": now,
    }
    ids = list(session.scalars(_update(_due(lane, limit, now), mine)))
    if ids and lane is Lane.ALERT:
        ids += session.scalars(_update(_slept_through(ids), mine))
    if not ids:
        return []
    rows = session.execute(_rows().where(DeliveryRow.id.in_(ids))).all()
    _close_absent(session, [row for row in rows if row.is_paused], now)
    if orphans := set(ids) - {
        row.id for row in rows
    }:  # their reader erased itself while they were being planned
        session.execute(delete_of(DeliveryRow).where(DeliveryRow.id.in_(orphans)))
    present = [row for row in rows if not row.is_paused]
    beside = _find_beside(session, [row for row in present if row.message_id is not None])
    return [replace(job, beside=beside.get(job.id, ())) for job in bundle(present)]


def _update(ids: Select[int], values: dict[str, Any]) -> Any:
    return update_of(DeliveryRow).where(DeliveryRow.id.in_(ids)).values(values).returning(DeliveryRow.id)


def _due(lane: Lane, limit: int, now: datetime) -> Select[int]:
    return (
        select(DeliveryRow.id)
        .where(
            DeliveryRow.state == State.WAITING,
            DeliveryRow.lane == RANKS[lane],
            DeliveryRow.not_before <= now,
        )
        .order_by(DeliveryRow.not_before, DeliveryRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def _slept_through(ids: Sequence[int]) -> Select[int]:
    """Alerts that waited for the same reader to wake as those with these ids."""
    known = aliased(DeliveryRow)
    waits_too = and_(
        DeliveryRow.subscriber_id == known.subscriber_id,
        DeliveryRow.held_until == known.held_until,
    )
    return (
        select(DeliveryRow.id)
        .join(known, waits_too)
        .where(
            known.id.in_(ids),
            known.action == Action.SEND,
            known.parts == 1,
            DeliveryRow.state == State.WAITING,
            DeliveryRow.action == Action.SEND,
            DeliveryRow.parts == 1,
        )
        .with_for_update(skip_locked=True, of=DeliveryRow)
    )


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(*_COLUMNS)
        .join(BroadcastRow, BroadcastRow.id == DeliveryRow.broadcast_id)
        .join(SubscriberRow, SubscriberRow.id == DeliveryRow.subscriber_id)
        .order_by(DeliveryRow.not_before, DeliveryRow.id)
    )


def _close_absent(session: Session, rows: Sequence[Found], now: datetime) -> None:
    """Deliveries to readers who have paused since they were planned."""
    if not rows:
        return
    close = update_of(DeliveryRow).where(DeliveryRow.id.in_([row.id for row in rows]))
    session.execute(
        close.values(state=State.GONE, token=None, lease_until=None, error="paused", updated_at=now)
    )
    count_changes(session, [(row.broadcast_id, State.GONE) for row in rows], now)


def _find_beside(session: Session, rows: Sequence[Found]) -> dict[int, tuple[Shown, ...]]:
    """For rows that edit or delete: the others that stand in the same message, by id."""
    if not rows:
        return {}
    place = tuple_(DeliveryRow.subscriber_id, DeliveryRow.message_id)
    statement = _rows().where(
        place.in_([(row.subscriber_id, row.message_id) for row in rows]),
        DeliveryRow.state.in_(_STANDS),
        DeliveryRow.action != Action.DELETE,
    )
    standing = session.execute(statement.order_by(DeliveryRow.broadcast_id)).all()
    return {
        row.id: tuple(
            Shown(other.broadcast_id, other.revision, other.part)
            for other in standing
            if other.id != row.id
            and (other.subscriber_id, other.message_id) == (row.subscriber_id, row.message_id)
        )
        for row in rows
    }


def bundle(rows: Iterable[Found]) -> list[Job]:
    """Jobs in the order of their rows; alerts held for one reader until one moment are one job. Pure."""
    groups: defaultdict[tuple[object, ...], list[Job]] = defaultdict(list)
    for row in rows:
        can_share = row.held_until is not None and row.action == Action.SEND and row.parts == 1
        groups[(row.subscriber_id, row.held_until) if can_share else (row.id,)].append(_job(row))
    return [replace(first, also=tuple(others)) for first, *others in groups.values()]


def _job(row: Found) -> Job:
    return Job(
        id=row.id,
        broadcast_id=row.broadcast_id,
        subscriber_id=row.subscriber_id,
        revision=row.revision,
        lane=LANES[row.lane],
        part=row.part,
        parts=row.parts,
        action=Action(row.action),
        message_id=row.message_id,
        chat=Chat(row.chat_id, row.topic_id),
        language=row.language,
        doubts=row.doubts,
        is_plain=row.is_plain,
        token=row.token,
        lease_until=row.lease_until,
    )
