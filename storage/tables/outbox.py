"""Editions, broadcasts, deliveries, and what the planner and the courier must remember across restarts."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class EditionRow(Base):
    """A digest composed once for (slot, zone, local date, what the readers want, since) and shared by all of them."""

    __tablename__ = "edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    zone: Mapped[str]
    local_date: Mapped[date]
    local_time: Mapped[time]
    wants: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    story_count: Mapped[int] = mapped_column(default=0)
    composed_at: Mapped[datetime]


class BroadcastRow(Base):
    __tablename__ = "broadcast"
    __table_args__ = (Index("ix_broadcast_lane_created_at", "lane", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)  # makes planning repeatable
    lane: Mapped[str]
    state: Mapped[str]
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"), index=True)
    messages: Mapped[str]  # JSON: interface language → parts; "" for every other language
    countries: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    # Deliveries by state, changed in SQL together with their rows: progress and "is it done?" cost one row, and the
    # counts outlive the rows, which are dropped after seven days.
    total: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    broken: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[int] = mapped_column(default=0)
    cancelled: Mapped[int] = mapped_column(default=0)
    broken_in_a_row: Mapped[int] = mapped_column(default=0)
    # Grows with every correction and with the retraction: a message that was in the air meanwhile is edited after it.
    revision: Mapped[int] = mapped_column(default=0)
    # Its editor's choice: true sends an alert to sleepers at once.
    pierces_quiet: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The last reader to whom a confirmed alert is queued, while others are left.
    spread_to: Mapped[int | None]
    moved_at: Mapped[
        datetime | None
    ]  # when a count last changed: finds broadcasts whose counts need checking


class DeliveryRow(Base):
    """One message of one broadcast to one subscriber. Part n + 1 is ``after`` until part n is sent."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "subscriber_id", "part"),
        Index(
            "ix_delivery_waiting",
            "lane",
            "not_before",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_delivery_claimed",
            "lease_until",
            sqlite_where=text("state = 'claimed'"),
            postgresql_where=text("state = 'claimed'"),
        ),
        Index(
            "ix_delivery_held",
            "not_before",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # No foreign keys: checking them costs more than half of a fan-out to a million readers. Whoever erases a reader erases
    # the deliveries too, and a claim drops what a race has left behind.
    broadcast_id: Mapped[int]
    subscriber_id: Mapped[int] = mapped_column(index=True)
    part: Mapped[int] = mapped_column(default=0)
    parts: Mapped[int] = mapped_column(default=1)
    lane: Mapped[int]  # rank: 0 reply, 1 alert, 2 watch, 3 digest
    action: Mapped[str] = mapped_column(default="send")  # send, edit, delete
    # waiting, after (the part before it), held (its reader sleeps), claimed; then for good: sent, gone, broken,
    # unknown, cancelled
    state: Mapped[str] = mapped_column(default="waiting")
    not_before: Mapped[datetime]
    # When the reader who slept wakes; what waited for the same moment goes out in one message.
    held_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)  # sends that may have reached Telegram
    doubts: Mapped[int] = mapped_column(default=0)  # sends whose fate stayed unknown
    rescues: Mapped[int] = mapped_column(default=0)  # leases that ran out
    is_plain: Mapped[bool] = mapped_column(default=False)  # its markup was refused: once more as plain text
    lease_until: Mapped[datetime | None]
    token: Mapped[str | None]
    message_id: Mapped[int | None]
    error: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime]


class PauseRow(Base):
    """A ``retry_after`` that Telegram ordered: for one chat, or for everything (chat_id 0). Survives a restart."""

    __tablename__ = "pause"

    chat_id: Mapped[int] = mapped_column(primary_key=True)
    until: Mapped[datetime]


class LeaseRow(Base):
    """Which process plans and which one paces. ``epoch`` grows at every change of hands and fences the old owner."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    epoch: Mapped[int]
    until: Mapped[datetime]


class AuditRow(Base):
    """What editors did."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[int]
    action: Mapped[str]
    subject: Mapped[str]
