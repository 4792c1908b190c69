"""``jarchi stats``: counts, and with ``--png`` the picture of the last days."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from bot.app import opened
from bot.cli.options import Commands, add_command, utc_now
from bot.cli.output import Output
from bot.settings import Settings
from handlers.pictures import Chart, Columns, Rows, can_draw, draw
from news.errors import JarchiError
from news.model import Activity, Source, SourceState
from news.trends import days_until
from storage.storage import Store

DAYS = 14
# What the picture tells apart; what was taken back by an editor is no failure.
OUTCOMES = (("sent", "sent"), ("gone", "gone"), ("broken", "refused"), ("unknown", "unknown"))
Listed = Sequence[tuple[Source, SourceState]]


def add_commands(commands: Commands) -> None:
    """Declare the command of this module."""
    parser = add_command(commands, "stats", stats, "Counts of headlines, sources and readers.")
    parser.add_argument(
        "--png",
        type=Path,
        metavar="FILE",
        help=f"draw readers, deliveries, headlines and sources of the last {DAYS} days",
    )


async def stats(settings: Settings, options: argparse.Namespace) -> int:
    """Counts, one a line, and the picture where one is asked for."""
    if options.png and not can_draw():
        raise JarchiError("Pictures need the extra “pictures”: pip install 'jarchi-bot[pictures]'")
    async with opened(settings) as store:
        sources = await store.sources.list_all()
        readers = await store.subscribers.counts()
        facts: dict[str, object] = {
            "headlines": await store.headlines.count(),
            "sources": len(sources),
            "sources_failing": sum(state.failures > 0 for _, state in sources),
            "sources_paused": sum(source.is_paused for source, _ in sources),
            **{f"readers_{name}": count for name, count in readers.items()},
        }
        if options.png:
            chart = await _chart(store, sources, readers, utc_now(), settings.default_zone)
            await asyncio.to_thread(_write, options.png, chart)
            facts["picture"] = options.png
    Output(as_json=options.json).facts(facts)
    return 0


async def _chart(
    store: Store, sources: Listed, readers: Mapping[str, int], now: datetime, zone: str
) -> Chart:
    dates, edges = days_until(now, zone, DAYS)
    return stats_chart(await store.activity(edges), sources, readers, dates)


def stats_chart(
    activity: Activity, sources: Listed, readers: Mapping[str, int], dates: Sequence[date]
) -> Chart:
    """Readers, deliveries and their outcomes, headlines by day; sources by health."""
    first, last = (f"{day.day} {day:%b}" for day in (dates[0], dates[-1]))
    ends = (first, last)
    layers = tuple(activity.deliveries[state] for state, _ in OUTCOMES)
    names = tuple(f"{name} {sum(layer):,}" for (_, name), layer in zip(OUTCOMES, layers, strict=True))
    active = f"{readers.get('active', 0):,} active, {readers.get('paused', 0):,} paused"
    return Chart(
        "Jarchi",
        f"{first} – {last} {dates[-1].year}",
        (
            Columns("Readers", active, (activity.readers,), ends),
            Columns("Deliveries a day", f"{sum(map(sum, layers)):,}", layers, ends, names),
            Columns("Headlines a day", f"{sum(activity.headlines):,}", (activity.headlines,), ends),
            Rows("Sources", tuple((name, f"{count:,}", count) for name, count in _health(sources))),
        ),
    )


def _health(sources: Listed) -> list[tuple[str, int]]:
    """Every source once: paused before failing, never fetched before answering."""
    paused = sum(source.is_paused for source, _ in sources)
    working = [state for source, state in sources if not source.is_paused]
    failing = sum(state.failures > 0 for state in working)
    untried = sum(state.last_success_at is None and not state.failures for state in working)
    answering = len(working) - failing - untried
    return [("answering", answering), ("failing", failing), ("not fetched yet", untried), ("paused", paused)]


def _write(path: Path, chart: Chart) -> None:
    picture = draw(chart)
    try:
        path.write_bytes(picture)
    except OSError as error:
        raise JarchiError(f"{path}: the picture was not written ({error.strerror}).") from error
