"""A denial, a reaction, an explanation or the reversal of an event is another story than the event, and so is what another
power of the state does about it. Pure; the words are data.
"""

from __future__ import annotations

from collections.abc import Mapping
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


# The powers of a state, and the street. Police and ministries are no part of it: they tell of everybody's events.
_ACTORS = {
    "head of state": (
        "президент", "кремл", "акорда_", "president_", "presidents_", "kremlin_", "prezident", "раисҷумҳур", "раисчумхур",
        "cumhurbaşkan",
    ),
    "parliament": (
        "парламент", "депутат", "сенат", "госдум", "дума_", "думы_", "думе_", "думу_", "думой_", "мажилис", "мәжіліс", "кенеш_", "кенеша_", "маджлис",
        "мажлис", "маҷлис", "вакилон", "parliament", "parlament", "congress", "senat", "lawmaker", "mps_", "deputat", "majlis",
        "mejlis", "milletvekil", "meclis",
    ),
    "court": (
        "суд_", "суда_", "суде_", "судом_", "суду_", "суды_", "судья_", "судьи_", "судью_", "сот_", "соты_", "сотта_", "сотқа_", "соту_",
        "сотто_", "сотко_", "суди_", "судда_", "суддан_", "додгоҳ", "court_", "courts_", "judge_", "judges_", "jury_", "sud_", "sudi_", "sudda_",
        "sudya", "kazyýet", "mahkeme",
    ),
    "army": (
        "войск", "военные_", "военных_", "военными_", "армия_", "армии_", "армию_", "солдат", "troops_", "army_", "soldier", "әскер",
        "аскер", "askarlar", "аскарлар", "артиш_", "goşun", "asker",
    ),
    "government": (
        "правительств", "кабмин", "премьер_", "government_", "governments_", "cabinet_", "үкімет", "өкмөт", "hukumat", "ҳукумат", "hökümet",
        "hükümet",
    ),
    "street": (
        "протест", "митинг", "демонстрант", "оппозиц", "protest", "demonstrat", "opposition_", "наразы", "нааразы", "namoyish",
        "намойиш", "oppozits", "muxolif", "мухолиф", "эътироз", "muhalefet",
    ),
}  # fmt: skip


def stances(title: str) -> frozenset[str]:
    """Which of "denial", "reaction", "explanation" and "reversal" the title has a word of."""
    return frozenset().union(*map(_stances_of, folded_words(title)))


def actors(title: str) -> frozenset[str]:
    """Which powers of a state the title names, the street being one of them."""
    return frozenset().union(*map(_actors_of, folded_words(title)))


@lru_cache(maxsize=32_768)
def _stances_of(word: str) -> frozenset[str]:
    return _begun(word, _STANCES)


@lru_cache(maxsize=32_768)
def _actors_of(word: str) -> frozenset[str]:
    return _begun(word, _ACTORS)


def _begun(word: str, beginnings: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(name for name, starts in beginnings.items() if f"{word}_".startswith(starts))
