"""Lists of headlines → messages: search results, the latest, more like this."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.keyboards import (
    Latest,
    Open,
    Search,
    Tap,
    Unwatch,
    WatchThis,
    button,
    fits,
    pages,
    rows,
    similar_buttons,
)
from handlers.markup import Html, bold, foreign, foreign_bold, join, link
from handlers.texts import Texts
from handlers.texts.dates import moment
from handlers.texts.lookup import flags
from news.model import Found, Headline, Message, Page, Preferences, Query, Similar, Watch

PAGE_SIZE = 5
_A_YEAR = timedelta(days=365)
_INDENT = "\u2007\u2007"
# Filters have names in every interface language (news.query); the address of a page is none.
_FILTER = re.compile(r"(?:^|(?<=\s))[^\W\d_]+:(?!//)(?:[\"“”„«»][^\"“”„«»]*[\"“”„«»]|\S+)")
MAX_QUERY = 200  # characters of a search that are looked at


def words_of(text: str) -> str:
    """A search without its filters: what is named in quotation marks."""
    return " ".join(_FILTER.sub(" ", text).split())


def widened(text: str, query: Query, *, countries: Sequence[str], since: timedelta | None) -> str:
    """The same search with other countries and another span of time."""
    days = f"since:{since.days}d" if since else ""
    where = f"country:{','.join(countries)}" if countries else ""
    languages = f"lang:{','.join(query.languages)}" if query.languages else ""
    sources = [f"source:{source}" for source in query.sources]
    return " ".join(part for part in (words_of(text), where, languages, *sources, days) if part)


def render_found(
    page: Page, query: Query, text: str, preferences: Preferences, texts: Texts, *, now: datetime
) -> Message:
    """One page of search results. ``text`` is the search as it was typed: the buttons carry it when it fits."""
    if not page.found:
        return _nothing_found(page, query, text, texts)
    lines = [
        _headline(found, page.offset + number, preferences, texts, now)
        for number, found in enumerate(page.found, 1)
    ]
    buttons = similar_buttons([found.headline.id for found in page.found], page.offset + 1)
    turn = pages(
        page.offset, page.total, PAGE_SIZE, lambda offset: _carried(Search(offset, text), Search(offset, ""))
    )
    watch = button(texts.plain("button.watch_this"), _carried(WatchThis(text), WatchThis("")))
    loosely = [texts("search.loose")] if page.is_loose else []
    return Message(
        join([_found_head(page, query, text, texts), *loosely, *lines], "\n"),
        (*buttons, *((turn,) if turn else ()), (watch,)),
    )


def render_watch(
    watch: Watch, new: Sequence[Found], preferences: Preferences, texts: Texts, *, now: datetime
) -> Message:
    """What a saved search pings with: the new headlines, and how to stop it."""
    texts = texts.of(preferences.language)
    lines = [_headline(found, number, preferences, texts, now) for number, found in enumerate(new, 1)]
    buttons = similar_buttons([found.headline.id for found in new])
    stop = button(texts.plain("button.unwatch"), Unwatch(watch.id))
    return Message(join([join(["🔔 ", bold(foreign(watch.words, 60))]), *lines], "\n"), (*buttons, (stop,)))


def render_latest(
    page: Page,
    countries: Sequence[str],
    preferences: Preferences,
    texts: Texts,
    *,
    now: datetime,
    is_own: bool = False,
) -> Message:
    """The newest headlines of these countries. ``is_own``: they are simply the reader's own."""
    names = (
        ", ".join(texts.flagged(code) for code in countries[:3])
        if len(countries) <= 3
        else flags(tuple(countries))
    )
    asked = () if is_own else tuple(countries)
    if not page.found:
        other = (button(texts.plain("button.countries"), Open("countries")),)
        return Message(texts("latest.nothing", countries=names), (other,))
    lines = [
        _headline(found, page.offset + number, preferences, texts, now)
        for number, found in enumerate(page.found, 1)
    ]
    turn = pages(page.offset, page.total, PAGE_SIZE, lambda offset: Latest(offset, asked))
    buttons = similar_buttons([found.headline.id for found in page.found], page.offset + 1)
    head = bold(texts("latest.head", countries=names) if names else texts("latest.all"))
    return Message(join([head, *lines], "\n"), (*buttons, *((turn,) if turn else ())))


def render_similar(similar: Similar, preferences: Preferences, texts: Texts, *, now: datetime) -> Message:
    """The asked headline, its own story's other sources, then related headlines."""
    lines = [join(["≈ ", bold(foreign(similar.asked, 200))])]
    lines += _same_story(similar, texts)
    if similar.related:
        lines.append(texts("more.related"))
        lines += [
            _headline(found, number, preferences, texts, now)
            for number, found in enumerate(similar.related, 1)
        ]
    elif len(lines) == 1:
        way_out = (button(texts.plain("button.latest"), Latest(0)),)
        return Message(join([*lines, texts("more.nothing")], "\n"), (way_out,))
    return Message(join(lines, "\n"), similar_buttons([found.headline.id for found in similar.related]))


def _same_story(similar: Similar, texts: Texts) -> list[Html]:
    if similar.story is None:
        return []
    own = {one.source_name for one in similar.story.headlines if one.title == similar.asked}
    others: dict[str, Headline] = {}
    for headline in similar.story.headlines:
        if headline.source_name not in own:
            others.setdefault(headline.source_name, headline)
    if not others:
        return []
    names = join([link(one.url, foreign(name, 60)) for name, one in list(others.items())[:20]], ", ")
    return [texts("more.same_story", n=len(others), sources=names)]


def _found_head(page: Page, query: Query, text: str, texts: Texts) -> Html:
    words = words_of(text)
    named = (
        texts("search.found", n=page.total, query=foreign(words, 60))
        if words
        else texts("search.all", n=page.total)
    )
    where = [texts("search.in", countries=flags(query.countries))] if query.countries else []
    when = [texts("search.days", n=max(1, query.since.days))] if query.since else []
    return join([join([named, *where], " "), *when], ", ")


def _nothing_found(page: Page, query: Query, text: str, texts: Texts) -> Message:
    lines = [texts("search.nothing", query=foreign(words_of(text) or text, 60))]
    ways: list[tuple[str, Tap]] = []
    if page.did_you_mean:
        lines.append(texts("search.did_you_mean", query=foreign(page.did_you_mean, 60)))
        ways.append((page.did_you_mean[:40], Search(0, page.did_you_mean)))
    if query.countries:
        ways.append(
            (
                texts.plain("button.all_countries"),
                Search(0, widened(text, query, countries=(), since=query.since)),
            )
        )
    if query.since and query.since < _A_YEAR:
        longer = widened(text, query, countries=query.countries, since=_A_YEAR)
        ways.append((texts.plain("button.year_back"), Search(0, longer)))
    ways.append((texts.plain("button.latest"), Latest(0)))
    buttons = [button(label, tap) for label, tap in ways if fits(tap)]
    return Message(join(lines, " "), rows(buttons, 3))


def _carried(tap: Tap, short: Tap) -> Tap:
    return tap if fits(tap) else short


def _headline(found: Found, number: int, preferences: Preferences, texts: Texts, now: datetime) -> Html:
    one = found.headline
    title = link(one.url, foreign_bold(one.title, found.bold))
    facts: list[object] = [
        foreign(one.source_name, 60),
        moment(one.sort_at, preferences.zone, texts, now=now),
    ]
    countries = one.countries or ((one.implied_by_source,) if one.implied_by_source else ())
    if countries:
        facts.append(flags(countries[:4]))
    return join([f"{number}. ", title, "\n", _INDENT, join(facts, " · ")])
