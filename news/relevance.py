"""How well a found headline answers a question. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from news.query import phrase_runs, term_tokens

IN_TITLE, IN_SUMMARY, BY_BEGINNING = 1.0, 0.5, 0.8
TOGETHER = 0.2
_SHORTEST_BEGINNING = 4
DAYS_TO_HALVE = 14.0
SHARE_OF_AGE = 0.3
"""Of the score: the rest does not age, so that an old headline that answers beats a new one that merely mentions."""


class Candidate(NamedTuple):
    """A headline as the index has it: blank-separated tokens of the title in order and of the rest, its minute (since 1970)."""

    id: int
    title: str
    rest: str
    minute: int


class Scoring:
    """A question prepared for scoring a hundred candidates."""

    def __init__(
        self, terms: Sequence[str], weights: Mapping[str, float], now: datetime, beginning: int = 0
    ) -> None:
        """With ``beginning`` a term also matches a token that begins with as many of the same letters."""
        tokens = [term_tokens(term) for term in terms]
        total = sum(weights.get(term, 1.0) for term in terms) or 1.0
        self._terms = [
            (frozenset(some), beginnings(some, beginning), weights.get(term, 1.0) / total)
            for term, some in zip(terms, tokens, strict=True)
        ]
        self._beginning = beginning
        self._minute = now.timestamp() / 60

    def score(self, candidate: Candidate) -> float:
        """Between 0 and about 1.2: the share of the terms' weight that the headline has, words in the title and words
        together counting more, times its youth.
        """
        title = candidate.title.split()
        got, places = 0.0, []
        for tokens, starts, weight in self._terms:
            if found := tokens.intersection(title):
                got += IN_TITLE * weight
                places.append(min(map(title.index, found)))
                continue
            share, place = self._match_elsewhere(tokens, starts, title, candidate.rest.split())
            got += share * weight
            if place >= 0:
                places.append(place)
        if len(places) > 1 and max(places) - min(places) < len(places):
            got += TOGETHER
        age_days = max(self._minute - candidate.minute, 0.0) / 1440
        youth = 1.0 - SHARE_OF_AGE + SHARE_OF_AGE * math.exp2(-age_days / DAYS_TO_HALVE)
        return got * youth / (1.0 + 0.01 * len(title))

    def _match_elsewhere(
        self, tokens: frozenset[str], starts: tuple[str, ...], title: Sequence[str], rest: Sequence[str]
    ) -> tuple[float, int]:
        """How well a term is met that the title has not (0 to 1), and where in the title by its beginning (-1: not there)."""
        if not tokens.isdisjoint(rest):
            return IN_SUMMARY, -1
        if self._beginning:
            for place, word in enumerate(title):
                if word.startswith(starts):
                    return IN_TITLE * BY_BEGINNING, place
            if any(word.startswith(starts) for word in rest):
                return IN_SUMMARY * BY_BEGINNING, -1
        return 0.0, -1


def beginnings(tokens: Iterable[str], letters: int) -> tuple[str, ...]:
    """By which misfit endings are forgiven: two letters less than the token, between four and ``letters``.

    Shorter tokens have none: too many words begin like them.
    """
    return tuple(
        token[: max(_SHORTEST_BEGINNING, min(letters, len(token) - 2))]
        for token in tokens
        if len(token) >= _SHORTEST_BEGINNING
    )


def has_phrases(candidate: Candidate, phrases: Sequence[tuple[str, ...]]) -> bool:
    """Whether the title has every phrase, its words side by side and in order."""
    padded = f" {candidate.title} "
    return all(any(f" {run} " in padded for run in phrase_runs(phrase)) for phrase in phrases)


def rarity(count: int, total: int) -> float:
    """The weight of a term that ``count`` of ``total`` headlines have (idf, Robertson and Spärck Jones, kept above 0)."""
    return math.log(1.0 + (max(total, count) - count + 0.5) / (count + 0.5))
