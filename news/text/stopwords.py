"""Words that carry no news, folded as ``words.fold`` leaves them. Short on purpose: a lost word can never be found."""

from __future__ import annotations


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


STOPWORDS: dict[str, frozenset[str]] = {
    "en": _set(
        "a an the and or but if of to in on at by for from with as is are was were be been being it its this that these those he she "
        "they them his her their we our you your i my me not no so than then too very do does did has have had will would can could "
        "may might into about after over under up out who whom which what when where why how also just more most other some such "
        "only own same s t says said say"
    ),
    "ru": _set(
        "и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее мне было вот от меня еще нет о из "
        "ему теперь когда даже ну ли если уже или ни быть был него до вас нибудь вам ведь там потом себя ничего ей может они тут где "
        "есть надо ней для мы тебя их чем была сам чтоб без будто чего раз тоже себе под будет ж тогда кто этот того потому этого "
        "какой ним здесь этом мой тем чтобы нее были куда зачем всех при об это эти этой также после над через про"
    ),
    "kk": _set(
        "және мен бен пен да де та те бұл осы сол ол бір үшін туралы деп еді екен болып бар жоқ ма ме ба бе па пе не кім қалай дейін "
        "кейін соң өз өзі оның олар біз сіз мың бойынша арқылы қарай ғана тағы ал бірақ немесе"
    ),
    "ky": _set(
        "жана менен да де та те бул ушул ал бир үчүн тууралуу деп эле экен болуп бар жок же эмне ким кантип чейин кийин өз өзү анын "
        "алар биз сиз боюнча аркылуу карай гана дагы бирок"
    ),
    "uz": _set(
        "va bilan ham bu shu u bir uchun haqida deb edi ekan bolib bor yoq mi nima kim qanday qadar keyin song oz ozi uning ular "
        "biz siz boyicha orqali faqat yana lekin ammo yoki esa"
    ),
    "tg": _set(
        "ва бо дар аз ба ки ин он як барои дар бораи то ҳам буд аст шуд мо шумо онҳо вай ё на чи кӣ пас баъд"
    ),
    "tk": _set(
        "we bilen hem bu shu ol bir uchin barada diyip eken bar yok ne kim oz ozi onung olar biz siz boyuncha"
    ),
    "tr": _set(
        "ve ile de da bu su o bir icin hakkinda diye mi ne kim nasil kadar sonra ama veya ise daha cok gibi"
    ),
}
