"""``jarchi sources``: the catalogue."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bot.app import opened
from bot.cli.options import Commands, add_action, add_command, parse_countries, utc_now
from bot.cli.output import Output, complain, progress
from bot.settings import Settings
from news.adding import Wish, add_source
from news.catalogue import bundled_sources, read_opml, write_opml
from news.collect import FetchReport, collect
from news.errors import SourceExistsError, UnreadableError, WrongUseError
from news.gazetteer import load_gazetteer
from news.model import Source, SourceKind, SourceState
from news.sources.fetch import Fetcher
from storage.storage import Store


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    parser = add_command(commands, "sources", sources, "The catalogue of sources.")
    actions = parser.add_subparsers(dest="what", required=True, metavar="ACTION")
    add_action(actions, "list", "every source and how it does")
    add = add_action(actions, "add", "a feed, page, sitemap or t.me/s/NAME; or the bundled catalogue")
    add.add_argument("url", nargs="?")
    add.add_argument("--bundled", action="store_true", help="the catalogue that comes with Jarchi")
    add.add_argument("--name", default="")
    add.add_argument(
        "--country", default="", help="code or name; with --bundled: only these countries' sources"
    )
    add.add_argument("--language", action="append", default=[], help="ISO 639-1; repeatable")
    add.add_argument("--kind", choices=[kind.value for kind in SourceKind if kind is not SourceKind.FILE])
    for name, help_text in (
        ("remove", "take it out; its headlines stay"),
        ("pause", "fetch it no more"),
        ("resume", "fetch it again"),
    ):
        add_action(actions, name, help_text).add_argument("id")
    add_action(actions, "check", "fetch these (or all) now and say how they do").add_argument("id", nargs="*")
    add_action(actions, "import-opml", "add the feeds of an OPML file").add_argument("file", type=Path)
    add_action(actions, "export-opml", "the catalogue as OPML").add_argument("file", nargs="?", type=Path)


async def sources(settings: Settings, options: argparse.Namespace) -> int:
    """Do one action on the catalogue."""
    output = Output(as_json=options.json)
    async with opened(settings) as store:
        if options.what == "list":
            rows = [source_row(source, state) for source, state in await store.sources.list_all()]
            output.rows(("id", "name", "kind", "country", "languages", "health", "next"), rows)
        elif options.what == "add":
            return await _add(settings, store, options, output)
        elif options.what == "check":
            return await _check(settings, store, options.id, output)
        elif options.what == "import-opml":
            return await _import(store, options.file, output)
        elif options.what == "export-opml":
            await _export(store, options.file)
        else:
            await _change(store, options.what, options.id)
            output.facts({"source": options.id, "done": options.what})
    return 0


async def _add(settings: Settings, store: Store, options: argparse.Namespace, output: Output) -> int:
    gazetteer = load_gazetteer()
    countries = parse_countries(gazetteer, options.country.split(",")) if options.country else ()
    if options.bundled:
        wanted = [source for source in bundled_sources() if not countries or source.country in countries]
        return await _add_all(store, wanted, output)
    if not options.url:
        raise WrongUseError("Give the address of a source, or --bundled.")
    wish = Wish(
        name=options.name,
        country=countries[0] if countries else None,
        languages=tuple(options.language),
        kind=SourceKind(options.kind) if options.kind else None,
    )
    async with Fetcher(settings.fetch) as fetcher:
        source = await add_source(store, fetcher, options.url, now=utc_now(), wish=wish)
    output.facts(
        {"added": source.id, "name": source.name, "kind": source.kind.value, "country": source.country}
    )
    return 0


async def _add_all(store: Store, wanted: list[Source], output: Output) -> int:
    added = 0
    for source in wanted:
        try:
            await store.sources.add(source, utc_now())
            added += 1
        except SourceExistsError:
            continue  # adding the catalogue twice adds nothing
    output.facts({"added": added, "already_there": len(wanted) - added})
    return 0


async def _check(settings: Settings, store: Store, ids: list[str], output: Output) -> int:
    wanted = ids or [source.id for source, _ in await store.sources.list_all() if not source.is_paused]
    async with Fetcher(settings.fetch) as fetcher:
        with progress("checking", len(wanted)) as bar:
            reports = await collect(
                store,
                load_gazetteer(),
                fetcher,
                now=utc_now,
                only=wanted,
                on_result=lambda _report: bar.advance(bar.task_ids[0]),
            )
    output.rows(("source", "outcome", "found", "added", "next"), map(fetch_row, reports))
    return int(any(report.error for report in reports))


async def _import(store: Store, path: Path, output: Output) -> int:
    try:
        body = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise UnreadableError(str(path), f"cannot be read ({error.strerror}).") from error
    taken = [source.id for source, _ in await store.sources.list_all()]
    return await _add_all(store, read_opml(body, str(path), taken), output)


async def _export(store: Store, path: Path | None) -> None:
    document = write_opml([source for source, _ in await store.sources.list_all()])
    if path is None:
        sys.stdout.write(document)
        return
    await asyncio.to_thread(path.write_text, document, encoding="utf-8")
    complain(f"Written to {path}.")


async def _change(store: Store, what: str, source_id: str) -> None:
    if what == "remove":
        await store.sources.remove(source_id)
    else:
        await store.sources.set_paused(source_id, is_paused=what == "pause")


def source_row(source: Source, state: SourceState) -> dict[str, object]:
    """A source and how it does, in words."""
    if source.is_paused:
        health = "paused"
    elif state.failures:
        health = f"failing ({state.failures}): {state.last_error}"
    else:
        health = f"{state.items_per_day:.1f} a day" if state.last_success_at else "not fetched yet"
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind.value,
        "url": source.url,
        "country": source.country,
        "languages": list(source.languages),
        "tier": source.tier,
        "health": health,
        "next": state.next_fetch_at.isoformat(timespec="minutes") if state.next_fetch_at else None,
    }


def fetch_row(report: FetchReport) -> dict[str, object]:
    """What became of fetching one source."""
    return {
        "source": report.source_id,
        "outcome": report.error or report.outcome,
        "found": report.found,
        "added": report.added,
        "next": report.next_fetch_at.isoformat(timespec="minutes") if report.next_fetch_at else None,
    }
