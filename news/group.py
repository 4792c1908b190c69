"""Are two headlines about one event? A score with named parts. Pure.

The parts are lexical (stems weighted by rarity, runs of four letters), semantic (sentence vectors, where both headlines
have one) and factual (numbers, places, countries, time, other powers of a state, a denial, a reaction, an explanation or a
reversal on one side only). They are added up with weights that were
fitted by logistic regression on labelled pairs in Russian and English; above 0 means the same event.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TypeVar

from news.gazetteer import Gazetteer
from news.stances import actors, stances
from news.text import analyse, guess_language, spelled_tokens
from news.vectors import Vector, cosine, unpack

SUMMARY_CHARACTERS = 150
IN_SUMMARY = 0.5
"""How much a word of the summary counts beside one of the title."""

Weight = Callable[[str], float]
"""The rarity of a token."""

Key = TypeVar("Key")


class Named:
    """What a title names; looked up when somebody asks, because it takes as long as all the rest of a profile."""

    def __init__(self, gazetteer: Gazetteer, title: str) -> None:
        self._gazetteer = gazetteer
        self._title = title

    @cached_property
    def _found(self) -> tuple[frozenset[str], frozenset[str]]:
        places, countries = self._gazetteer.named(self._title)
        return frozenset(places), frozenset(countries)

    @property
    def places(self) -> frozenset[str]:
        """Ids of cities, regions and persons."""
        return self._found[0]

    @property
    def countries(self) -> frozenset[str]:
        """Codes."""
        return self._found[1]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a headline is compared by. ``words`` are tokens with their share (1 in the title, less in the summary), or
    after ``weigh`` a bag of unit length; ``spelling`` has the runs of four letters of each token of the title, and ``weigh``
    makes the bag ``letters`` of them.
    """

    language: str
    words: Mapping[str, float]
    spelling: Mapping[str, tuple[str, ...]]
    numbers: frozenset[str]
    named: Named
    stances: frozenset[str]
    actors: frozenset[str]
    at: datetime | None = None
    vector: Vector | None = None
    letters: Mapping[str, float] = field(default_factory=dict)


Signal = Callable[[Profile, Profile], float]
Coefficients = Mapping[str, float]
"""What each part adds to the score, per unit of it. ``benchmarks/story_weights.py`` fits them."""

LEXICAL: Coefficients = {
    "needed": -2.2,
    "words": 5.2,
    "letters": 6.3,
    "numbers differ": -0.5,
    "places shared": 1.1,
    "places differ": -0.7,
    "other countries": -1.5,
    "other actors": -2.0,
    "time": -1.1,
    "a denial": -0.9,
    "a reaction": -1.1,
    "an explanation": -1.5,
    "a reversal": -0.4,
}
COMBINED: Coefficients = {
    "needed": -14.3,
    "meaning": 18.9,
    "words": 1.8,
    "letters": 1.6,
    "numbers differ": -0.6,
    "places shared": 0.7,
    "places differ": -0.6,
    "other countries": -0.9,
    "other actors": -2.5,
    "time": -1.0,
    "a denial": -1.1,
    "a reaction": -1.3,
    "an explanation": -1.6,
    "a reversal": -0.6,
}
ACROSS: Coefficients = {
    **COMBINED,
    "needed": -14.6,
    "words": 0.0,
    "letters": 0.0,
    "a reversal": 0.0,
    "two families": 0.5,
}
"""Two languages share neither words nor letters; what is left is meaning, and the facts. What tells of a reversal is not known equally well in all."""
TURKIC = frozenset({"az", "ba", "kaa", "kk", "ky", "tk", "tr", "tt", "ug", "uz"})
"""Vectors of one sentence are nearer in two of these, or in two others, than in one of each."""

LIKEST = 4
"""Members of a story that a headline is measured by: a story that has grown tells of many sides of the event."""
SHARE_OF_BEST = 0.7
"""The likest member counts so much, the mean of the likest few the rest: a new side of a story has few neighbours in it,
and one chance likeness is not enough."""
ONE_STORY = 0.75
"""Two stories that one headline fits are one when their own members fit each other by this much (a digest fits every story
that it tells): merging moves ids, and what is joined wrongly attracts more."""
ESTABLISHED = 3
"""Members that a story needs to be merged: one or two headlines have not shown yet what they are about."""
TIME_UNKNOWN = -0.4
"""Less than an hour apart: what comes without a time is mostly judged within a day's news."""

HOPELESS = -4.0
"""Scores below are all the same: two other events. Nothing can be said of two languages without vectors either."""


def make_profile(
    gazetteer: Gazetteer,
    title: str,
    summary: str = "",
    language: str | None = None,
    *,
    at: datetime | None = None,
    vector: bytes | None = None,
) -> Profile:
    """All that a comparison needs; ``vector`` as it is stored."""
    known = language or guess_language(title)
    told = _told(gazetteer, title, summary[:SUMMARY_CHARACTERS], known)
    return replace(told, at=at, vector=unpack(vector, known))


@lru_cache(maxsize=4_096)
def _told(gazetteer: Gazetteer, title: str, summary: str, language: str) -> Profile:
    """What the words say. The headlines of the hour are compared again and again."""
    spelling = {token: _runs(word) for word, token in dict.fromkeys(spelled_tokens(title, language))}
    in_summary = analyse(summary, language) if summary else []
    return Profile(
        language=language,
        words=dict.fromkeys(in_summary, IN_SUMMARY) | dict.fromkeys(spelling, 1.0),
        spelling=spelling,
        numbers=frozenset(filter(str.isdecimal, spelling)),
        named=Named(gazetteer, title),
        stances=stances(title),
        actors=actors(title),
    )


def weigh(profile: Profile, weight: Weight) -> Profile:
    """The same profile with its words weighted by rarity and brought to unit length: to be compared with others of its kind."""
    letters: dict[str, float] = {}
    for word, runs in profile.spelling.items():
        rare = weight(word)
        for run in runs:
            letters[run] = letters.get(run, 0.0) + rare
    words = {word: share * weight(word) for word, share in profile.words.items()}
    return replace(profile, words=_unit(words), letters=_unit(letters))


def _unit(bag: Mapping[str, float]) -> Mapping[str, float]:
    length = math.sqrt(sum([value * value for value in bag.values()])) or 1.0
    return {key: value / length for key, value in bag.items()}


def parts(one: Profile, other: Profile) -> dict[str, float]:
    """What speaks for (above 0) and against one event, by name; the score is the sum. Both profiles are weighed."""
    by = _coefficients(one, other)
    if by is None:
        return {"nothing in common to judge by": HOPELESS}
    values = ((name, weight * SIGNALS[name](one, other)) for name, weight in by.items() if weight)
    return {name: value for name, value in values if value}


def _coefficients(one: Profile, other: Profile) -> Coefficients | None:
    """Those for what is known of both; None when there is nothing to compare."""
    have_meaning = one.vector is not None and other.vector is not None
    if one.language == other.language:
        return COMBINED if have_meaning else LEXICAL
    return ACROSS if have_meaning else None


def score(one: Profile, other: Profile) -> float:
    """Above 0: the same event. About the logarithm of the odds, but never below ``HOPELESS``."""
    by = _coefficients(one, other)
    return HOPELESS if by is None else max(_unnamed(one, other, by) + _of_names(one, other, by), HOPELESS)


def is_above(one: Profile, other: Profile, least: float) -> bool:
    """Whether the score is above ``least`` (``HOPELESS`` or more); names are looked up only where they decide it."""
    by = _coefficients(one, other)
    if by is None:
        return False
    unnamed = _unnamed(one, other, by)
    # Names cannot lift it over the mark, or cannot pull it under.
    if (
        unnamed + by["places shared"] <= least
        or unnamed + by["places differ"] + by["other countries"] > least
    ):
        return unnamed > least
    return unnamed + _of_names(one, other, by) > least


def _unnamed(one: Profile, other: Profile, by: Coefficients) -> float:
    """The sum of all parts but those of names, which take as long as the rest together."""
    return sum([weight * SIGNALS[name](one, other) for name, weight in by.items() if name not in _NAMED])


def _of_names(one: Profile, other: Profile, by: Coefficients) -> float:
    if not one.named.places and not one.named.countries:
        return 0.0  # whatever the other one names
    return sum([by[name] * SIGNALS[name](one, other) for name in _NAMED])


def _likest(profile: Profile, members: Sequence[Profile]) -> list[float]:
    """The scores of the few members that are likest, best first. Names are looked up only where that can change them."""
    possible = []
    found: list[float] = []
    for member in members:
        by = _coefficients(profile, member)
        if by is None:
            found.append(HOPELESS)
        else:
            possible.append((_unnamed(profile, member, by), by, member))
    possible.sort(key=lambda one: -one[0] - one[1]["places shared"])
    for unnamed, by, member in possible:
        if len(found) >= LIKEST and found[LIKEST - 1] >= unnamed + by["places shared"]:
            break
        found.append(max(unnamed + _of_names(profile, member, by), HOPELESS))
        found.sort(reverse=True)
    return found[:LIKEST]


def fitting_stories(profile: Profile, stories: Mapping[Key, Sequence[Profile]]) -> list[Key]:
    """The stories that a headline fits, the one it belongs to first.

    The order is that of the fit and the nearest single headline together. Equals: as they are given.
    """
    found = []
    for key, members in stories.items():
        likest = _likest(profile, members)
        if (fit := _fit(likest)) > 0:
            found.append((fit + likest[0], key))
    return [key for _, key in sorted(found, key=lambda one: -one[0])]


def story_score(profile: Profile, members: Sequence[Profile]) -> float:
    """How well a headline fits a story; above 0 it belongs to it."""
    return _fit(_likest(profile, members))


def are_one(one: Sequence[Profile], other: Sequence[Profile]) -> bool:
    """Whether two stories that a headline fits are one and the same."""
    return min(len(one), len(other)) >= ESTABLISHED and stories_score(one, other) > ONE_STORY


def stories_score(one: Sequence[Profile], other: Sequence[Profile]) -> float:
    """How well two stories fit each other: the mean over the members of both, each in the other story."""
    table = [[score(profile, member) for member in other] for profile in one]
    sides = (table, list(zip(*table, strict=True)))
    return sum(sum(map(_fit, rows)) / len(rows) for rows in sides) / 2


def _fit(scores: Sequence[float]) -> float:
    likest = sorted(scores, reverse=True)[:LIKEST]
    return SHARE_OF_BEST * likest[0] + (1.0 - SHARE_OF_BEST) * sum(likest) / len(likest)


def _in_common(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Cosine of two bags of unit length."""
    # Exact, because a set has no order and sums of fractions depend on it.
    return math.fsum([one[key] * other[key] for key in one.keys() & other.keys()])


def _hours_apart(one: Profile, other: Profile) -> float:
    """The same event is told by everybody within hours; a day later there is a new one about it."""
    if one.at is None or other.at is None:
        return TIME_UNKNOWN
    hours = abs((one.at - other.at).total_seconds()) / 3600
    if _is_date(one.at) or _is_date(other.at):
        hours = max(0.0, hours - 24.0)
    return math.log1p(hours) - 1.0


def _is_date(at: datetime) -> bool:
    """Midnight to the microsecond is a date whose hour nobody knows."""
    return at.hour == at.minute == at.second == at.microsecond == 0


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return float(not one.isdisjoint(other))


def _differ(one: frozenset[str], other: frozenset[str]) -> float:
    """Silence on either side says nothing."""
    return float(bool(one) and bool(other) and one.isdisjoint(other))


def _unlike(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of what both name that only one of them names."""
    return 1.0 - len(one & other) / len(one | other) if one and other else 0.0


def _on_one_side(stance: str) -> Signal:
    return lambda one, other: float((stance in one.stances) != (stance in other.stances))


SIGNALS: Mapping[str, Signal] = {
    "needed": lambda *_: 1.0,
    "meaning": lambda one, other: cosine(one.vector, other.vector),
    "words": lambda one, other: _in_common(one.words, other.words),
    "letters": lambda one, other: _in_common(one.letters, other.letters),
    "two families": lambda one, other: float((one.language in TURKIC) != (other.language in TURKIC)),
    "numbers differ": lambda one, other: _differ(one.numbers, other.numbers),
    "places shared": lambda one, other: _shared(one.named.places, other.named.places),
    "places differ": lambda one, other: _differ(one.named.places, other.named.places),
    "other countries": lambda one, other: _unlike(one.named.countries, other.named.countries),
    "other actors": lambda one, other: _differ(one.actors, other.actors),
    "time": _hours_apart,
    "a denial": _on_one_side("denial"),
    "a reaction": _on_one_side("reaction"),
    "an explanation": _on_one_side("explanation"),
    "a reversal": _on_one_side("reversal"),
}
"""What can be said of two profiles that are weighed; mostly between 0 and 1."""
_NAMED = ("places shared", "places differ", "other countries")


@lru_cache(maxsize=16_384)
def _runs(word: str) -> tuple[str, ...]:
    """The runs of four letters of a word, its borders included."""
    padded = f" {word} "
    return tuple(dict.fromkeys(padded[start : start + 4] for start in range(max(1, len(padded) - 3))))
