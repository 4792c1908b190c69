"""Commands that only read: countries, stories, search, more, digest."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.app import opened
from bot.cli.options import Commands, add_command, parse_countries, parse_span, utc_now
from bot.cli.output import Output
from bot.sending import plain_text
from bot.settings import Settings
from handlers.render import render_digest
from handlers.texts import Texts
from news.attribute import attribute
from news.digests import compose_digest
from news.encoder import open_encoder
from news.errors import UnreadableError, WrongUseError
from news.finding import find, more_like
from news.gazetteer import load_gazetteer
from news.model import Attribution, Digest, Found, Preferences, Story
from news.stories import StoryInput, explain, group_headlines

ALL_STORIES = 1000  # a terminal has room for every story of a country


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    parser = add_command(commands, "countries", countries, "Which countries a text is about, and why.")
    parser.add_argument("text", nargs="*", metavar="TEXT", help="a headline")
    parser.add_argument(
        "--jsonl", metavar="FILE", help='lines of {"id","title","summary","source_country"}; - is stdin'
    )
    parser.add_argument("--source-country", metavar="CODE", help="the country of the outlet")

    parser = add_command(commands, "stories", stories, "Group headlines into stories.")
    parser.add_argument(
        "--jsonl", metavar="FILE", required=True, help='lines of {"id","title",…}; - is stdin'
    )
    parser.add_argument(
        "--explain", nargs=2, metavar=("A", "B"), help="why these two ids are or are not one story"
    )

    parser = add_command(commands, "search", search, "Search the stored headlines.")
    parser.add_argument(
        "query", nargs="+", metavar="QUERY", help='words, "phrases", -word, country: lang: source: since:'
    )
    parser.add_argument("--country", action="append", default=[])
    parser.add_argument("--language", action="append", default=[])
    parser.add_argument("--source", action="append", default=[])
    parser.add_argument("--since", metavar="SPAN", help="30m, 24h, 7d, 2w")
    parser.add_argument("--limit", type=int, default=20)

    parser = add_command(commands, "more", more, "More like this headline.")
    parser.add_argument("id", nargs="?", metavar="ID", help="a headline's number or link")
    parser.add_argument("--text", metavar="TEXT", help="any text instead of a stored headline")
    parser.add_argument("--limit", type=int, default=10)

    parser = add_command(commands, "digest", digest, "What a subscriber would get.")
    parser.add_argument(
        "country", nargs="+", metavar="COUNTRY", help="code, name in any language, flag or region"
    )
    parser.add_argument("--since", metavar="SPAN", default="24h", help="30m, 24h, 7d, 2w (default 24h)")
    parser.add_argument("--language", default="en", help="interface language (default en)")
    parser.add_argument("--format", choices=("text", "html", "json"), default="text")


async def countries(_settings: Settings, options: argparse.Namespace) -> int:
    """Explain one text, or label a file of headlines."""
    gazetteer = load_gazetteer()
    output = Output(as_json=options.json)
    if options.jsonl:
        for record in read_json_lines(options.jsonl):
            found = attribute(
                gazetteer,
                str(record.get("title") or ""),
                str(record.get("summary") or ""),
                source_country=_text(record, "source_country"),
                language=_text(record, "language"),
            )
            output.line({"id": record.get("id"), **as_labels(found)})
        return 0
    text = " ".join(options.text) or sys.stdin.read()
    found = attribute(gazetteer, text, source_country=options.source_country)
    if options.json:
        evidence = [
            {"country": e.country, "words": e.words, "rule": e.rule, "weight": e.weight}
            for e in found.countries
        ]
        output.line({**as_labels(found), "evidence": evidence})
        return 0
    for one in found.countries:
        output.say(f"{one.country} {gazetteer.country_name(one.country, 'en')} — {one.words}: {one.rule}")
    if found.implied_by_source:
        output.say(f"{found.implied_by_source} — implied by the source alone")
    if not found.countries and not found.implied_by_source:
        output.say("No country.")
    return 0


def as_labels(found: Attribution) -> dict[str, object]:
    """The two fields that programs read."""
    return {
        "countries": [evidence.country for evidence in found.countries],
        "implied_by_source": found.implied_by_source,
    }


async def stories(settings: Settings, options: argparse.Namespace) -> int:
    """Group a file of headlines, or explain a pair of it."""
    items = [_story_input(record) for record in read_json_lines(options.jsonl)]
    gazetteer, encoder = load_gazetteer(), open_encoder(settings.encoder)
    output = Output(as_json=options.json)
    if options.explain:
        by_id = {item.id: item for item in items}
        missing = [wanted for wanted in options.explain if wanted not in by_id]
        if missing:
            raise WrongUseError(f"{options.jsonl} has no id {missing[0]}.")
        first, second = (by_id[wanted] for wanted in options.explain)
        output.facts(explain(first, second, gazetteer, encoder))
        return 0
    labels = await asyncio.to_thread(group_headlines, items, gazetteer, encoder)
    for item in items:
        output.line({"id": item.id, "story": labels[item.id]})
    return 0


async def search(settings: Settings, options: argparse.Namespace) -> int:
    """Search, with the filters of the chat as options too."""
    filters = [f"country:{code}" for code in options.country]
    filters += [f"lang:{language}" for language in options.language]
    filters += [f"source:{source}" for source in options.source]
    filters += [f"since:{options.since}"] if options.since and parse_span(options.since) else []
    output = Output(as_json=options.json)
    async with opened(settings) as store:
        text = " ".join([*options.query, *filters])
        page = await find(store, load_gazetteer(), text, now=utc_now(), limit=options.limit)
    output.rows(("id", "published", "countries", "source", "title"), map(found_row, page.found))
    if page.is_loose and not options.json:
        output.say("No headline has just these words; these come closest.")
    if not page.found and not options.json:
        hint = f" Did you mean: {page.did_you_mean}" if page.did_you_mean else ""
        output.say(f"Nothing found.{hint}")
    return 0


async def more(settings: Settings, options: argparse.Namespace) -> int:
    """More like a stored headline, a link or a text."""
    if bool(options.id) == bool(options.text):
        raise WrongUseError("Give either a headline's number or link, or --text.")
    number = int(options.id) if options.id and options.id.isdecimal() else None
    url = options.id if options.id and number is None else None
    output = Output(as_json=options.json)
    async with opened(settings) as store:
        similar = await more_like(
            store,
            load_gazetteer(),
            headline_id=number,
            url=url,
            text=options.text,
            now=utc_now(),
            limit=options.limit,
        )
    if similar.story and not options.json:
        output.say(f"Same story: {', '.join(similar.story.source_names)}")
    output.rows(("id", "published", "countries", "source", "title"), map(found_row, similar.related))
    return 0


async def digest(settings: Settings, options: argparse.Namespace) -> int:
    """Compose a digest of the last hours or days."""
    gazetteer, now = load_gazetteer(), utc_now()
    preferences = Preferences(
        language=options.language,
        countries=parse_countries(gazetteer, options.country),
        zone=settings.default_zone,
        stories_per_country=ALL_STORIES,
    )
    local_date = now.astimezone(ZoneInfo(preferences.zone)).date()
    async with opened(settings) as store:
        composed = await compose_digest(
            store, preferences, since=now - parse_span(options.since), until=now, local_date=local_date
        )
    output = Output(as_json=options.json)
    if options.format == "json" or options.json:
        for line in digest_lines(composed):
            output.line(line)
        return 0
    for message in render_digest(composed, preferences, Texts(gazetteer), now=now):
        output.say(message.html if options.format == "html" else plain_text(message.html))
    return 0


def digest_lines(composed: Digest) -> Iterator[dict[str, object]]:
    """One object for each story under each country."""
    for section in composed.sections:
        for entry in section.entries:
            yield {"country": section.country, "number": entry.number, **story_row(entry.story)}


def story_row(story: Story) -> dict[str, object]:
    """A story with its headlines."""
    return {
        "story": story.id,
        "title": story.lead.title,
        "url": story.lead.url,
        "countries": list(story.countries),
        "sources": list(story.source_names),
        "headlines": [found_row(Found(headline)) for headline in story.headlines],
    }


def found_row(found: Found) -> dict[str, object]:
    """The fields of a headline as docs/guide.md names them."""
    headline = found.headline
    return {
        "id": headline.id,
        "title": headline.title,
        "summary": headline.summary,
        "url": headline.url,
        "source": headline.source_name,
        "language": headline.language,
        "published": (headline.published or headline.sort_at).astimezone(UTC).isoformat(timespec="minutes"),
        "countries": list(headline.countries) or [c for c in [headline.implied_by_source] if c],
        "story": headline.story_id,
    }


def read_json_lines(path: str) -> Iterator[dict[str, object]]:
    """The objects of a JSON lines file or of standard input; raises UnreadableError with the line's number."""
    try:
        with open(
            sys.stdin.fileno() if path == "-" else path, encoding="utf-8", closefd=path != "-"
        ) as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise UnreadableError(path, f"line {number} is not a JSON object.")
                yield record
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(path, f"cannot be read ({error}).") from error
    except json.JSONDecodeError as error:
        raise UnreadableError(path, f"line {number} is not JSON ({error.msg}).") from error


def _text(record: dict[str, object], field: str) -> str | None:
    value = record.get(field)
    return str(value) if value else None


def _story_input(record: dict[str, object]) -> StoryInput:
    published = _text(record, "published")
    try:
        moment = datetime.fromisoformat(published) if published else None
    except ValueError as error:
        raise UnreadableError(str(record.get("id")), f"“{published}” is no ISO 8601 time.") from error
    if moment and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return StoryInput(
        id=str(record.get("id")),
        title=str(record.get("title") or ""),
        summary=str(record.get("summary") or ""),
        published=moment,
        language=_text(record, "language"),
    )
