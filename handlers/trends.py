"""``/trends``: how much the newsrooms wrote, day by day, and the words that rose, as a picture and in words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

from handlers.countries import OFFERED, split_names, unknown_countries
from handlers.digest import ONE_DAY, parse_span
from handlers.markup import Html, foreign, join
from handlers.pictures import Chart, Columns, Rows, can_draw, draw
from handlers.talk import Talk
from handlers.texts.dates import short_date
from news.model import Message
from news.trends import Risen, bars, days_until, risen_words

USUAL = timedelta(days=14)
REGION = OFFERED[:5]
MOST_COUNTRIES = 6  # panels that a phone shows without zooming
MOST_TITLES = 3_000  # of each span: analysing them takes about a second


async def trends(talk: Talk) -> None:
    """``/trends [countries] [30d]``: stories a day by country; of one country headlines a day and the words that rose."""
    names, span = parse_span(talk.arguments, USUAL)
    named = split_names(names, talk.services.gazetteer)
    if named.unknown:
        await talk.say(unknown_countries(named.unknown, talk.services.gazetteer, talk.texts))
        if not named.found:
            return
    followed = talk.preferences.countries if len(talk.preferences.countries) > 1 else REGION
    countries = tuple(named.found or followed)[:MOST_COUNTRIES]
    days = max(2, -(-span // ONE_DAY))
    caption, chart = await (
        _one(talk, countries[0], days) if len(countries) == 1 else _many(talk, countries, days)
    )
    if chart is not None and can_draw():
        await talk.show(await asyncio.to_thread(draw, chart), Message(caption))
    else:
        await talk.say(Message(caption))


async def _many(talk: Talk, countries: Sequence[str], days: int) -> tuple[Html, Chart | None]:
    texts = talk.texts
    dates, edges = days_until(talk.now, talk.preferences.zone, days)
    found = await talk.services.storage.headlines.days(edges, countries)
    if not any(found[code].told for code in countries):
        return texts("latest.nothing", countries=", ".join(map(texts.country, countries))), None
    lines = [
        join([texts.flagged(code), _line(talk, found[code].stories, found[code].told)], "\n")
        for code in countries
    ]
    panels = tuple(
        _columns(talk, texts.country(code), found[code].stories, dates, found[code].told)
        for code in countries
    )
    span = texts.plain("trends.stories", n=days)
    return join([span, *lines], "\n"), Chart(_span(talk, dates), span, panels)


async def _one(talk: Talk, country: str, days: int) -> tuple[Html, Chart | None]:
    texts, headlines = talk.texts, talk.services.storage.headlines
    dates, edges = days_until(talk.now, talk.preferences.zone, days)
    counts = (await headlines.days(edges, [country]))[country].headlines
    if not sum(counts):
        return texts("latest.nothing", countries=texts.country(country)), None
    # As long before as until now: the last day has not ended yet.
    earlier = edges[0] - (talk.now - edges[0])
    now = await headlines.titles(country, edges[0], edges[-1], MOST_TITLES)
    before = await headlines.titles(country, earlier, edges[0], MOST_TITLES)
    risen = await asyncio.to_thread(risen_words, now, before)
    span = texts.plain("trends.headlines", n=days)
    lines = [
        join([texts.flagged(country), span], " · "),
        _line(talk, counts, sum(counts)),
        *_words(talk, risen),
    ]
    panel = _columns(talk, _span(talk, dates), counts, dates, sum(counts))
    return join(lines, "\n"), Chart(texts.country(country), span, (panel, *_rows(talk, risen)))


def _words(talk: Talk, risen: Sequence[Risen]) -> list[Html]:
    if not risen:
        return [talk.texts("trends.none")]
    lines = [join(["• ", foreign(one.word, 40), f" {_change(talk, one)}"]) for one in risen]
    return [talk.texts("trends.rose"), *lines]


def _rows(talk: Talk, risen: Sequence[Risen]) -> list[Rows]:
    rows = tuple((one.word[:40], _change(talk, one), one.now) for one in risen)
    return [Rows(talk.texts.plain("trends.rose"), rows)] if rows else []


def _columns(talk: Talk, title: str, counts: tuple[int, ...], dates: Sequence[date], total: int) -> Columns:
    ends = (short_date(dates[0], talk.texts), short_date(dates[-1], talk.texts))
    return Columns(title, talk.texts.number(total), (counts,), ends)


def _line(talk: Talk, counts: Sequence[int], total: int) -> Html:
    return join([bars(counts), " ", talk.texts.number(total)])


def _change(talk: Talk, one: Risen) -> str:
    return f"{talk.texts.number(one.before)} → {talk.texts.number(one.now)}"


def _span(talk: Talk, dates: Sequence[date]) -> str:
    return f"{short_date(dates[0], talk.texts)} – {short_date(dates[-1], talk.texts)}"
