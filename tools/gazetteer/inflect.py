"""From a dictionary form to stems and paradigms: which endings a word may take."""

from __future__ import annotations

import re
from dataclasses import dataclass

from news.attribution.folding import fold, tokenise

ADJECTIVAL = frozenset({"adjective", "demonym"})
PEOPLE = frozenset({"person", "leader", "politician"})
SETTLEMENTS = frozenset({"city", "capital", "village", "district"})
ANY_LANGUAGE = "*"

_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_TURKIC_CYRILLIC = ("kk", "ky", "uc")
_OWN_PARADIGM = {
    "kk": "kk",
    "ky": "ky",
    "uz-cyrl": "uc",
    "uz": "ul",
    "tg": "tg",
    "tk": "tk",
    "tr": "tr",
    "kk-latn": "kl",
}

NATIVE_WORDS = frozenset({"киргиз"})
"""Russian names of peoples that are other words in a Turkic language: ky "киргиз-" is "bring in"."""
SHORTEST_BORROWED = 5
"""Shorter Russian names of towns take no Turkic endings: Кали (Colombia) + нин is a surname."""
HOMES = frozenset({"name", "region", "city", "capital"})
_FROM_THERE = {"kk": ("kd",), "ky": ("yd",), "uz-cyrl": ("ud",), "uz": ("vd",), "ru": ("kd", "yd", "ud")}

_VOWELS = "аеиоуыэюя"


@dataclass(frozen=True, slots=True)
class WordSpec:
    """One word of a form: what it starts with, what may follow, and how it must be written."""

    stem: str
    codes: tuple[str, ...]
    exact: str = ""
    capital: bool = False

    def text(self, *, is_anchor: bool = False) -> str:
        """Return the word as the data file writes it; the anchor is found by its stem and need not repeat it."""
        codes = "+".join(self.codes)
        if self.exact:
            return f"{'_' * is_anchor}={self.exact}/{codes}"
        return f"{'_' * is_anchor}{'^' * self.capital}{'' if is_anchor else self.stem}/{codes}"


def russian_stem(word: str, kind: str) -> tuple[str, str]:
    """Return (stem, paradigm) of a folded Russian dictionary form."""
    if word[-1] == "а" and word[-2:-1] in _VOWELS:
        return word, "r0"  # Самоа, Никарагуа
    for ending, paradigm, kinds in _RUSSIAN_SHAPES:
        if word.endswith(ending) and len(word) > len(ending) + 1 and (kinds is None or kind in kinds):
            chosen = _WITH_PLURAL.get(paradigm, paradigm) if kind.startswith("cue-") else paradigm
            cut = _STEM_CUT.get(chosen, 0)
            return (word[: len(word) - cut] if cut else word), chosen
    if word[-1] in _VOWELS:
        return word, "r0"
    if kind == "demonym" or kind.startswith("cue-"):
        return word, "rp"
    return word, "rs" if kind in PEOPLE else "rc"


_STEM_CUT = {
    "ra": 2,
    "rf": 1,
    "rg": 1,
    "ri": 1,
    "rh": 1,
    "rm": 1,
    "rj": 1,
    "rl": 1,
    "ro": 1,
    "re": 2,
    "rn": 2,
    "rk": 2,
    "rt": 2,
}
_WITH_PLURAL = {"rf": "rg", "ri": "rh"}
_NOT_PLACES = frozenset(
    {
        "name",
        "region",
        "demonym",
        "team",
        "currency",
        "armed-group",
        "organisation",
        "region-name",
        "club",
        "landmark",
        "blocker",
    }
)
_DEMONYM = frozenset({"demonym"})
_RUSSIAN_SHAPES: tuple[tuple[str, str, frozenset[str] | None], ...] = (
    ("ый", "ra", None),
    ("ий", "ra", None),
    ("ой", "ra", None),
    ("ая", "ra", None),
    ("яя", "ra", None),
    ("ое", "ra", None),
    ("ее", "ra", None),
    ("ые", "ra", None),
    ("ие", "ra", None),
    ("ец", "re", None),
    ("анин", "rn", _DEMONYM),
    ("янин", "rn", _DEMONYM),
    ("ка", "rk", _DEMONYM),
    ("ок", "rt", _DEMONYM),
    ("ово", "ro", None),
    ("ево", "ro", None),
    ("ино", "ro", None),
    ("ия", "ri", None),
    ("я", "ri", None),
    ("а", "rf", None),
    ("ь", "rm", None),
    ("й", "rj", None),
    ("ы", "rl", _NOT_PLACES),
    ("и", "rl", _NOT_PLACES),
)


def word_specs(word: str, language: str, kind: str, *, quoted: bool) -> list[WordSpec]:
    """Return every way in which one word of a form may be met in a text.

    A word in quotation marks or in capitals only is matched as written, before endings of its language.
    """
    folded = fold(word)
    is_exact = quoted or (word.isupper() and len(word) > 1)
    if is_exact:
        return [WordSpec(folded, _exact_codes(word, language), exact=word)]
    capital = word[:1].isupper() and not (kind in ADJECTIVAL and language not in ("en", ANY_LANGUAGE))
    stems: dict[str, list[str]] = {}
    if not folded[-1:].isalpha():
        stems[folded] = ["-"]
    elif _CYRILLIC.search(folded):
        _cyrillic(stems, folded, language, kind)
    else:
        _latin(stems, folded, language, kind)
    specs = [WordSpec(stem, tuple(dict.fromkeys(codes)), capital=capital) for stem, codes in stems.items()]
    if capital and kind in HOMES and language in _FROM_THERE:
        specs.append(WordSpec(folded, _FROM_THERE[language]))
    return specs


def _exact_codes(word: str, language: str) -> tuple[str, ...]:
    if not _CYRILLIC.search(word):
        return ("e0",) if language == "en" else ("e0", _OWN_PARADIGM.get(language, "ul"))
    if language in ("ru", ANY_LANGUAGE):
        return ("rc", *_TURKIC_CYRILLIC)
    return (_OWN_PARADIGM.get(language, "-"),)


def _cyrillic(stems: dict[str, list[str]], folded: str, language: str, kind: str) -> None:
    if language not in ("ru", ANY_LANGUAGE):
        stems.setdefault(folded, []).append(_OWN_PARADIGM.get(language, "-"))
        return
    stem, paradigm = russian_stem(folded, "city" if language == ANY_LANGUAGE else kind)
    if kind in SETTLEMENTS and paradigm == "rl":
        stem, paradigm = folded, "r0"
    stems.setdefault(stem, []).append(paradigm)
    if kind in SETTLEMENTS and len(folded) < SHORTEST_BORROWED:
        return
    if kind not in ADJECTIVAL or (paradigm == "rp" and folded not in NATIVE_WORDS):
        stems.setdefault(folded, []).extend(_TURKIC_CYRILLIC)
    elif folded.endswith("ский") and len(folded) > 8:
        # Kazakh and Kyrgyz make "from there" of the Russian stem: американский, американдық, американдык.
        stems.setdefault(folded.removesuffix("ский"), []).extend(("kd", "yd", "ud"))


def _latin(stems: dict[str, list[str]], folded: str, language: str, kind: str) -> None:
    if language in ("en", "ru", ANY_LANGUAGE):
        plural = kind == "demonym" and not folded.endswith(("s", "ese", "ch", "sh"))
        stems.setdefault(folded, []).append("e" if plural else "e0")
        if kind not in ADJECTIVAL and (
            language != "en" or kind in PEOPLE or kind in ("company", "club", "abbreviation")
        ):
            stems[folded].append("ul")
        return
    stems.setdefault(folded, []).extend(("e0", _OWN_PARADIGM.get(language, "ul")))


def split_form(form: str) -> list[str]:
    """Return the words of a form the way a text would be split, without punctuation; a flag is a word."""
    return [token for token in tokenise(form) if token[0].isalnum() or len(token) > 1]
