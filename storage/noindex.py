"""Stands in until the search index is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class IndexEntry:
    headline_id: int
    title: str
    summary: str
    language: str | None
    countries: tuple[str, ...]
    sort_at: datetime


async def add(session: AsyncSession, entries: Sequence[IndexEntry]) -> None:
    pass


async def remove(session: AsyncSession, ids: Sequence[int]) -> None:
    pass


async def set_countries(session: AsyncSession, countries: Mapping[int, tuple[str, ...]]) -> None:
    pass
