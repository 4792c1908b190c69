"""Subscribers, what they follow, when they want it, and what they saved."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class SubscriberRow(Base):
    __tablename__ = "subscriber"
    __table_args__ = (UniqueConstraint("chat_id", "topic_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int]
    topic_id: Mapped[int] = mapped_column(default=0)  # 0: not a forum topic
    kind: Mapped[str]
    language: Mapped[str]
    zone: Mapped[str]
    content_languages: Mapped[str] = mapped_column(default="")
    layout: Mapped[str]
    stories_per_country: Mapped[int]
    wants_alerts: Mapped[bool]
    quiet_from: Mapped[time | None]
    quiet_to: Mapped[time | None]
    alerts_pierce_quiet: Mapped[bool] = mapped_column(default=False)
    # What makes two readers' editions equal, as text; derived from the columns above and the subscriptions whenever
    # they change, so that the planner can group readers in SQL.
    wants: Mapped[str] = mapped_column(index=True)
    is_paused: Mapped[bool] = mapped_column(default=False)
    pause_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    last_until: Mapped[datetime | None]  # end of the last edition it got


class SubscriptionRow(Base):
    """One country that a subscriber follows, in the reader's order."""

    __tablename__ = "subscription"
    __table_args__ = (Index("ix_subscription_country_subscriber_id", "country", "subscriber_id"),)

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    country: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]


class SlotRow(Base):
    """One hour at which a subscriber wants a digest. The planner finds due slots by (zone, local_time).

    Neither index holds ``last_local_date``: it changes in a million rows at a time, and each would change the index too.
    """

    __tablename__ = "slot"
    __table_args__ = (Index("ix_slot_zone_local_time", "zone", "local_time"),)

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    local_time: Mapped[time]
    zone: Mapped[str]  # the subscriber's, repeated here for the index
    weekdays: Mapped[int]  # bit 0: Monday
    # The last local date for which this slot was planned or skipped: one digest per local date and slot.
    last_local_date: Mapped[date | None]
    skipped: Mapped[int] = mapped_column(default=0)  # editions too late to send since the last one sent


class SlotTimeRow(Base):
    """The date for which every slot of a wall-clock time is planned, so that a tick need not look at the slots."""

    __tablename__ = "slot_time"

    zone: Mapped[str] = mapped_column(primary_key=True)
    local_time: Mapped[time] = mapped_column(primary_key=True)
    planned_for: Mapped[date | None]  # None: a slot may be behind


class WatchRow(Base):
    __tablename__ = "watch"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)
    words: Mapped[str]
    last_headline_id: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class MuteRow(Base):
    __tablename__ = "mute"

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    words: Mapped[str] = mapped_column(primary_key=True)
