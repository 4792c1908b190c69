"""Commands that change the store: import, fetch, headlines."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from bot.app import opened
from bot.cli.options import Commands, add_action, add_command, parse_countries, utc_now
from bot.cli.output import Output, complain, progress
from bot.cli.sources import fetch_row
from bot.jobs import bring_together
from bot.settings import Settings
from news.attribute import attribute
from news.catalogue import bundled_sources, country_of_host
from news.collect import collect
from news.encoder import open_encoder
from news.errors import UnreadableError
from news.gazetteer import Gazetteer, load_gazetteer
from news.ingest import ingest
from news.model import Item, Source, SourceKind
from news.ports import Storage
from news.sources import read_file
from news.sources.fetch import Fetcher
from storage.storage import Store

REATTRIBUTE_BATCH = 500
MOST_ENCODED = 1_000  # half a minute; a running bot encodes the rest by and by
# Outlets of the region call themselves by their site: "Orda.kz reports", "сообщает 24.kg".
SITE = re.compile(r"(?<![\w@.-])[a-zA-Z0-9][a-zA-Z0-9-]*\.[a-zA-Z]{2,6}(?![\w-])")


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    parser = add_command(
        commands, "import", import_files, "Headlines from files; importing twice adds nothing."
    )
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="feed, JSON Feed, HTML, article text, JSON lines; - is stdin"
    )
    parser.add_argument(
        "--source",
        metavar="NAME",
        help="a source's id or name; default: found in the document, or the file's name",
    )

    parser = add_command(commands, "fetch", fetch, "Fetch what is due, or these sources, once.")
    parser.add_argument("sources", nargs="*", metavar="SOURCE")

    parser = add_command(commands, "headlines", headlines, "Correct the countries of headlines.")
    actions = parser.add_subparsers(dest="what", required=True, metavar="ACTION")
    fix = add_action(actions, "fix", "set the countries of one headline by hand")
    fix.add_argument("id", type=int)
    fix.add_argument("country", nargs="*", help="none: about no country")
    fix.add_argument(
        "--by", type=int, default=0, metavar="USER_ID", help="who says so (default 0: the operator)"
    )
    add_action(actions, "reattribute", "run the attribution again over everything stored")


async def import_files(settings: Settings, options: argparse.Namespace) -> int:
    """Read each file; one that cannot be read is named and the rest is imported (exit status 1)."""
    gazetteer, output = load_gazetteer(), Output(as_json=options.json)
    paths = list(_files(options.paths))
    status = 0
    async with opened(settings) as store:
        with progress("importing", len(paths)) as bar:
            for path in paths:
                try:
                    rows = await _import_one(store, gazetteer, path, options.source)
                    output.rows(("file", "source", "found", "added"), rows)
                except UnreadableError as error:
                    complain(str(error))
                    status = 1
                bar.advance(bar.task_ids[0])
        await bring_together(
            store, gazetteer, open_encoder(settings.encoder), now=utc_now(), most=MOST_ENCODED
        )
    return status


async def _import_one(
    store: Store, gazetteer: Gazetteer, path: str, name: str | None
) -> list[dict[str, object]]:
    """A row for each source whose headlines the file holds: lines may say theirs, unless ``name`` says it for all."""
    body = _bytes_of(path)
    now = utc_now()
    by_outlet: dict[str, list[Item]] = {}
    for item in read_file(path, body, now=now):
        by_outlet.setdefault(name or item.outlet, []).append(item)
    document = body if len(by_outlet) == 1 else b""  # that of many sources names sites of all of them
    rows: list[dict[str, object]] = []
    for outlet, items in by_outlet.items():
        source = await store.sources.ensure(await source_of_file(store, path, document, outlet), now)
        added = await ingest(store, gazetteer, source, items, now=now)
        rows.append({"file": path, "source": source.name, "found": len(items), "added": len(added)})
    return rows


async def source_of_file(storage: Storage, path: str, body: bytes, name: str) -> Source:
    """Whose headlines these are: the source named, if one is, else the outlet whose site the document names, else the file itself."""
    known = [source for source, _ in await storage.sources.list_all()]
    every = {source.id: source for source in (*bundled_sources(), *known)}
    if name:
        named = (s for s in every.values() if name.casefold() in {s.id.casefold(), s.name.casefold()})
        return next(named, _file_source(name))
    hosts = {host: source for source in every.values() if (host := _host(source))}
    text = body.decode("utf-8", errors="ignore")
    for site in SITE.findall(text):
        if source := hosts.get(site.casefold()):
            return source
        if country := country_of_host(f"https://{site}"):
            return replace(_file_source(site), country=country)
    return _file_source(Path(path).stem if path != "-" else "standard input")


def _host(source: Source) -> str:
    """The site of a source without the prefixes that feeds stand under."""
    return re.sub(r"^((www|feeds?|rss|m|en|ru|kz|uz)\.)+", "", urlsplit(source.url).hostname or "")


def _file_source(name: str) -> Source:
    slug = re.sub(r"\W+", "-", name.casefold()).strip("-") or "file"
    return Source(id=f"file-{slug}", name=name, kind=SourceKind.FILE, url=f"file:{slug}")


def _files(paths: Iterable[str]) -> Iterator[str]:
    """The files named, and those in the folders named."""
    for path in paths:
        if path != "-" and Path(path).is_dir():
            yield from (str(found) for found in sorted(Path(path).rglob("*")) if found.is_file())
        else:
            yield path


def _bytes_of(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UnreadableError(path, f"cannot be read ({error.strerror}).") from error


async def fetch(settings: Settings, options: argparse.Namespace) -> int:
    """Fetch once; a source that failed is a row that says why (exit status 1 if any)."""
    gazetteer, output = load_gazetteer(), Output(as_json=options.json)
    async with opened(settings) as store, Fetcher(settings.fetch) as fetcher:
        with progress("fetching", None) as bar:
            reports = await collect(
                store,
                gazetteer,
                fetcher,
                now=utc_now,
                only=options.sources,
                on_result=lambda _report: bar.advance(bar.task_ids[0]),
            )
        await bring_together(
            store, gazetteer, open_encoder(settings.encoder), now=utc_now(), most=MOST_ENCODED
        )
    output.rows(("source", "outcome", "found", "added", "next"), map(fetch_row, reports))
    return int(any(report.error for report in reports))


async def headlines(settings: Settings, options: argparse.Namespace) -> int:
    """Set the countries of one headline, or attribute all of them again."""
    gazetteer, output = load_gazetteer(), Output(as_json=options.json)
    async with opened(settings) as store:
        if options.what == "fix":
            countries = parse_countries(gazetteer, options.country)
            await store.headlines.override_countries(options.id, countries, options.by, utc_now())
            await store.broadcasts.audit(
                options.by, "country", f"{options.id} {' '.join(countries)}", utc_now()
            )
            output.facts({"headline": options.id, "countries": countries})
            return 0
        seen, changed = await reattribute(store, gazetteer)
        output.facts({"headlines": seen, "changed": changed})
        return 0


async def reattribute(store: Store, gazetteer: Gazetteer) -> tuple[int, int]:
    """Attribute every stored headline again, editors' corrections apart: (headlines seen, changed)."""
    by_source = {source.id: source.country for source, _ in await store.sources.list_all()}
    last, seen, changed = 0, 0, 0
    with progress("attributing", await store.headlines.count()) as bar:
        while batch := await store.headlines.after(last, REATTRIBUTE_BATCH):
            last, seen = batch[-1].id, seen + len(batch)
            again = {
                headline.id: attribute(
                    gazetteer,
                    headline.title,
                    headline.summary,
                    source_country=by_source.get(headline.source_id),
                    language=headline.language,
                )
                for headline in batch
            }
            changed += await store.headlines.replace_attribution(again)
            bar.advance(bar.task_ids[0], len(batch))
    return seen, changed
