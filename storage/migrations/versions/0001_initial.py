"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.tables.base import BIG, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TABLES = (
    "audit",
    "delivery",
    "edition",
    "lease",
    "pause",
    "source",
    "story",
    "subscriber",
    "broadcast",
    "headline",
    "mute",
    "slot",
    "subscription",
    "watch",
    "headline_country",
    "headline_override",
)


def upgrade() -> None:
    create_audit()
    create_delivery()
    create_edition()
    create_lease()
    create_pause()
    create_source()
    create_story()
    create_subscriber()
    create_broadcast()
    create_headline()
    create_mute()
    create_slot()
    create_subscription()
    create_watch()
    create_headline_country()
    create_headline_override()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)  # and its indexes


def create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("who", BIG, nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )


def create_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", BIG, nullable=False),
        sa.Column("broadcast_id", BIG, nullable=False),
        sa.Column("subscriber_id", BIG, nullable=False),
        sa.Column("part", BIG, nullable=False),
        sa.Column("parts", BIG, nullable=False),
        sa.Column("lane", BIG, nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("doubts", BIG, nullable=False),
        sa.Column("rescues", BIG, nullable=False),
        sa.Column("is_plain", sa.Boolean(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("message_id", BIG, nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint(
            "broadcast_id", "subscriber_id", "part", name="uq_delivery_broadcast_id_subscriber_id_part"
        ),
    )
    op.create_index(
        "ix_delivery_claimed",
        "delivery",
        ["lease_until"],
        sqlite_where=sa.text("state = 'claimed'"),
        postgresql_where=sa.text("state = 'claimed'"),
    )
    op.create_index(
        "ix_delivery_held",
        "delivery",
        ["not_before"],
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index("ix_delivery_subscriber_id", "delivery", ["subscriber_id"])
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["lane", "not_before", "id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def create_edition() -> None:
    op.create_table(
        "edition",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("local_time", sa.Time(), nullable=False),
        sa.Column("wants", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("story_count", BIG, nullable=False),
        sa.Column("composed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_edition"),
        sa.UniqueConstraint("key", name="uq_edition_key"),
    )


def create_lease() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("epoch", BIG, nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )


def create_pause() -> None:
    op.create_table(
        "pause",
        sa.Column("chat_id", BIG, nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_pause"),
    )


def create_source() -> None:
    op.create_table(
        "source",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("languages", sa.String(), nullable=False),
        sa.Column("tier", BIG, nullable=False),
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("next_fetch_at", UtcDateTime(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("last_fetch_at", UtcDateTime(), nullable=True),
        sa.Column("last_success_at", UtcDateTime(), nullable=True),
        sa.Column("failures", BIG, nullable=False),
        sa.Column("strikes", BIG, nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("items_per_day", sa.Double(), nullable=False),
        sa.Column("redirect_url", sa.String(), nullable=True),
        sa.Column("redirect_seen", BIG, nullable=False),
        sa.Column("is_dead_told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
        sa.UniqueConstraint("url", name="uq_source_url"),
    )
    op.create_index("ix_source_next_fetch_at", "source", ["next_fetch_at"])


def create_story() -> None:
    op.create_table(
        "story",
        sa.Column("id", BIG, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("merged_into", BIG, nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["story.id"], name="fk_story_merged_into_story"),
        sa.PrimaryKeyConstraint("id", name="pk_story"),
    )
    op.create_index("ix_story_merged_into", "story", ["merged_into"])
    op.create_index("ix_story_updated_at", "story", ["updated_at"])


def create_subscriber() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", BIG, nullable=False),
        sa.Column("chat_id", BIG, nullable=False),
        sa.Column("topic_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("content_languages", sa.String(), nullable=False),
        sa.Column("layout", sa.String(), nullable=False),
        sa.Column("stories_per_country", BIG, nullable=False),
        sa.Column("wants_alerts", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("alerts_pierce_quiet", sa.Boolean(), nullable=False),
        sa.Column("wants", sa.String(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("pause_reason", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber"),
        sa.UniqueConstraint("chat_id", "topic_id", name="uq_subscriber_chat_id_topic_id"),
    )
    op.create_index("ix_subscriber_wants", "subscriber", ["wants"])


def create_broadcast() -> None:
    op.create_table(
        "broadcast",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("edition_id", BIG, nullable=True),
        sa.Column("messages", sa.String(), nullable=False),
        sa.Column("countries", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("total", BIG, nullable=False),
        sa.Column("held", BIG, nullable=False),
        sa.Column("sent", BIG, nullable=False),
        sa.Column("gone", BIG, nullable=False),
        sa.Column("broken", BIG, nullable=False),
        sa.Column("unknown", BIG, nullable=False),
        sa.Column("cancelled", BIG, nullable=False),
        sa.Column("broken_in_a_row", BIG, nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_broadcast_edition_id_edition"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast"),
        sa.UniqueConstraint("key", name="uq_broadcast_key"),
    )
    op.create_index("ix_broadcast_edition_id", "broadcast", ["edition_id"])
    op.create_index("ix_broadcast_lane_created_at", "broadcast", ["lane", "created_at"])


def create_headline() -> None:
    op.create_table(
        "headline",
        sa.Column("id", BIG, nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("canonical_url", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("sort_at", UtcDateTime(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("implied_country", sa.String(), nullable=True),
        sa.Column("story_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_headline_source_id_source"),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="fk_headline_story_id_story"),
        sa.PrimaryKeyConstraint("id", name="pk_headline"),
        sa.UniqueConstraint("canonical_url", name="uq_headline_canonical_url"),
        sa.UniqueConstraint("source_id", "guid", name="uq_headline_source_id_guid"),
    )
    op.create_index("ix_headline_first_seen_at", "headline", ["first_seen_at"])
    op.create_index(
        "ix_headline_implied_country_sort_at_language",
        "headline",
        ["implied_country", "sort_at", "language"],
        sqlite_where=sa.text("implied_country IS NOT NULL"),
        postgresql_where=sa.text("implied_country IS NOT NULL"),
    )
    op.create_index("ix_headline_sort_at_language", "headline", ["sort_at", "language"])
    op.create_index("ix_headline_source_id_title_key", "headline", ["source_id", "title_key"])
    op.create_index("ix_headline_story_id", "headline", ["story_id"])
    op.create_index(
        "ix_headline_waiting",
        "headline",
        ["sort_at", "id"],
        sqlite_where=sa.text("story_id IS NULL"),
        postgresql_where=sa.text("story_id IS NULL"),
    )


def create_mute() -> None:
    op.create_table(
        "mute",
        sa.Column("subscriber_id", BIG, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_mute_subscriber_id_subscriber", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "words", name="pk_mute"),
    )


def create_slot() -> None:
    op.create_table(
        "slot",
        sa.Column("subscriber_id", BIG, nullable=False),
        sa.Column("ordinal", BIG, nullable=False),
        sa.Column("local_time", sa.Time(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("weekdays", BIG, nullable=False),
        sa.Column("last_local_date", sa.Date(), nullable=True),
        sa.Column("skipped", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_slot_subscriber_id_subscriber", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "ordinal", name="pk_slot"),
    )
    op.create_index(
        "ix_slot_zone_local_time_last_local_date", "slot", ["zone", "local_time", "last_local_date"]
    )


def create_subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("subscriber_id", BIG, nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name="fk_subscription_subscriber_id_subscriber",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "country", name="pk_subscription"),
    )
    op.create_index("ix_subscription_country_subscriber_id", "subscription", ["country", "subscriber_id"])


def create_watch() -> None:
    op.create_table(
        "watch",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subscriber_id", BIG, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("last_headline_id", BIG, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_watch_subscriber_id_subscriber", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_watch"),
    )
    op.create_index("ix_watch_subscriber_id", "watch", ["subscriber_id"])


def create_headline_country() -> None:
    op.create_table(
        "headline_country",
        sa.Column("headline_id", BIG, nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("sort_at", UtcDateTime(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("position", BIG, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["headline_id"],
            ["headline.id"],
            name="fk_headline_country_headline_id_headline",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("headline_id", "country", name="pk_headline_country"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_headline_country_newest", "headline_country", ["country", "sort_at", "headline_id", "language"]
    )


def create_headline_override() -> None:
    op.create_table(
        "headline_override",
        sa.Column("headline_id", BIG, nullable=False),
        sa.Column("countries", sa.String(), nullable=False),
        sa.Column("set_by", BIG, nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["headline_id"],
            ["headline.id"],
            name="fk_headline_override_headline_id_headline",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("headline_id", name="pk_headline_override"),
    )
