"""A denial or a reaction is another story than the event. Pure; the words are data."""

from __future__ import annotations

from news.text import words

# Beginnings of folded words; "_" marks the end of a word.
_DENIALS = (
    "опроверг", "опроверж", "отрица", "отриц", "фейк", "denie", "deny", "refut", "debunk", "hoax_", "жоққа", "теріске",
    "төгүн", "четке", "rad_", "yolgon", "inkor",
)  # fmt: skip
_REACTIONS = (
    "отреагир", "прокоммент", "осуди", "ответил", "раскритик", "призвал", "высказал", "reacts_", "react_", "responds_",
    "condemn", "criticis", "criticiz", "slams_", "urges_", "пікір", "айыптад", "комментарий", "munosabat", "qoraladi",
)  # fmt: skip
_STANCES = {"denial": _DENIALS, "reaction": _REACTIONS}


def stances(title: str) -> frozenset[str]:
    """Which of "denial" and "reaction" the title has a word of."""
    folded = [f"{word.folded}_" for word in words(title)]
    return frozenset(
        name for name, starts in _STANCES.items() if any(word.startswith(starts) for word in folded)
    )
