"""What a country's news was about: counts by day, and the words that rose against the days before."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from news.text.analysis import placed_tokens

SHORTEST_WORD = 3
RAREST_WORD = 3  # headlines that have it
SURE = 15.13  # G² of a chance of one in ten thousand: thousands of words are asked at once
Titles = Iterable[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Risen:
    """A word as it is mostly written, with the number of headlines that have it now and had it before."""

    word: str
    now: int
    before: int


def days_until(now: datetime, zone: str, count: int) -> tuple[list[date], list[datetime]]:
    """The last ``count`` local dates, today included, and the ``count + 1`` midnights (aware UTC) around them."""
    local = ZoneInfo(zone)
    first = now.astimezone(local).date() - timedelta(days=count - 1)
    dates = [first + timedelta(days=number) for number in range(count + 1)]
    edges = [datetime.combine(one, time(), tzinfo=local).astimezone(UTC) for one in dates]
    return dates[:-1], edges


def risen_words(now: Titles, before: Titles, limit: int = 6) -> list[Risen]:
    """The words whose share of the headlines grew most surely (Dunning's log-likelihood ratio), surest first.

    Titles come with their language. A word counts once a headline, in any of its grammatical forms. Empty when nothing was
    there before: then every word would be new.
    """
    fresh, fresh_count, forms = _count(now)
    old, old_count, _ = _count(before)
    if not fresh_count or not old_count:
        return []
    rated = [
        (rise, count, token)
        for token, count in fresh.items()
        if count >= RAREST_WORD and (rise := _rise(count, fresh_count, old[token], old_count)) > SURE
    ]
    rated.sort(key=lambda one: (-one[0], -one[1], one[2]))
    return [Risen(_spelling(forms[token]), count, old[token]) for _, count, token in rated[:limit]]


def _count(titles: Titles) -> tuple[Counter[str], int, dict[str, Counter[str]]]:
    """Headlines by token, the number of headlines, and how each token is written."""
    counts: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    number = 0
    for title, language in titles:
        number += 1
        seen = set()
        for token, start, end in placed_tokens(title, language):
            if len(token) >= SHORTEST_WORD and not token.isdigit():
                seen.add(token)
                forms.setdefault(token, Counter())[title[start:end]] += 1
        counts.update(seen)
    return counts, number, forms


def _rise(now: int, now_of: int, before: int, before_of: int) -> float:
    """G² of "the share is the same", 0 when it fell."""
    share = (now + before) / (now_of + before_of)
    if now / now_of <= before / before_of:
        return 0.0
    cells = (
        (now, now_of * share),
        (now_of - now, now_of * (1 - share)),
        (before, before_of * share),
        (before_of - before, before_of * (1 - share)),
    )
    return 2 * sum(seen * math.log(seen / expected) for seen, expected in cells if seen)


def _spelling(forms: Counter[str]) -> str:
    """The commonest way of writing; in lower case where the headlines have it so too."""
    written = sorted(forms.items(), key=lambda pair: (-pair[1], pair[0]))
    commonest = written[0][0]
    return commonest.lower() if commonest.lower() in forms else commonest


BARS = "▁▂▃▄▅▆▇"


def bars(values: Sequence[int]) -> str:
    """A row of bars, a character a value: the lowest for nothing, the highest for the most."""
    most = max(values, default=0)
    top = len(BARS) - 1
    return "".join(BARS[math.ceil(top * value / most) if most else 0] for value in values)
