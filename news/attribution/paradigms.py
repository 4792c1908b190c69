"""Endings that a word may take, by language and shape.

A dictionary word is kept as a stem and the names of its paradigms. A word of a text matches when it is the stem and an
ending of one of the paradigms. The tables are school grammar: Russian declension; the chains "derivation, plural,
possessive, case" of the Turkic languages; ezafe and object markers of Tajik.
"""

from __future__ import annotations

import re
from functools import cache

_RUSSIAN = {
    "r0": "",
    "ra": "ий|ый|ой|ого|его|ому|ему|им|ым|ом|ем|ая|яя|ую|юю|ою|ею|ей|ое|ее|ие|ые|их|ых|ими|ыми|о",
    "rc": "|а|у|ом|ем|е",  # Казахстан
    "rp": "|а|у|ом|ем|е|ы|и|ов|ам|ами|ах",  # узбек, казах
    "rs": "|а|у|ым|ом|е|ой|ы|ых|ыми",  # Токаев, Мирзиёева
    "rf": "а|ы|и|е|у|ой|ей|ою",  # Москва
    "rg": "а|ы|и|е|у|ой|ей|ою||ам|ами|ах",  # школа
    "ri": "я|и|ю|ей|е",  # Россия
    "rh": "я|и|ю|ей|е|й|ям|ями|ях",  # пенсия
    "rm": "ь|я|ю|ем|е|и|ью|ей|ям|ями|ях",  # Кремль, Казань
    "rj": "й|я|ю|ем|е|и|ев|ям|ями|ях",  # Китай
    "rl": "ы|и||ов|ей|ам|ями|ами|ах|ях",  # Филиппины
    "ro": "о|а|у|ом|е",  # Косово
    "re": "ец|ца|цу|цем|цом|це|цы|цев|цов|цам|цами|цах",  # казахстанец
    "rn": "ин|ина|ину|ином|ине|е||ам|ами|ах",  # россиянин
    "rk": "ка|ки|ке|ку|кой|ок|ек|кам|ками|ках",  # россиянка
    "rt": "ок|ка|ку|ком|ке|ки|ков|кам|ками|ках",  # турок
}
_LATIN = {
    "e": "|'s|s|s's",
    "e0": "|'s",
}


def _chain(*links: str) -> str:
    """Return the pattern of endings that follow each other, each of which may be missing."""
    return "".join(f"(?:{link})?" for link in links)


_TURKIC = {  # derivation ("from"), plural, possessive, case
    "kk": _chain(
        "[лдт][ыі][қк](?:т[ыі])?",
        "[лдт][ае]р",
        "ымыз|іміз|мыз|міз|[ыі][мң][ае]?|с?[ыі]",
        "[ндт][ыі]ң|[ғгқк][ае]|н[ае]|[ндт][ыі]|н|н?[дт][ае](?:н|ғы|гі)?|н[ае]н|[тд][ае]ғы|н?[дт]ағы|н?[дт]егі"
        "|[мбп]ен(?:ен)?|[ндт][ыі]кі",
    ),
    "ky": _chain(
        "[лдт][ыиуү]к",
        "[лдт][аеоө]р",
        "[ыиуү]б[ыиуү]з|[ыиуү][мң]|с?[ыиуү]",
        "[ндт][ыиуү]н|[гк][аеоө]|н[аеоө]|[ндт][ыиуү]|н|н?[дт][аеоө]н?|н[аеоө]н|н?[дт][аеоө]г[ыиуү]|[ндт][ыиуү]к[ыи]",
    ),
    "uc": _chain("лик", "лар", "имиз|с?и", "нинг|ни|га|ка|қа|да|дан|даги(?:лар)?|ники"),
    "ul": _chain("lik|lig", "lar", "imiz|s?i", "ning|ni|ga|ka|qa|da|dan|dagi(?:lar)?|niki"),
    "tk": _chain(
        "l[yiu]k?",
        "l[ae]r",
        "s?[yiu]",
        "n?[yiu]n|n?[ae]|g[ae]|k[ae]|n[yiu]|[yiu]|n?d[ae]n?|n?d[ae]k[yi]",
    ),
    "tr": _chain(
        "l[iu]k?",
        "l[ae]r",
        "s?[iu]",
        "n?[iu]n|[yn]?[ae]|[yn]?[iu]|n?[dt][ae]n?|n?[dt][ae]ki|y?l[ae]",
    ),
    "kl": _chain(
        "[ldt][yiu][qk]",
        "[ldt][ae]r",
        "s?[yi]",
        "[ndt][yiu]n|[gkq][ae]|n?[ae]|[ndt][yi]|n?[dt][ae]n?|[mbp]en",
    ),
    "tg": _chain("ҳо|он|гон|ён", "и|ӣ|ю|у", "ро|ву|у|аш|аст"),
}
_FROM_THERE = {  # "from there" and its cases, which is written small: қазақстандық, кыргызстандык, ўзбекистонлик
    "kd": "[лдт][ыі][қк]"
    + _chain("т[ыі]", "[лдт][ае]р", "[ндт][ыі]ң|[ғгқк][ае]|[ндт][ыі]|[дт][ае]н?|[мбп]ен"),
    "yd": "[лдт][ыиуү]к"
    + _chain("т[ыиуү]", "[лдт][аеоө]р", "[ндт][ыиуү]н|[гк][аеоө]|[ндт][ыиуү]|[дт][аеоө]н?"),
    "ud": "лик" + _chain("лар", "нинг|ни|га|да|дан"),
    "vd": "lik" + _chain("lar", "ning|ni|ga|da|dan"),
}

PARADIGMS: dict[str, str] = {**_RUSSIAN, **_LATIN, **_TURKIC, **_FROM_THERE, "-": ""}


@cache
def endings(codes: str) -> re.Pattern[str]:
    """Return the pattern of all endings of paradigms named like "rc+kk"; raise KeyError for an unknown name."""
    return re.compile("|".join(f"(?:{PARADIGMS[code]})" for code in codes.split("+")))


PLACE_ENDING = re.compile(
    "н?[дт][аеоө]|н?[дт][аеоө]н|н[ае]н|н?[дт][ае]ғ[ыі]|н?[дт]ег[іи]|н?[дт][аеоө]г[ыиуү]|[гғқк][аеоө]|даги|дан"
    "|n?[dt][ae]|n?[dt][ae]n|dagi|[gkq]a|n?[dt][ae]ki"
)
"""Endings that say "in", "from" or "to": after them a doubtful word is a place."""

LONGEST_ENDING = 13
