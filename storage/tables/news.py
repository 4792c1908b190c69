"""Sources, headlines, the countries they are about, and stories."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class SourceRow(Base):
    __tablename__ = "source"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    url: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str | None]
    languages: Mapped[str] = mapped_column(default="")  # "kk,ru"
    tier: Mapped[int] = mapped_column(default=2)
    outlet: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    is_paused: Mapped[bool] = mapped_column(default=False)
    is_removed: Mapped[bool] = mapped_column(default=False)  # its headlines keep their source
    added_at: Mapped[datetime]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    next_fetch_at: Mapped[datetime | None] = mapped_column(index=True)
    lease_until: Mapped[datetime | None]
    last_fetch_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    strikes: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(default="")
    items_per_day: Mapped[float] = mapped_column(default=0.0)
    redirect_url: Mapped[str | None]
    redirect_seen: Mapped[int] = mapped_column(default=0)
    is_dead_told: Mapped[bool] = mapped_column(default=False)


class StoryRow(Base):
    __tablename__ = "story"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    # A merged story keeps its row, so that ids which readers hold still answer.
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("story.id"), index=True)


class HeadlineRow(Base):
    __tablename__ = "headline"
    # Newest first, of a language: the language stands in the index so that skipping others reads no row.
    __table_args__ = (
        UniqueConstraint("source_id", "guid"),
        Index("ix_headline_sort_at_language", "sort_at", "language"),
        Index("ix_headline_source_id_title_key", "source_id", "title_key"),
        # The few that wait for a story, without sorting the many that have one.
        Index(
            "ix_headline_waiting",
            "sort_at",
            "id",
            sqlite_where=text("story_id IS NULL"),
            postgresql_where=text("story_id IS NULL"),
        ),
        Index(
            "ix_headline_implied_country_sort_at_language",
            "implied_country",
            "sort_at",
            "language",
            sqlite_where=text("implied_country IS NOT NULL"),
            postgresql_where=text("implied_country IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"))
    guid: Mapped[str]
    canonical_url: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str | None]
    title: Mapped[str]
    title_key: Mapped[str]  # digest of the folded title: "the same title of the same source within a day"
    summary: Mapped[str] = mapped_column(default="")
    language: Mapped[str | None]
    published_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime] = mapped_column(index=True)  # editions go by it
    sort_at: Mapped[datetime]
    is_new: Mapped[bool] = mapped_column(default=True)
    implied_country: Mapped[str | None]  # only where there is no evidence
    story_id: Mapped[int | None] = mapped_column(ForeignKey("story.id"), index=True)


class HeadlineCountryRow(Base):
    __tablename__ = "headline_country"
    __table_args__ = (
        Index("ix_headline_country_newest", "country", "sort_at", "headline_id", "language"),
        {"sqlite_with_rowid": False},
    )

    headline_id: Mapped[int] = mapped_column(ForeignKey("headline.id", ondelete="CASCADE"), primary_key=True)
    country: Mapped[str] = mapped_column(primary_key=True)
    # The headline's, repeated here so that a country's newest are one walk of an index.
    sort_at: Mapped[datetime]
    language: Mapped[str | None]
    position: Mapped[int]  # 0: the strongest
    words: Mapped[str]
    rule: Mapped[str]
    weight: Mapped[float]


class HeadlineOverrideRow(Base):
    """An editor's word on the countries of a headline: re-attribution leaves it alone."""

    __tablename__ = "headline_override"

    headline_id: Mapped[int] = mapped_column(ForeignKey("headline.id", ondelete="CASCADE"), primary_key=True)
    countries: Mapped[str]
    set_by: Mapped[int]
    set_at: Mapped[datetime]
