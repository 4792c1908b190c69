"""Are two headlines about one event? A score with named parts. Pure.

The parts are lexical (stems weighted by rarity, runs of four letters), semantic (sentence vectors, where both headlines
have one) and factual (numbers, places, a denial or a reaction on one side only). They are added up with weights that were
fitted by logistic regression on labelled pairs in Russian and English; above 0 means the same event.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from news.gazetteer import Gazetteer
from news.stances import stances
from news.text import analyse, guess_language, words
from news.vectors import Vector, cosine, unpack

SUMMARY_CHARACTERS = 150
IN_SUMMARY = 0.5
"""How much a word of the summary counts beside one of the title."""

Weight = Callable[[str], float]
"""The rarity of a token."""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a headline is compared by. ``words`` are tokens with their share (1 in the title, less in the summary), or
    after ``weigh`` a bag of unit length; ``length`` is the number of words of the title.
    """

    language: str
    words: Mapping[str, float]
    letters: frozenset[str]
    numbers: frozenset[str]
    places: frozenset[str]
    stances: frozenset[str]
    length: int
    at: datetime | None = None
    vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class Coefficients:
    """What each part adds to the score, per unit of it."""

    bias: float
    words: float
    letters: float
    meaning: float
    length: float
    numbers_shared: float
    numbers_clash: float
    places_shared: float
    places_clash: float
    stance_clash: float = -1.0
    time: float = -0.8


LEXICAL = Coefficients(-2.4, 6.1, 5.5, 0.0, -2.4, 0.5, -0.9, 1.0, -2.0)
COMBINED = Coefficients(-14.9, 2.7, 0.0, 20.5, -2.8, 0.2, -0.8, 0.5, -1.75)
ACROSS = Coefficients(-16.0, 0.0, 0.0, 20.5, -2.8, 0.5, -0.8, 1.0, -1.75)
"""Two languages share neither words nor letters; what is left is meaning, and the facts."""

FULL_LENGTH = 8
"""Words of weight in a headline; posts are longer."""

ROOM = 1.5
CENTRE = 0.5

NEVER = -10.0
"""The score of two headlines that nothing can be said about."""


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
    in_title = analyse(title, known)
    in_summary = analyse(summary[:SUMMARY_CHARACTERS], known) if summary else []
    shares = dict.fromkeys(in_summary, IN_SUMMARY) | dict.fromkeys(in_title, 1.0)
    return Profile(
        language=known,
        words=shares,
        letters=_letter_runs(title),
        numbers=frozenset(word for word in in_title if word.isdecimal()),
        places=frozenset(gazetteer.places(title)),
        stances=stances(title),
        length=len(set(in_title)),
        at=at,
        vector=unpack(vector, known),
    )


def weigh(profile: Profile, weight: Weight) -> Profile:
    """The same profile with its words weighted by rarity and brought to unit length: to be compared with others of its kind."""
    weighted = {word: share * weight(word) for word, share in profile.words.items()}
    length = math.sqrt(sum(value * value for value in weighted.values())) or 1.0
    return replace(profile, words={word: value / length for word, value in weighted.items()})


def parts(one: Profile, other: Profile) -> dict[str, float]:
    """What speaks for (above 0) and against one event, by name; the score is the sum. Both profiles are weighed."""
    meaning = None
    if one.vector is not None and other.vector is not None:
        meaning = cosine(one.vector, other.vector)
    is_same_language = one.language == other.language
    if meaning is None and not is_same_language:
        return {"nothing in common to judge by": NEVER}
    by = LEXICAL if meaning is None else COMBINED if is_same_language else ACROSS
    found = {"needed": by.bias}
    if meaning is not None:
        found["meaning"] = by.meaning * meaning
    if is_same_language:
        found["words"] = by.words * _words_in_common(one.words, other.words)
    if by.letters:
        found["letters"] = by.letters * _dice(one.letters, other.letters)
    found.update(_facts(one, other, by))
    return found


def score(one: Profile, other: Profile) -> float:
    """Above 0: the same event. About the logarithm of the odds."""
    return sum(parts(one, other).values())


def best_story(profile: Profile, stories: Mapping[Key, Sequence[Profile]]) -> Key | None:
    """The story a headline belongs to, by its members' profiles; None when it opens one of its own.

    Among stories that it fits, the one counts with the best fit and the nearest single headline. Equals: the first given.
    """
    best, most = None, -math.inf
    for key, members in stories.items():
        scores = [score(profile, member) for member in members]
        fit = _fit(profile, members, scores)
        if fit > 0 and fit + max(scores) > most:
            best, most = key, fit + max(scores)
    return best


def story_score(profile: Profile, members: Sequence[Profile]) -> float:
    """How well a headline fits a story; above 0 it belongs to it."""
    return _fit(profile, members, [score(profile, member) for member in members])


def _fit(profile: Profile, members: Sequence[Profile], scores: Sequence[float]) -> float:
    """The mean over the members, so that one chance likeness does not chain stories.

    Members of a story that has grown tell it from many sides and are less like each other: less is asked of a headline
    then (``ROOM``, reached with four members), and half of what the mean vector is nearer than the vectors are on average
    is credited.
    """
    room = ROOM * min(len(members) - 1, 3) / 3
    return sum(scores) / len(scores) + room + CENTRE * COMBINED.meaning * _nearer_to_centre(profile, members)


def _nearer_to_centre(profile: Profile, members: Sequence[Profile]) -> float:
    """Cosine to the mean vector of the members, less the mean cosine to them."""
    vectors = [member.vector for member in members if member.vector is not None]
    if profile.vector is None or len(vectors) < 2:
        return 0.0
    centre = sum(vectors) / len(vectors)
    mean = cosine(profile.vector, centre)
    return float(mean / math.sqrt(cosine(centre, centre)) - mean)


def _facts(one: Profile, other: Profile, by: Coefficients) -> Iterable[tuple[str, float]]:
    yield from _agreement("numbers", one.numbers, other.numbers, by.numbers_shared, by.numbers_clash)
    yield from _agreement("places", one.places, other.places, by.places_shared, by.places_clash)
    if (shortest := min(one.length, other.length)) > FULL_LENGTH:
        # The longer two texts are, the more their vectors and words agree whatever they tell.
        yield "length", by.length * min(math.log(shortest / FULL_LENGTH), 1.2)
    if one.at is not None and other.at is not None:
        # The same event is told by everybody within hours; a day later there is a new one about it.
        hours = abs((one.at - other.at).total_seconds()) / 3600
        yield "time", by.time * (math.log1p(hours) - 1.0)
    if one.stances != other.stances:
        yield "one denies or reacts", by.stance_clash


def _agreement(
    name: str, one: frozenset[str], other: frozenset[str], shared: float, clash: float
) -> Iterable[tuple[str, float]]:
    """Silence on either side says nothing."""
    if one and other:
        yield (f"{name} shared", shared) if one & other else (f"{name} differ", clash)


def _words_in_common(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Cosine of two bags of unit length."""
    return sum(value * other[word] for word, value in one.items() if word in other)


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


@lru_cache(maxsize=20_000)
def _letter_runs(title: str) -> frozenset[str]:
    """The runs of four letters of each word, borders included."""
    return frozenset(
        padded[start : start + 4]
        for word in words(title)
        for padded in (f" {word.folded} ",)
        for start in range(max(1, len(padded) - 3))
    )
