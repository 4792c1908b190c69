"""What a name means where it stands: a place, a language, a person's first name, a cited newspaper, a crashed car."""

from __future__ import annotations

import re
from collections.abc import Callable

from news.attribution.lexicon import Doubt
from news.attribution.matching import Span, Text
from news.attribution.paradigms import PLACE_ENDING

PLACES = frozenset({"name", "capital", "city", "region", "district", "village", "landmark", "border"})
PEOPLE = frozenset({"leader", "politician", "person"})
ATTRIBUTES = frozenset({"adjective", "demonym"})
OPENING_MARKS = frozenset("«\"“„'‘")
NOMINATIVE = frozenset({"", "а", "я", "ь", "й"})
FULL_STOPS = frozenset('.!?…«"“-')
SENTENCE_BREAKS = frozenset('.!?…:;|/—–-(«“"')
PEOPLES_OF_THE_REGION = frozenset({"KZ", "KG", "TJ", "TM", "UZ", "RU"})
_SURNAME = re.compile(
    "[а-яёөүңқғәіһұ]{3,}(?:[оеё]в|ин|ын|ск(?:ий|ая)|[оеё]ва|ина|ына)[а-яөүңқғәі]{0,4}$"
    "|[a-z‘’']{3,}(?:ov|ev|ova|eva|skiy|sky)$"
)

Cues = dict[int, tuple[str, ...]]
"""The kinds of cue words at each token."""
Rule = Callable[[Text, Span, Cues], bool]


def is_other_meaning(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether a name gives no country where it stands, by the rules for its kind."""
    for rule in RULES.get(span.form.sense.kind, ()):  # noqa: SIM110 - a generator would cost more than the rules
        if rule(text, span, cues):
            return True
    return False


def is_language(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether an adjective means a language: "the Russian language", "published in Russian", "learn English"."""
    before = cues.get(span.start - 1, ())
    if "cue-language" in cues.get(span.end, ()) or "cue-language-verb" in before:
        return True
    return "cue-language-preposition" in before and _ends_phrase(text, span.end)


def is_ethnic_group(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether a people is named as an ethnic group: "ethnic Kazakhs"; not so "the Kazakhs of China"."""
    del text
    return span.end - span.start == 1 and "cue-ethnic" in cues.get(span.start - 1, ())


def is_cited_press(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether "Russian media" stand there only as the ones who report."""
    del text
    return "cue-media" in cues.get(span.end, ()) and any("cue-report" in kinds for kinds in cues.values())


def is_surname_by_its_capital(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether a word that is written small has a capital: the painter Сомов (som), the deputy Поляков (Poles)."""
    del cues
    if span.form.language == "en" or text.is_title_case or span.start == 0 or span.end - span.start > 1:
        return False
    token, before = text.tokens[span.start], text.tokens[span.start - 1]
    return token[0].isupper() and token[1:].islower() and before not in FULL_STOPS


def is_only_a_vehicle(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether a maker's name is that of a crashed car or a type of aeroplane: "Boeing 737"."""
    if "cue-vehicle" not in cues.get(span.start, ()):
        return False
    after = text.tokens[span.end] if span.end < len(text.tokens) else ""
    return after[:1].isdigit() or any("cue-crash" in kinds for kinds in cues.values())


def is_namesake(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether a surname alone follows an unknown first name: "Нодирбек Каримов" is not the president."""
    del cues
    return span.end - span.start == 1 and _follows_first_name(text, span.start)


def is_first_name(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether a place is a person's first name here: "Jordan Peterson", "Кундуз Жолдубаева"."""
    if span.end - span.start > 1 or span.end >= len(text.tokens):
        return False
    after = text.tokens[span.end]
    if "cue-first-name" in cues.get(span.start, ()):
        if "cue-surname" in cues.get(span.end, ()):
            return True
        if not text.is_title_case and _is_unknown_name(text, after):
            return True
    return (
        span.ending in NOMINATIVE and _is_unknown_name(text, after) and bool(_SURNAME.search(after.lower()))
    )


def is_player(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether a club's name is a person's first name here: "Кайрат Жыргалбек уулу"."""
    del cues
    if span.end - span.start > 1 or span.end >= len(text.tokens):
        return False
    after = text.tokens[span.end]
    return _is_unknown_name(text, after) and (not text.is_title_case or bool(_SURNAME.search(after.lower())))


def is_surname(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether a place is a surname here: "Michael Jordan", "Whitney Houston"."""
    if "cue-surname" in cues.get(span.start, ()) and "cue-first-name" in cues.get(span.start - 1, ()):
        return True
    return span.sense.kind == "city" and bool(span.sense.place) and _follows_first_name(text, span.start)


_PLACE_RULES: tuple[Rule, ...] = (is_first_name, is_surname)
RULES: dict[str, tuple[Rule, ...]] = {
    **dict.fromkeys(PLACES, _PLACE_RULES),
    **dict.fromkeys(PEOPLE, (is_namesake, is_only_a_vehicle)),
    "adjective": (is_language, is_ethnic_group, is_cited_press),
    "demonym": (is_language, is_ethnic_group, is_cited_press, is_surname_by_its_capital),
    "currency": (is_surname_by_its_capital,),
    "company": (is_only_a_vehicle,),
    "club": (is_player,),
}
"""Which rules may refuse a name of a kind; kinds that are not listed are never refused."""


def _follows_first_name(text: Text, at: int) -> bool:
    """Say whether an unknown capitalised word stands before, in the middle of a sentence."""
    if at < 2 or text.is_title_case or _starts(text, at - 1):
        return False
    return _is_unknown_name(text, text.tokens[at - 1])


def _is_unknown_name(text: Text, token: str) -> bool:
    return token[0].isupper() and token[1:].islower() and not text.lexicon.hits(token)


def _starts(text: Text, at: int) -> bool:
    return at == 0 or text.tokens[at - 1] in SENTENCE_BREAKS


def _ends_phrase(text: Text, at: int) -> bool:
    return at >= len(text.tokens) or not text.tokens[at][0].isalnum()


def stands_as_place(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether a doubtful name is written where only a place, or a proper name at least, can stand."""
    if span.sense.kind not in PLACES or not text.tokens[span.start][0].isupper() or text.is_upper_case:
        return False
    if "cue-place" in cues.get(span.start - 1, ()) or _is_home_of_somebody(text, span, cues):
        return True
    if span.ending and span.form.language != "en" and PLACE_ENDING.fullmatch(span.ending):
        return True
    if span.sense.place:
        return False  # a city of the world list: also a surname too often
    if span.sense.kind == "name" and span.form.language == "en" and span.form.doubt is not Doubt.COMMON_WORD:
        return True
    return not (_starts(text, span.start) or text.is_title_case)


def _is_home_of_somebody(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether local people or offices follow: "Gainesville man", "Arlington council"."""
    is_only_word = span.start == 0 or not text.tokens[span.start - 1][0].isupper()
    return is_only_word and span.form.language == "en" and "cue-local" in cues.get(span.end, ())


def stands_as_marked_name(text: Text, span: Span) -> bool:
    """Say whether a doubtful club or firm is marked as a name: «Реал», "Shell"; a club also by its capital alone."""
    if span.start == 0 or span.sense.kind in PLACES or span.sense.kind in PEOPLE:
        return False
    is_marked = text.tokens[span.start - 1] in OPENING_MARKS
    return text.tokens[span.start][0].isupper() and (
        is_marked or (span.sense.kind == "club" and not _starts(text, span.start) and not text.is_title_case)
    )


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
