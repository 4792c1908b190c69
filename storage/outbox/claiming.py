"""Claiming deliveries: due rows become jobs, those of one reader who has slept become one job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import BindParameter, Row, Select, Table, and_, bindparam, select, tuple_, update

from news.model import Chat, Lane
from storage.outbox.bulk import delete_of, update_of
from storage.outbox.recording import BROADCAST, DELIVERY, count_changes
from storage.outbox.values import LANES, RANKS, Action, Job, Shown, State
from storage.steps import Transaction
from storage.tables import DeliveryRow, SubscriberRow, UtcDateTime

Found = Row[*tuple[Any, ...]]

SUBSCRIBER = cast("Table", SubscriberRow.__table__)

# Columns, not the mapped row: at a thousand messages a second its objects are a fifth of the work.
_COLUMNS = (
    DELIVERY.c.id,
    DELIVERY.c.broadcast_id,
    DELIVERY.c.subscriber_id,
    DELIVERY.c.lane,
    DELIVERY.c.part,
    DELIVERY.c.parts,
    DELIVERY.c.action,
    DELIVERY.c.message_id,
    DELIVERY.c.held_until,
    DELIVERY.c.doubts,
    DELIVERY.c.is_plain,
    DELIVERY.c.token,
    DELIVERY.c.lease_until,
    BROADCAST.c.revision,
    SUBSCRIBER.c.chat_id,
    SUBSCRIBER.c.topic_id,
    SUBSCRIBER.c.language,
    SUBSCRIBER.c.is_paused,
)
_STANDS = (State.SENT, State.WAITING, State.CLAIMED)  # of a row with a message id: its text is in the chat


def claim(
    transaction: Transaction, lane: Lane, limit: int, *, token: str, now: datetime, lease: timedelta
) -> list[Job]:
    """See DeliveryStore.claim."""
    mine = {"new_token": token, "until": now + lease, "moment": now}
    ids = list(transaction.scalars(_CLAIM_DUE, {"rank": RANKS[lane], "most": limit, **mine}))
    if ids and lane is Lane.ALERT:
        ids += transaction.scalars(_CLAIM_SLEPT_THROUGH, {"ids": ids, **mine})
    if not ids:
        return []
    rows = transaction.execute(_OF_IDS, {"ids": ids}).all()
    _close_absent(transaction, [row for row in rows if row.is_paused], now)
    if orphans := set(ids) - {
        row.id for row in rows
    }:  # their reader erased itself while they were being planned
        transaction.execute(delete_of(DeliveryRow).where(DeliveryRow.id.in_(orphans)))
    present = [row for row in rows if not row.is_paused]
    beside = _find_beside(transaction, [row for row in present if row.message_id is not None])
    return [replace(job, beside=beside[job.id]) if job.id in beside else job for job in bundle(present)]


def _claim(ids: Select[int]) -> Any:
    mine = {
        "state": State.CLAIMED,
        "token": bindparam("new_token"),
        "lease_until": bindparam("until", type_=UtcDateTime()),
        "updated_at": bindparam("moment", type_=UtcDateTime()),
    }
    return update(DELIVERY).where(DELIVERY.c.id.in_(ids)).values(mine).returning(DELIVERY.c.id)


def _slept_through() -> Select[int]:
    """Alerts that waited for the same reader to wake as those of :ids."""
    known = DELIVERY.alias("known")
    waits_too = and_(
        DELIVERY.c.subscriber_id == known.c.subscriber_id,
        DELIVERY.c.held_until == known.c.held_until,
    )
    return (
        select(DELIVERY.c.id)
        .join(known, waits_too)
        .where(
            known.c.id.in_(_IDS),
            known.c.action == Action.SEND,
            known.c.parts == 1,
            DELIVERY.c.state == State.WAITING,
            DELIVERY.c.action == Action.SEND,
            DELIVERY.c.parts == 1,
        )
        .with_for_update(skip_locked=True, of=DELIVERY)
    )


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
# Made once: making a statement anew takes SQLAlchemy longer than the database takes to answer it.
_CLAIM_DUE = _claim(
    select(DELIVERY.c.id)
    .where(
        DELIVERY.c.state == State.WAITING,
        DELIVERY.c.lane == bindparam("rank"),
        DELIVERY.c.not_before <= bindparam("moment", type_=UtcDateTime()),
    )
    .order_by(DELIVERY.c.not_before, DELIVERY.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CLAIM_SLEPT_THROUGH = _claim(_slept_through())
_ROWS = (
    select(*_COLUMNS)
    .join_from(DELIVERY, BROADCAST, BROADCAST.c.id == DELIVERY.c.broadcast_id)
    .join(SUBSCRIBER, SUBSCRIBER.c.id == DELIVERY.c.subscriber_id)
    .order_by(DELIVERY.c.not_before, DELIVERY.c.id)
)
_OF_IDS = _ROWS.where(DELIVERY.c.id.in_(_IDS))


def _close_absent(transaction: Transaction, rows: Sequence[Found], now: datetime) -> None:
    """Deliveries to readers who have paused since they were planned."""
    if not rows:
        return
    close = update_of(DeliveryRow).where(DeliveryRow.id.in_([row.id for row in rows]))
    transaction.execute(
        close.values(state=State.GONE, token=None, lease_until=None, error="paused", updated_at=now)
    )
    count_changes(transaction, [(row.broadcast_id, State.GONE) for row in rows], now)


def _find_beside(transaction: Transaction, rows: Sequence[Found]) -> dict[int, tuple[Shown, ...]]:
    """For rows that edit or delete: the others that stand in the same message, by id."""
    if not rows:
        return {}
    place = tuple_(DELIVERY.c.subscriber_id, DELIVERY.c.message_id)
    statement = _ROWS.where(
        place.in_([(row.subscriber_id, row.message_id) for row in rows]),
        DELIVERY.c.state.in_(_STANDS),
        DELIVERY.c.action != Action.DELETE,
    )
    standing = transaction.execute(statement.order_by(DELIVERY.c.broadcast_id)).all()
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
    return [replace(first, also=tuple(others)) if others else first for first, *others in groups.values()]


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
