"""Which form of a counted text a number takes, by the rules of Unicode CLDR (plurals.xml)."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def _english(number: int) -> str:
    return "one" if number == 1 else "other"


def _russian(number: int) -> str:
    if number % 10 == 1 and number % 100 != 11:
        return "one"
    if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14:
        return "few"
    return "many"


def _unchanging(_number: int) -> str:
    # After a number the noun stays as it is in Kazakh, Uzbek, Kyrgyz, Tajik and Turkmen. CLDR knows a form "one"
    # for some of them, which only differs where the number itself is left out.
    return "other"


PLURALS: Mapping[str, Callable[[int], str]] = {
    "en": _english,
    "ru": _russian,
    "kk": _unchanging,
    "uz": _unchanging,
    "ky": _unchanging,
    "tg": _unchanging,
    "tk": _unchanging,
}

FORMS: Mapping[str, frozenset[str]] = {
    "en": frozenset({"one", "other"}),
    "ru": frozenset({"one", "few", "many"}),
    **{language: frozenset({"other"}) for language in ("kk", "uz", "ky", "tg", "tk")},
}
