"""Every table, one metadata."""

from __future__ import annotations

from storage.tables.base import BIG, Base, UtcDateTime
from storage.tables.news import HeadlineCountryRow, HeadlineOverrideRow, HeadlineRow, SourceRow, StoryRow
from storage.tables.outbox import AuditRow, BroadcastRow, DeliveryRow, EditionRow, LeaseRow, PauseRow
from storage.tables.readers import MuteRow, SlotRow, SlotTimeRow, SubscriberRow, SubscriptionRow, WatchRow

__all__ = [
    "BIG",
    "AuditRow",
    "Base",
    "BroadcastRow",
    "DeliveryRow",
    "EditionRow",
    "HeadlineCountryRow",
    "HeadlineOverrideRow",
    "HeadlineRow",
    "LeaseRow",
    "MuteRow",
    "PauseRow",
    "SlotRow",
    "SlotTimeRow",
    "SourceRow",
    "StoryRow",
    "SubscriberRow",
    "SubscriptionRow",
    "UtcDateTime",
    "WatchRow",
]
