"""Is everything there that Jarchi needs? Each finding says what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
from lxml import etree
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings
from news.errors import JarchiError
from storage.storage import open_store
from storage.upgrade import check, newest_revision

TELEGRAM_TIMEOUT_S = 10.0
ENTITY = b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]><r>&e;</r>'


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, what was found, and the next step when it is not well."""

    check: str
    result: str
    is_ok: bool = True
    advice: str = ""


async def examine(settings: Settings, *, now: datetime) -> list[Finding]:
    """Every check, none of them changing anything; a failed one does not stop the others."""
    checks: tuple[Callable[[], Awaitable[Finding]], ...] = (
        lambda: _settings(settings),
        lambda: _time_zones(now),
        _xml_parser,
        lambda: _database(settings),
        lambda: _sources(settings, now),
        lambda: _telegram(settings),
    )
    return [await one() for one in checks]


async def _settings(settings: Settings) -> Finding:
    if not settings.admin_ids and settings.has_token:
        return Finding(
            "settings", "no editor", is_ok=False, advice="Put your Telegram user id into ADMIN_IDS."
        )
    mode = (
        "webhook"
        if settings.webhook_url
        else "long polling"
        if settings.has_token
        else "simulator (no token)"
    )
    return Finding("settings", f"{mode}, {len(settings.admin_ids)} editors")


async def _time_zones(now: datetime) -> Finding:
    """Kazakhstan has one zone, UTC+5, since 2024-03-01: older data sends every digest an hour early."""
    try:
        offset = datetime(2024, 6, 1, tzinfo=UTC).astimezone(ZoneInfo("Asia/Almaty")).utcoffset()
    except ZoneInfoNotFoundError:
        offset = None
    hours = offset.total_seconds() / 3600 if offset else 0
    if hours != 5:
        return Finding("time zones", "older than 2024a", is_ok=False, advice="Upgrade the package tzdata.")
    return Finding("time zones", f"Almaty is UTC+5, {now.astimezone(ZoneInfo('Asia/Almaty')):%H:%M} now")


async def _xml_parser() -> Finding:
    """A feed must not be able to read a file of ours."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    text = "".join(etree.fromstring(ENTITY, parser).itertext())
    if text not in {"", "&e;"}:
        return Finding("XML parser", "expands entities", is_ok=False, advice="Upgrade lxml.")
    return Finding("XML parser", f"lxml {etree.__version__}, entities stay closed")


async def _database(settings: Settings) -> Finding:
    if is_absent(settings.database_url):
        return Finding("database", "not made yet", is_ok=False, advice="Run: jarchi db upgrade")
    try:
        revision = await check(settings.database_url)
    except JarchiError as error:
        return Finding(
            "database", str(error), is_ok=False, advice="Install the newer version or restore a backup."
        )
    except (SQLAlchemyError, OSError) as error:
        return Finding(
            "database", _first_line(error), is_ok=False, advice="Check DATABASE_URL and JARCHI_DATA_DIR."
        )
    if revision != newest_revision():
        return Finding(
            "database", f"at {revision or 'nothing'}", is_ok=False, advice="Run: jarchi db upgrade"
        )
    return Finding("database", f"current ({revision})")


def is_absent(database_url: str) -> bool:
    """Whether this is an SQLite file that does not exist: looking into it would make it."""
    _, sqlite, path = database_url.partition("sqlite+aiosqlite:///")
    return bool(sqlite) and not Path(path).exists()


async def _sources(settings: Settings, now: datetime) -> Finding:
    if is_absent(settings.database_url):
        return Finding("sources", "none before there is a database")
    try:
        if await check(settings.database_url) != newest_revision():
            return Finding("sources", "not looked at before the database is current")
        store = await open_store(settings.database_url)
        try:
            sources = await store.sources.list_all()
        finally:
            await store.close()
    except (JarchiError, SQLAlchemyError, OSError) as error:
        return Finding("sources", _first_line(error), is_ok=False, advice="See the database.")
    failing = [source.id for source, state in sources if state.failures > 2 and not source.is_paused]
    late = sum(bool(state.next_fetch_at and state.next_fetch_at < now) for _, state in sources)
    if failing:
        advice = "Try one with: jarchi fetch " + failing[0]
        return Finding("sources", f"failing: {', '.join(failing[:5])}", is_ok=False, advice=advice)
    return Finding("sources", f"{len(sources)} known, {late} due")


async def _telegram(settings: Settings) -> Finding:
    if not settings.has_token:
        return Finding("Telegram", "not asked: no token, the simulator answers")
    try:
        async with httpx.AsyncClient(timeout=TELEGRAM_TIMEOUT_S) as client:
            answer = await client.get(f"{settings.api_url}/bot{settings.token.reveal()}/getMe")
    except httpx.HTTPError as error:
        return Finding(
            "Telegram", type(error).__name__, is_ok=False, advice="Check the network and TELEGRAM_API_URL."
        )
    if answer.status_code in {401, 404}:
        return Finding(
            "Telegram", "refuses the token", is_ok=False, advice="Get the token again from @BotFather."
        )
    if answer.status_code != 200:
        return Finding(
            "Telegram", f"answered {answer.status_code}", is_ok=False, advice="Try again in a minute."
        )
    return Finding("Telegram", f"@{answer.json()['result']['username']}")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200]
