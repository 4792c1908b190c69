"""Writing down what became of claimed deliveries: state, the next part, the reader, the counts, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, and_, bindparam, func, literal, select, update

from news.model import BroadcastState
from storage.outbox.bulk import update_of
from storage.outbox.fanout import rows_of
from storage.outbox.values import UNSENT, Action, Job, Recorded, Result, State
from storage.steps import Transaction
from storage.tables import BIG, BroadcastRow, DeliveryRow, SubscriberRow, UtcDateTime

BROKEN_IN_A_ROW = 20
MOST_OF_AN_ERROR = 200  # characters kept of what Telegram said
COUNTED = (State.SENT, State.GONE, State.BROKEN, State.UNKNOWN, State.CANCELLED)
WITHDRAWN = (BroadcastState.STOPPED, BroadcastState.RETRACTED, BroadcastState.CANCELLED)

# Core statements by table: as "bulk update by primary key" the ORM would refuse a WHERE of its own.
DELIVERY = cast("Table", DeliveryRow.__table__)
BROADCAST = cast("Table", BroadcastRow.__table__)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the broadcast of a claimed delivery looks like at the moment of recording."""

    revision: int
    state: str
    broken_in_a_row: int


@dataclass(frozen=True, slots=True)
class _Change:
    """A result that was accepted, and how its row will read."""

    result: Result
    state: State
    action: Action
    broken_before: int  # in a row, of its broadcast

    @property
    def job(self) -> Job:
        return self.result.job


def record(transaction: Transaction, results: Sequence[Result], now: datetime) -> Recorded:
    """Write the results that still hold their claim; see DeliveryStore.record."""
    standings = _still_claimed(transaction, results)
    changes = [_change(result, standings[result.job.id]) for result in results if result.job.id in standings]
    if not changes:
        return Recorded(stale=len(results))
    transaction.execute(_UPDATE, [_row(change, now) for change in changes])
    _release_next_parts(transaction, changes)
    closed = [(change.job.broadcast_id, change.state) for change in changes]
    closed += _close_broken_rests(transaction, changes, now)
    closed += _pause_readers(transaction, changes, now)
    count_changes(transaction, closed, now)
    stopped = _count_broken_in_a_row(transaction, changes, now)
    return Recorded(len(changes), len(results) - len(changes), stopped)


def _still_claimed(transaction: Transaction, results: Sequence[Result]) -> Mapping[int, _Standing]:
    """The results' deliveries whose token still stands, locked, with the standing of their broadcasts."""
    tokens = {result.job.id: result.job.token for result in results}
    rows = transaction.execute(_CLAIMED, {"ids": list(tokens)})
    return {
        row.id: _Standing(row.revision, row.state, row.broken_in_a_row)
        for row in rows
        if row.token == tokens[row.id]
    }


_CLAIMED = (
    select(
        DELIVERY.c.id, DELIVERY.c.token, BROADCAST.c.revision, BROADCAST.c.state, BROADCAST.c.broken_in_a_row
    )
    .join(BROADCAST, BROADCAST.c.id == DELIVERY.c.broadcast_id)
    .where(DELIVERY.c.id.in_(bindparam("ids", expanding=True)), DELIVERY.c.state == State.CLAIMED)
    .order_by(DELIVERY.c.id)
    .with_for_update()
)


def _change(result: Result, standing: _Standing) -> _Change:
    """The row after this result, given what a correction, a stop or a retraction did while the message flew."""
    job, state, action = result.job, result.state, result.job.action
    if state is State.WAITING and action is Action.SEND and standing.state in WITHDRAWN:
        state = State.CANCELLED
    elif state is State.SENT and job.revision < standing.revision:
        state = State.WAITING
        action = Action.DELETE if standing.state == BroadcastState.RETRACTED else Action.EDIT
    return _Change(result, state, action, standing.broken_in_a_row)


_UPDATE = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("row_id"))
    .values(
        state=bindparam("new_state"),
        action=bindparam("new_action"),
        not_before=func.coalesce(bindparam("later", type_=UtcDateTime()), DELIVERY.c.not_before),
        message_id=func.coalesce(bindparam("new_message_id", type_=BIG), DELIVERY.c.message_id),
        error=bindparam("new_error"),
        attempts=DELIVERY.c.attempts + bindparam("attempt", type_=BIG),
        doubts=DELIVERY.c.doubts + bindparam("doubt", type_=BIG),
        is_plain=bindparam("plain"),
        token=None,
        lease_until=None,
        updated_at=bindparam("moment", type_=UtcDateTime()),
    )
)


def _row(change: _Change, now: datetime) -> dict[str, object]:
    result, job = change.result, change.job
    became_plain = result.is_plain and not job.is_plain
    is_attempt = result.state is not State.WAITING or result.is_doubt or became_plain
    return {
        "row_id": job.id,
        "new_state": change.state,
        "new_action": change.action,
        "later": result.not_before,
        "new_message_id": result.message_id,
        "new_error": result.error[:MOST_OF_AN_ERROR],
        "attempt": int(is_attempt),
        "doubt": int(result.is_doubt),
        "plain": job.is_plain or result.is_plain,
        "moment": now,
    }


def _release_next_parts(transaction: Transaction, changes: Iterable[_Change]) -> None:
    """The part after one that went out (or whose fate will stay unknown) may go now: parts keep their order."""
    passed = (State.SENT, State.UNKNOWN)
    ready = [
        {
            "of_broadcast": change.job.broadcast_id,
            "of_reader": change.job.subscriber_id,
            "next": change.job.part + 1,
        }
        for change in changes
        if change.result.state in passed and change.job.part + 1 < change.job.parts
    ]
    if ready:
        transaction.execute(_RELEASE, ready)


_NEXT_PART = and_(
    DELIVERY.c.broadcast_id == bindparam("of_broadcast", type_=BIG),
    DELIVERY.c.subscriber_id == bindparam("of_reader", type_=BIG),
    DELIVERY.c.part == bindparam("next", type_=BIG),
    DELIVERY.c.state == State.AFTER,
)
_RELEASE = update(DELIVERY).where(_NEXT_PART).values(state=State.WAITING)


def _close_broken_rests(
    transaction: Transaction, changes: Iterable[_Change], now: datetime
) -> list[tuple[int, State]]:
    """After a broken part the later ones would come without their beginning: they are closed with it."""
    closed: list[tuple[int, State]] = []
    for change in changes:
        if change.state is not State.BROKEN or change.job.part + 1 == change.job.parts:
            continue
        rest = update_of(DeliveryRow).where(
            DeliveryRow.broadcast_id == change.job.broadcast_id,
            DeliveryRow.subscriber_id == change.job.subscriber_id,
            DeliveryRow.state == State.AFTER,
        )
        rest = rest.values(state=State.BROKEN, error="the part before it is broken", updated_at=now)
        count = rows_of(transaction.execute(rest))
        closed += [(change.job.broadcast_id, State.BROKEN)] * count
    return closed


def _pause_readers(
    transaction: Transaction, changes: Iterable[_Change], now: datetime
) -> list[tuple[int, State]]:
    """Nothing more goes to a chat that refused us, until it comes back; its settings stay."""
    closed: list[tuple[int, State]] = []
    refused = {
        change.job.chat.chat_id: change.result.error for change in changes if change.result.pauses_reader
    }
    for chat_id, reason in refused.items():
        readers = select(SubscriberRow.id).where(SubscriberRow.chat_id == chat_id)
        pause = update_of(SubscriberRow).where(SubscriberRow.chat_id == chat_id)
        transaction.execute(pause.values(is_paused=True, pause_reason=reason[:MOST_OF_AN_ERROR]))
        close = update_of(DeliveryRow).where(
            DeliveryRow.subscriber_id.in_(readers), DeliveryRow.state.in_(UNSENT)
        )
        close = close.values(state=State.GONE, error=reason[:MOST_OF_AN_ERROR], updated_at=now)
        closed += [
            (broadcast_id, State.GONE)
            for broadcast_id in transaction.scalars(close.returning(DeliveryRow.broadcast_id))
        ]
    return closed


def count_changes(transaction: Transaction, changes: Iterable[tuple[int, State]], now: datetime) -> None:
    """Add to the counts of broadcasts for every (broadcast id, state) that deliveries have just reached."""
    counts = Counter((broadcast_id, state) for broadcast_id, state in changes if state in COUNTED)
    rows = [
        {"counted": broadcast_id, "moment": now}
        | {f"more_{state}": counts[broadcast_id, state] for state in COUNTED}
        for broadcast_id in sorted({broadcast_id for broadcast_id, _ in counts})
    ]
    if rows:
        transaction.execute(_COUNT, rows)


_COUNT = (
    update(BROADCAST)
    .where(BROADCAST.c.id == bindparam("counted", type_=BIG))
    .values(
        {state.value: BROADCAST.c[state.value] + bindparam(f"more_{state}", type_=BIG) for state in COUNTED}
        | {"moved_at": bindparam("moment", type_=UtcDateTime())}
    )
)


def _count_broken_in_a_row(
    transaction: Transaction, changes: Sequence[_Change], now: datetime
) -> tuple[int, ...]:
    """Twenty broken in a row mean that the message is at fault: its broadcast stops. The ids of those stopped."""
    stopped = []
    for broadcast_id in sorted({change.job.broadcast_id for change in changes}):
        states = [change.state for change in changes if change.job.broadcast_id == broadcast_id]
        last_sent = max((at for at, state in enumerate(states) if state is State.SENT), default=None)
        tail = states[0 if last_sent is None else last_sent :].count(State.BROKEN)
        was_broken = any(
            change.broken_before for change in changes if change.job.broadcast_id == broadcast_id
        )
        if not tail and (last_sent is None or not was_broken):
            continue  # by far the most frequent case: nothing to write
        if _add_broken(transaction, broadcast_id, tail, is_reset=last_sent is not None):
            stop_broadcast(transaction, broadcast_id, now)
            stopped.append(broadcast_id)
    return tuple(stopped)


def _add_broken(transaction: Transaction, broadcast_id: int, tail: int, *, is_reset: bool) -> bool:
    """Whether the broadcast, still being sent, has now had twenty in a row."""
    before = literal(0) if is_reset else BROADCAST.c.broken_in_a_row
    row = update(BROADCAST).where(BROADCAST.c.id == broadcast_id).values(broken_in_a_row=before + tail)
    found = transaction.execute(row.returning(BROADCAST.c.broken_in_a_row, BROADCAST.c.state))
    return any(
        row.broken_in_a_row >= BROKEN_IN_A_ROW and row.state == BroadcastState.SENDING for row in found
    )


def stop_broadcast(
    transaction: Transaction,
    broadcast_id: int,
    now: datetime,
    *,
    state: BroadcastState = BroadcastState.STOPPED,
) -> int:
    """Cancel what has not been claimed yet and set the broadcast's state; how many deliveries were cancelled."""
    transaction.execute(
        update(BROADCAST).where(BROADCAST.c.id == broadcast_id).values(state=state, held=0, moved_at=now)
    )
    unsent = update_of(DeliveryRow).where(
        DeliveryRow.broadcast_id == broadcast_id,
        DeliveryRow.state.in_(UNSENT),
        DeliveryRow.action == Action.SEND,
    )
    cancelled = rows_of(transaction.execute(unsent.values(state=State.CANCELLED, updated_at=now)))
    count_changes(transaction, [(broadcast_id, State.CANCELLED)] * cancelled, now)
    return cancelled
