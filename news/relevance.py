"""How well a found headline answers a question. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from news.query import phrase_runs, term_tokens

IN_TITLE, IN_SUMMARY, BY_BEGINNING = 1.0, 0.5, 0.8
TOGETHER = 0.2
DAYS_TO_HALVE = 14.0
SHARE_OF_AGE = 0.3
"""Of the score: the rest does not age, so that an old headline that answers beats a new one that merely mentions."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A headline as the index has it: title in order, and the words of its summary (both blank-separated tokens)."""

    id: int
    title: str
    rest: str
    sort_at: datetime


def score(
    candidate: Candidate,
    terms: Sequence[str],
    weights: Mapping[str, float],
    now: datetime,
    *,
    beginning: int = 0,
) -> float:
    """Between 0 and about 1.2: the share of the terms' weight that the headline has, words in the title and words
    together counting more, times its youth. With ``beginning`` a term also matches a token that shares as many letters.
    """
    title = candidate.title.split()
    rest = set(candidate.rest.split())
    total = sum(weights.get(term, 1.0) for term in terms) or 1.0
    got, places = 0.0, []
    for term in terms:
        share, place = _match(term_tokens(term), title, rest, beginning)
        got += share * weights.get(term, 1.0)
        if place is not None:
            places.append(place)
    together = len(places) > 1 and max(places) - min(places) < len(places)
    brevity = 1.0 / (1.0 + 0.01 * len(title))
    age_days = max((now - candidate.sort_at).total_seconds(), 0.0) / 86_400
    youth = 1.0 - SHARE_OF_AGE + SHARE_OF_AGE * math.exp2(-age_days / DAYS_TO_HALVE)
    return (got / total + TOGETHER * together) * brevity * youth


def _match(
    tokens: Sequence[str], title: Sequence[str], rest: set[str], beginning: int
) -> tuple[float, int | None]:
    """How well a term is met (0 to 1), and where in the title."""
    for place, word in enumerate(title):
        if word in tokens:
            return IN_TITLE, place
    if not rest.isdisjoint(tokens):
        return IN_SUMMARY, None
    if beginning:
        starts = tuple(short(token, beginning) for token in tokens)
        for place, word in enumerate(title):
            if word.startswith(starts):
                return IN_TITLE * BY_BEGINNING, place
        if any(word.startswith(starts) for word in rest):
            return IN_SUMMARY * BY_BEGINNING, None
    return 0.0, None


def short(token: str, letters: int) -> str:
    """The beginning of a token by which a misfit ending is forgiven: two letters less, between four and ``letters``."""
    return token[: max(4, min(letters, len(token) - 2))]


def has_phrases(candidate: Candidate, phrases: Sequence[tuple[str, ...]]) -> bool:
    """Whether the title has every phrase, its words side by side and in order."""
    padded = f" {candidate.title} "
    return all(any(f" {run} " in padded for run in phrase_runs(phrase)) for phrase in phrases)


def rarity(count: int, total: int) -> float:
    """The weight of a term that ``count`` of ``total`` headlines have (idf, Robertson and Spärck Jones, kept above 0)."""
    return math.log(1.0 + (max(total, count) - count + 0.5) / (count + 0.5))
