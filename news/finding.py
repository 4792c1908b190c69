"""Use cases of a reader who looks for something: search, and more like this."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from news.errors import UnknownHeadlineError
from news.gazetteer import Gazetteer
from news.group import IN_SUMMARY, SUMMARY_CHARACTERS
from news.ingest import NEWS_WINDOW
from news.likeness import Likeness
from news.model import Found, Headline, Page, Query, Similar, Story
from news.ports import Storage
from news.query import parse_query
from news.relevance import rarity
from news.text import analyse, variants, words

NEARBY = timedelta(days=30)
"""How far in time from the asked headline, and back from now, related ones are looked for."""
TERMS = 12
CANDIDATES = 60
NEAREST, CLOSE = 20, 0.6
"""Candidates by their vectors, and the cosine that they have at least."""
_ASKED_CHARACTERS = 400
_NEWS = 100


async def find(
    storage: Storage,
    gazetteer: Gazetteer,
    text: str,
    *,
    now: datetime,
    languages: Sequence[str] = (),
    limit: int = 10,
    offset: int = 0,
) -> Page:
    """Search. ``languages`` are the reader's, used unless the question names its own.

    When nothing is found, ``did_you_mean`` is the question with its unknown words replaced by known ones that look alike
    and that something is found for.
    """
    query = parse_query(gazetteer, text)
    if not query.languages:
        query = replace(query, languages=tuple(languages))
    page = await storage.search.search(query, now=now, limit=limit, offset=offset)
    if page.total or not query.terms:
        return page
    return replace(page, did_you_mean=await _guess(storage, gazetteer, query, now))


async def find_news(
    storage: Storage, gazetteer: Gazetteer, text: str, *, now: datetime, languages: Sequence[str] = ()
) -> tuple[Found, ...]:
    """What a saved search matches among the latest news, up to a hundred: every word is there, nothing read loosely."""
    query = parse_query(gazetteer, text)
    since = min(query.since or NEWS_WINDOW, NEWS_WINDOW)
    strict = replace(query, languages=query.languages or tuple(languages), since=since, is_strict=True)
    return (await storage.search.search(strict, now=now, limit=_NEWS)).found


async def _guess(storage: Storage, gazetteer: Gazetteer, query: Query, now: datetime) -> str | None:
    """The question with each word that nothing has replaced by its nearest known one; None when that finds nothing."""
    guessed = query.text
    for word in reversed(list(words(query.text))):
        known, _ = await storage.search.frequencies(variants(word.folded))
        if any(known.values()) or word.folded.isdecimal():
            continue
        closest = await storage.search.closest_words(word.folded, 1)
        if closest:
            guessed = guessed[: word.start] + closest[0] + guessed[word.end :]
    if guessed == query.text:
        return None
    other = replace(parse_query(gazetteer, guessed), languages=query.languages)
    found = await storage.search.search(other, now=now, limit=1)
    return guessed if found.total else None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What "more like this" was asked for: words with their share, when, and the headline if it is a stored one."""

    title: str
    shares: dict[str, float]
    at: datetime
    headline: Headline | None = None


async def more_like(
    storage: Storage,
    gazetteer: Gazetteer,
    *,
    headline_id: int | None = None,
    url: str | None = None,
    text: str | None = None,
    now: datetime,
    languages: Sequence[str] = (),
    seen: Collection[int] = frozenset(),
    limit: int = 10,
) -> Similar:
    """Headlines related to a stored one (by id or link) or to a text: one per story, best first, those ``seen`` last.

    The asked headline's own story comes apart. A link that is not stored is asked for by the words in its address.
    Raise UnknownHeadlineError for an id that is not stored, or when nothing was asked.
    """
    asked = await _asked(storage, headline_id=headline_id, url=url, text=text, now=now)
    own = await _own_story(storage, asked.headline)
    related = await _related(storage, gazetteer, asked, now=now, languages=languages)
    mine = {headline.id for headline in own.headlines} if own else set()
    if asked.headline:
        mine.add(asked.headline.id)
    fresh = [
        found for found in _one_per_story(related) if found.headline.id not in mine and not _is_of(own, found)
    ]
    fresh.sort(key=lambda found: found.headline.id in seen)
    return Similar(asked=asked.title, story=own, related=tuple(fresh[:limit]))


async def _asked(
    storage: Storage, *, headline_id: int | None, url: str | None, text: str | None, now: datetime
) -> _Asked:
    if headline_id is not None:
        return _of_headline(await storage.headlines.get(headline_id))
    if url:
        stored = await storage.headlines.find_by_url(url)
        if stored:
            return _of_headline(stored)
    told = " ".join((text or _address_words(url or "")).split())[:_ASKED_CHARACTERS]
    shares = {token: 1.0 for word in words(told) for token in variants(word.folded)}
    if not shares:
        raise UnknownHeadlineError(headline_id or 0)
    return _Asked(title=told, shares=shares, at=now)


def _of_headline(headline: Headline) -> _Asked:
    in_summary = analyse(headline.summary[:SUMMARY_CHARACTERS], headline.language)
    in_title = analyse(headline.title, headline.language)
    shares = dict.fromkeys(in_summary, IN_SUMMARY) | dict.fromkeys(in_title, 1.0)
    return _Asked(headline.title, shares, headline.sort_at, headline)


def _address_words(url: str) -> str:
    """The words of a link's path: newsrooms write the title there."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:  # a bracket that is no IPv6 address
        return ""
    return " ".join(word.folded for word in words(path) if word.folded.isalpha())


async def _own_story(storage: Storage, headline: Headline | None) -> Story | None:
    if headline is None or headline.story_id is None:
        return None
    return await storage.headlines.story(headline.story_id)


async def _related(
    storage: Storage, gazetteer: Gazetteer, asked: _Asked, *, now: datetime, languages: Sequence[str]
) -> list[Found]:
    """Candidates by rare words around the asked headline's time and in the last weeks, put in order of likeness."""
    counts, total = await storage.search.frequencies(sorted(asked.shares))
    weights = {
        word: share * rarity(counts[word], total) for word, share in asked.shares.items() if counts[word]
    }
    rarest = dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:TERMS])
    found: dict[int, Found] = {}
    lookups = (
        storage.search.similar(rarest, since=since, until=until, languages=languages, limit=CANDIDATES)
        for since, until in _windows(asked.at, now)
    )
    for some in await asyncio.gather(*lookups, _near(storage, asked, now=now, languages=languages)):
        for one in some:
            found.setdefault(one.headline.id, one)
    ids = [*found, *([asked.headline.id] if asked.headline else [])]
    vectors = await storage.search.vectors(ids) if ids else {}
    likeness = Likeness(gazetteer, asked.title, asked.headline, weights, vectors)
    return likeness.rank(list(found.values()))


async def _near(storage: Storage, asked: _Asked, *, now: datetime, languages: Sequence[str]) -> list[Found]:
    """What means something like it without sharing its words: the other languages above all."""
    if asked.headline is None:
        return []
    return await storage.search.nearest(
        asked.headline.id, languages=languages, limit=NEAREST, at_least=CLOSE, now=now
    )


def _windows(at: datetime, now: datetime) -> list[tuple[datetime, datetime]]:
    """The weeks around the asked headline, and the last weeks unless those are the same."""
    around = (at - NEARBY, min(at + NEARBY, now) if at <= now else at)
    return [around] if at >= now - NEARBY else [around, (now - NEARBY, now)]


def _one_per_story(found: Sequence[Found]) -> list[Found]:
    """The best headline of each story."""
    best: dict[object, Found] = {}
    for one in found:
        story = one.headline.story_id
        best.setdefault(("story", story) if story is not None else ("headline", one.headline.id), one)
    return list(best.values())


def _is_of(story: Story | None, found: Found) -> bool:
    return story is not None and found.headline.story_id == story.id
