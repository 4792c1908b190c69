"""Light stemmers for languages that have none: strip grammatical endings while a stem remains.

Each table lists endings as patterns over the spelling that ``analysis`` compares (Kazakh and Uzbek in plain Latin). One
pass strips the longest ending that matches; Turkic words carry several (plural, possession, case), so passes repeat.
Four letters stay of a word, five after a second pass: shorter stems meet other words too often. Short roots ("газ-ды",
"жол-дор-го") are found apart, by what may follow them as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SHORTEST, SHORTEST_AGAIN = 4, 5
"""Letters that stay after the first ending and after each further one."""


@dataclass(frozen=True, slots=True)
class Stripper:
    """Endings of one language; at most ``passes`` are stripped. ``roots`` tells what may follow roots of so many letters."""

    endings: re.Pattern[str]
    roots: tuple[tuple[int, re.Pattern[str]], ...]
    vowels: frozenset[str]
    passes: int = 4
    finals: tuple[tuple[str, str], ...] = ()

    def stem(self, word: str) -> str:
        """The word without its endings; a voiced last consonant ("көмег-і") becomes the voiceless one ("көмек")."""
        stem = self._root(word) or self._stripped(word)
        for voiced, voiceless in self.finals:
            if stem.endswith(voiced):
                return stem[: -len(voiced)] + voiceless
        return stem

    def _root(self, word: str) -> str | None:
        """The short root that all the rest of the word is an inflection of."""
        for length, inflections in self.roots:
            if inflections.fullmatch(word, length) and not self.vowels.isdisjoint(word[:length]):
                return word[:length]
        return None

    def _stripped(self, word: str) -> str:
        shortest = SHORTEST
        for _ in range(self.passes):
            match = self.endings.search(word, shortest)
            if match is None or self.vowels.isdisjoint(word[: match.start()]):
                break
            word, shortest = word[: match.start()], SHORTEST_AGAIN
        return word


def _stripper(
    endings: str,
    plural: str,
    case: str,
    owned: str,
    vowels: str,
    *,
    link: str,
    finals: str = "",
    passes: int = 4,
) -> Stripper:
    """Endings and cases are blank-separated patterns; ``link`` joins possession (``owned``) to a vowel."""
    noun = f"(?:{plural})?(?:{'|'.join(case.split())})|{plural}"
    pairs = (pair.partition(">") for pair in finals.split())
    return Stripper(
        # Searching from the left finds the longest ending, because it starts earliest.
        re.compile(f"(?:{'|'.join(endings.split())})$"),
        (
            # One letter more says too little after three.
            (3, re.compile(f"{noun}|(?:{plural}|{link})(?:{owned})")),
            (4, re.compile(f"{noun}|(?:{plural}|{link})?(?:{owned})")),
        ),
        frozenset(vowels),
        passes,
        tuple((voiced, voiceless) for voiced, _, voiceless in pairs),
    )


def _harmonise(endings: str, sounds: dict[str, str]) -> str:
    """Capital letters stand for the sounds that vowel harmony swaps."""
    for capital, letters in sounds.items():
        endings = endings.replace(capital, f"[{letters}]")
    return endings


_KAZAKH = _harmonise(
    # plural, possession, case
    "LAr (?:y|i) (?:(?<=[aeou])|(?<=shy)|(?<=shi))s(?:y|i) (?:y|i)?m(?:y|i)z (?:y|i)?N(?:y|i)z n(?:y|i)n d(?:y|i)n t(?:y|i)n n(?:y|i) d(?:y|i) t(?:y|i) "
    "GA nA A DA DAn nAn (?:m|b|p)en(?:en)? ndA nda n (?:y|i)m "
    "DAGy DAGi ndAGy ndAGi n(?:y|i)k(?:i) d(?:y|i)ki t(?:y|i)ki DAi LAi "
    # words made of words
    "LyG LiG LyQ LiQ LyK LiK LyGy LiGi sh(?:y|i) s(?:y|i)z DA[sG] Geri Gary L(?:y|i) "
    # verbs
    "(?:y|i)p D(?:y|i)m GAn GAnDAr mAQ mAK mek mAi mA (?:y|i)l(?:a|e)?(?:d[yi])? (?:u|uge|udi|udy|uda|ude|udan|uden) "
    "[ae]di [ae]dy idi D(?:y|i) D(?:y|i)r sA s(?:y|i)n GAndA (?:y|i)n[ae]di t(?:y|i)n (?:ui|uy) uy "
    "DAst(?:y|i)r",
    {"A": "ae", "L": "ldt", "D": "dt", "G": "gqk", "Q": "qg", "K": "kg", "N": "n"},
)
_KYRGYZ = _harmonise(
    "LAр Iм Iң IбIз IңIз IңIздAр сI I нIн DIн TIн НIн нI DI TI ГA нA A DA TA нDA DAн TAн нAн "
    "DAГI TAГI нDAГI нIкI DIкI TIкI LAш LAн LA LIк LIГ LIк Lүү LIГI чI сIз LUU UU UУ "
    "Iп ГAн мAк бAй бA мA Iл Iш Iн ГIз тIр DIр ууDA ууГA өөнү ооону уунун үүнүн "
    "өөдө өөгө оодо оого ууну үүнү оону AмIн AсIң AбIз Aт DIм DIк сAм ГыDAй DAй",
    {
        "A": "аеоө",
        "I": "ыиуү",
        "L": "лдт",
        "D": "дт",
        "T": "дт",
        "Г": "гк",
        "Н": "ндт",
        "U": "уүоө",
        "У": "уү",
    },
)
_UZBEK = (
    "lar i si im ng ing miz imiz ngiz ingiz ning ni ga (?<=k)ka (?<=q)qa da dan dagi tagi gacha dek day niki siz li lik lig ligi ligidan ligining ligida chi cha "
    "lari larni larning lariga larida laridan u "
    "di gan kan qan moqda yapti adi ydi ib ish sh il ildi ilgan ilmoqda lan lash lashtir lashtirish lanish "
    "moq may mas ma sa sin diki gani ganda uvchi vchi uv tir dir in ma mi asi yotgan ayotgan"
)
_TURKMEN = (
    "lar ler y i u sy si yny ini nyng ning yng ing yn in nyn nin ny ni na ne a e da de dan den ndan nden nda nde "
    "daky daki laryn lerin lary leri ym im lyk lik luk chy chi syz siz ly li dy di dyr dir an en yan yen yar yer "
    "mak mek yp ip up jak jek ady edi nyn ynda inde yndan inden"
)
_TAJIK = "ҳо ҳои ҳоро ҳоям он они ону он[рм]о ро и ӣ ӣи ам ат аш амон атон ашон е гӣ гон гони вӣ тар тарин аи яи ю у"


STRIPPERS = {
    "kk": _stripper(
        _KAZAKH,
        "[ldt][ae]r",
        "[ndt][yi]n [gqk][ae] [ndt][yi] [dt][ae] [dtn][ae]n [pmb]en",
        "[yi](?:n|n[yi]n|n[dt][ae]|n[ae]n|n[ae])?",
        "aeiouy",
        link="s",
        finals="g>k q>k b>p",
    ),
    "ky": _stripper(
        _KYRGYZ,
        "[лдт][аеоө]р",
        "[ндт][ыиуү]н [дт][аеоө]н [дт][аеоө] [гк][аеоө] [ндт][ыиуү]",
        "[ыиуү](?:н|н[ыиуү]н|нд[аеоө]|н[аеоө]н|н[аеоө])?",
        "аеёиоөуүыэюя",
        link="с",
        finals="г>к б>п",
    ),
    "uz": _stripper(
        _UZBEK,
        "lar",
        "ning ni ga (?<=k)ka (?<=q)qa da dan",
        "i(?:ning|ni|ga|da|dan)?",
        "aeiou",
        link="s",
        finals="g>k q>k b>p",
    ),
    "tk": _stripper(
        _TURKMEN,
        "l[ae]r",
        "yn in ny ni nyn nin da de dan den a e",
        "[yi](?:n[yi]|nd[ae]|nd[ae]n|n[ae]|n[yi]n)?",
        "aeiouy",
        link="s",
        finals="g>k b>p d>t j>ch",
    ),
    "tg": _stripper(_TAJIK, "ҳо", "и ро ю", "аш(?:он)?(?:ро)?", "аеёиӣоуӯэюя", link="я", passes=3),
}


def strip(language: str, word: str) -> str:
    """The stem of a folded word in one of the languages of ``STRIPPERS``."""
    return STRIPPERS[language].stem(word)
