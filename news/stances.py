"""A denial, a reaction, an explanation or the reversal of an event is another story than the event. Pure; the words are data."""

from __future__ import annotations

from functools import lru_cache

from news.text import folded_words

# Beginnings of folded words, by what newsrooms of the region use; "_" marks the end of a word.
_STANCES = {
    "denial": (
        "опроверг", "опроверж", "отрица", "отриц", "отверг", "фейк", "denie", "deny", "refut", "debunk", "hoax_", "dismisses_",
        "rejects_", "жоққа", "теріске", "төгүн", "четке", "rad_", "yolgon", "inkor", "рад_", "раддия", "инкор", "ёлгон",
    ),
    "reaction": (
        "отреагир", "реагир", "реакци", "прокоммент", "комментир", "осуди", "осужда", "ответил", "ответит_", "отвеча", "раскритик",
        "критик", "призвал", "призыва", "высказал", "оценил", "оценива", "возмути", "возмуща", "высме", "похвали", "поздрави",
        "соболезн", "извини", "сожале", "упрекн", "счел_", "сочл", "усомни", "пригроз", "пожалова",
        "reacts_", "react_", "reacted_", "reaction", "responds_", "responded_", "comments_", "commented_", "condemn", "criticis",
        "criticiz", "slams_", "slammed_", "blasts_", "urges_", "urged_", "hails_", "hailed_", "welcomes_", "mourn", "praises_",
        "praised_", "mocks_", "outrage", "apologis", "apologiz", "tribute", "congratul",
        "пікір", "айыптад", "сынад", "құттықта", "комментарий", "сында", "куттукта", "munosabat", "qorala", "tanqid", "tabrik",
        "izoh", "муносабат", "танқид", "табрик", "вокуниш", "маҳкум",
    ),
    "explanation": (
        "объясн", "почему_", "разъясн", "проясн", "уточн", "подробност", "детал", "причина_", "причину_", "причины_", "причин_", "обстоятельств",
        "explain", "details_", "cause_", "causes_", "why_", "reason_", "reasons_", "motive", "aftermath",
        "түсіндір", "неге_", "себеб", "түшүндүр", "эмнеге_", "tushuntir", "nega_", "sabab", "tafsilot", "тушунтир", "сабаб", "тафсил", "шарҳ",
    ),
    "reversal": (
        "отмен", "снял_", "сняла_", "сняли_", "снят_", "снята_", "снято_", "сняты_", "снимет_", "снимут_", "снятие_", "снятии_", "снятия_",
        "возобнов", "прекрат", "прекращ", "отозва", "расформир", "аннулир", "разблокир",
        "cancel", "lift_", "lifts_", "lifted_", "lifting_", "revok", "repeal", "overturn", "scrap_", "scraps_", "scrapped_", "reverse", "withdraw",
        "withdrew", "resume", "reopen", "reinstat", "unblock", "жойды_", "жойылды_", "жояды_", "bekor", "бекор", "жокко", "лағв",
        "ýatyr", "iptal",
    ),
}  # fmt: skip


def stances(title: str) -> frozenset[str]:
    """Which of "denial", "reaction", "explanation" and "reversal" the title has a word of."""
    return frozenset().union(*map(_told_by, folded_words(title)))


@lru_cache(maxsize=32_768)
def _told_by(word: str) -> frozenset[str]:
    return frozenset(name for name, starts in _STANCES.items() if f"{word}_".startswith(starts))
