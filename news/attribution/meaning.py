"""What a name means where it stands: a place, a language, a person's first name, a cited newspaper."""

from __future__ import annotations

from news.attribution.matching import Span, Text
from news.attribution.paradigms import PLACE_ENDING

PLACES = frozenset({"name", "capital", "city", "region", "district", "village", "landmark", "border"})
ATTRIBUTES = frozenset({"adjective", "demonym"})
PEOPLES_OF_THE_REGION = frozenset({"KZ", "KG", "TJ", "TM", "UZ", "RU"})

Cues = dict[int, tuple[str, ...]]
"""The kinds of cue words at each token."""


def is_other_meaning(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether a name stands for a language, an ethnic group, a cited press or a person."""
    if span.sense.kind == "currency" and _is_surname_like(text, span.start):
        return True
    after, before, here = cues.get(span.end, ()), cues.get(span.start - 1, ()), cues.get(span.start, ())
    if span.sense.kind in ATTRIBUTES:
        return (
            _is_language(text, span, before, after) or "cue-ethnic" in before or _is_cited_press(after, cues)
        )
    if "cue-surname" in here and "cue-first-name" in before:
        return True
    if "cue-first-name" in here and span.end - span.start == 1 and _is_surname(text, span.end, after):
        return True
    return span.sense.kind == "city" and bool(span.sense.place) and _follows_first_name(text, span.start)


def _is_language(text: Text, span: Span, before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Say whether an adjective means a language: "the Russian language", "published in Russian"."""
    return "cue-language" in after or ("cue-language-preposition" in before and _ends_phrase(text, span.end))


def _is_cited_press(after: tuple[str, ...], cues: Cues) -> bool:
    """Say whether "Russian media" stand there only as the ones who report."""
    return "cue-media" in after and any("cue-report" in kinds for kinds in cues.values())


def _follows_first_name(text: Text, at: int) -> bool:
    """Say whether an unknown capitalised word stands before, in the middle of a sentence: Whitney Houston."""
    if at < 2 or text.is_title_case or not text.tokens[at - 2][0].isalnum():
        return False
    before = text.tokens[at - 1]
    return before[0].isupper() and before[1:].islower() and not text.lexicon.hits(before)


def _is_surname_like(text: Text, at: int) -> bool:
    """Say whether a word has a capital that nothing but a surname explains: the painter Konstantin Somov."""
    is_first = at == 0 or not text.tokens[at - 1][0].isalnum()
    return (
        text.tokens[at][0].isupper()
        and text.tokens[at][1:].islower()
        and not (is_first or text.is_title_case)
    )


def _ends_phrase(text: Text, at: int) -> bool:
    return at >= len(text.tokens) or not text.tokens[at][0].isalnum()


def _is_surname(text: Text, at: int, cues: tuple[str, ...]) -> bool:
    if "cue-surname" in cues:
        return True
    if at >= len(text.tokens) or text.is_title_case:
        return False
    token = text.tokens[at]
    return token[0].isupper() and token[1:].islower() and not text.lexicon.hits(token)


def stands_as_place(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether a doubtful name is written where only a place, or a proper name at least, can stand."""
    if span.sense.kind not in PLACES or not text.tokens[span.start][0].isupper() or text.is_upper_case:
        return False
    if "cue-place" in cues.get(span.start - 1, ()):
        return True
    if span.ending and span.form.language != "en" and PLACE_ENDING.fullmatch(span.ending):
        return True
    if span.sense.place:
        return False  # a city of the world list: also a surname too often
    is_first = span.start == 0 or not text.tokens[span.start - 1][0].isalnum()
    if span.sense.kind == "name" and span.form.language == "en":
        return True
    return not (is_first or text.is_title_case)


def stands_for_citizens(text: Text, span: Span, cues: Cues, *, is_alone: bool) -> bool:
    """Say whether the name of a people means a state or its citizens, not an ethnic group abroad or a culture.

    "Өзбек шекарасы" is the border of a state. A people named in Russian or English with no other country beside it is
    taken for citizens; in the Turkic languages the same word is an adjective of dishes and songs. Only peoples that
    live as minorities all over the region need such care.
    """
    if span.sense.kind not in ATTRIBUTES:
        return False
    if span.form.language == "en":
        return text.tokens[span.start][0].isupper() and not text.is_upper_case
    if PEOPLES_OF_THE_REGION.isdisjoint(span.sense.countries):
        return True
    after = cues.get(span.end, ())
    return "cue-civic" in after or "cue-own" in after or (is_alone and span.form.language == "ru")
