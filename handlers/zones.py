"""Which clock a reader lives by: offered cities, search over the IANA zone names, guesses from a language or country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones


@dataclass(frozen=True, slots=True)
class City:
    """A city that is offered as a button. ``names`` by interface language; the first is the Latin one."""

    zone: str
    names: Mapping[str, str]

    def name(self, language: str) -> str:
        """The city in this language; Cyrillic languages share the Russian form unless they have their own."""
        fallback = "ru" if language in {"kk", "ky", "tg"} else "en"
        return self.names.get(language) or self.names.get(fallback) or self.names["en"]


def _city(zone: str, english: str, russian: str, **others: str) -> City:
    return City(zone, {"en": english, "ru": russian, **others})


# Buttons carry an index into this tuple: add at the end, never reorder.
CITIES: tuple[City, ...] = (
    _city("Asia/Almaty", "Almaty", "Алматы", uz="Olmaota", tg="Алмаато", tk="Almaty"),
    _city(
        "Asia/Tashkent",
        "Tashkent",
        "Ташкент",
        kk="Ташкент",
        uz="Toshkent",
        ky="Ташкент",
        tg="Тошканд",
        tk="Daşkent",
    ),
    _city(
        "Asia/Bishkek", "Bishkek", "Бишкек", kk="Бішкек", uz="Bishkek", ky="Бишкек", tg="Бишкек", tk="Bişkek"
    ),
    _city("Asia/Dushanbe", "Dushanbe", "Душанбе", uz="Dushanba", tk="Duşenbe"),
    _city(
        "Asia/Ashgabat",
        "Ashgabat",
        "Ашхабад",
        kk="Ашғабат",
        uz="Ashxobod",
        ky="Ашхабад",
        tg="Ашқобод",
        tk="Aşgabat",
    ),
    _city("Europe/Moscow", "Moscow", "Москва", kk="Мәскеу", uz="Moskva", tg="Маскав", tk="Moskwa"),
    _city("Asia/Yekaterinburg", "Yekaterinburg", "Екатеринбург", uz="Yekaterinburg", tk="Ýekaterinburg"),
    _city("Asia/Novosibirsk", "Novosibirsk", "Новосибирск", tk="Nowosibirsk"),
    _city(
        "Europe/Istanbul",
        "Istanbul",
        "Стамбул",
        kk="Ыстанбұл",
        uz="Istanbul",
        ky="Стамбул",
        tg="Истанбул",
        tk="Stambul",
    ),
    _city("Asia/Baku", "Baku", "Баку", uz="Boku", tg="Боку", tk="Baku"),
    _city("Asia/Kabul", "Kabul", "Кабул", kk="Кабул", uz="Kobul", tg="Кобул", tk="Kabul"),
    _city("Asia/Shanghai", "Beijing", "Пекин", kk="Бейжің", uz="Pekin", ky="Бээжин", tk="Pekin"),
    _city("Asia/Dubai", "Dubai", "Дубай", uz="Dubay"),
    _city("Asia/Seoul", "Seoul", "Сеул", uz="Seul", tk="Seul"),
    _city("Europe/Berlin", "Berlin", "Берлин"),
    _city("Europe/London", "London", "Лондон"),
    _city("America/New_York", "New York", "Нью-Йорк", uz="Nyu-York", tk="Nýu-Ýork"),
)

# Cities that people type and that IANA does not name; keys are folded by ``_fold``.
_MORE_CITIES: Mapping[str, str] = {
    "астана": "Asia/Almaty",
    "astana": "Asia/Almaty",
    "нур-султан": "Asia/Almaty",
    "nur-sultan": "Asia/Almaty",
    "шымкент": "Asia/Almaty",
    "shymkent": "Asia/Almaty",
    "қарағанды": "Asia/Almaty",
    "караганда": "Asia/Almaty",
    "karaganda": "Asia/Almaty",
    "karagandy": "Asia/Almaty",
    "павлодар": "Asia/Almaty",
    "pavlodar": "Asia/Almaty",
    "актобе": "Asia/Aqtobe",
    "ақтөбе": "Asia/Aqtobe",
    "aktobe": "Asia/Aqtobe",
    "актау": "Asia/Aqtau",
    "ақтау": "Asia/Aqtau",
    "aktau": "Asia/Aqtau",
    "атырау": "Asia/Atyrau",
    "уральск": "Asia/Oral",
    "орал": "Asia/Oral",
    "uralsk": "Asia/Oral",
    "костанай": "Asia/Qostanay",
    "қостанай": "Asia/Qostanay",
    "kostanay": "Asia/Qostanay",
    "кызылорда": "Asia/Qyzylorda",
    "қызылорда": "Asia/Qyzylorda",
    "kyzylorda": "Asia/Qyzylorda",
    "самарканд": "Asia/Samarkand",
    "samarqand": "Asia/Samarkand",
    "бухара": "Asia/Samarkand",
    "buxoro": "Asia/Samarkand",
    "bukhara": "Asia/Samarkand",
    "нукус": "Asia/Samarkand",
    "nukus": "Asia/Samarkand",
    "андижан": "Asia/Tashkent",
    "andijon": "Asia/Tashkent",
    "фергана": "Asia/Tashkent",
    "fargona": "Asia/Tashkent",
    "наманган": "Asia/Tashkent",
    "namangan": "Asia/Tashkent",
    "ош": "Asia/Bishkek",
    "osh": "Asia/Bishkek",
    "джалал-абад": "Asia/Bishkek",
    "жалал-абад": "Asia/Bishkek",
    "jalal-abad": "Asia/Bishkek",
    "худжанд": "Asia/Dushanbe",
    "хуҷанд": "Asia/Dushanbe",
    "khujand": "Asia/Dushanbe",
    "bokhtar": "Asia/Dushanbe",
    "mary": "Asia/Ashgabat",
    "turkmenabat": "Asia/Ashgabat",
    "türkmenabat": "Asia/Ashgabat",
    "санкт-петербург": "Europe/Moscow",
    "питер": "Europe/Moscow",
    "st petersburg": "Europe/Moscow",
    "казань": "Europe/Moscow",
    "киев": "Europe/Kyiv",
    "київ": "Europe/Kyiv",
    "минск": "Europe/Minsk",
    "варшава": "Europe/Warsaw",
    "прага": "Europe/Prague",
    "париж": "Europe/Paris",
    "тбилиси": "Asia/Tbilisi",
    "ереван": "Asia/Yerevan",
    "анкара": "Europe/Istanbul",
    "ankara": "Europe/Istanbul",
    "ürümqi": "Asia/Urumqi",
    "үрімжі": "Asia/Urumqi",
    "урумчи": "Asia/Urumqi",
    "washington": "America/New_York",
    "вашингтон": "America/New_York",
    "san francisco": "America/Los_Angeles",
}

_ZONE_OF_COUNTRY: Mapping[str, int] = {
    "KZ": 0,
    "UZ": 1,
    "KG": 2,
    "TJ": 3,
    "TM": 4,
    "RU": 5,
    "TR": 8,
    "AZ": 9,
    "AF": 10,
}
_COUNTRIES_OF_LANGUAGE: Mapping[str, tuple[str, ...]] = {
    "kk": ("KZ",),
    "uz": ("UZ",),
    "ky": ("KG",),
    "tg": ("TJ",),
    "tk": ("TM",),
    "ru": ("KZ", "UZ", "KG"),
    "en": ("KZ", "UZ", "KG", "TJ", "TM"),
}


def guess_countries(language: str) -> tuple[str, ...]:
    """The countries that are ticked before the reader says anything, from the interface language."""
    return _COUNTRIES_OF_LANGUAGE.get(language, _COUNTRIES_OF_LANGUAGE["en"])


def guess_city(countries: Sequence[str]) -> int:
    """An index into ``CITIES`` for a reader of these countries: the first country's capital clock."""
    return next((_ZONE_OF_COUNTRY[code] for code in countries if code in _ZONE_OF_COUNTRY), 0)


def city_name(zone: str, language: str) -> str:
    """A city that says which clock this is: an offered city's name, or the zone's own."""
    for city in CITIES:
        if city.zone == zone:
            return city.name(language)
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def find_zones(text: str, limit: int = 6) -> list[str]:
    """IANA zones for what a reader typed: a zone name, a city in any of our languages, or nearly so. Best first."""
    wanted = _fold(text)
    known = _known_names()
    if not wanted:
        return []
    if wanted in known:
        return [known[wanted]]
    begins = [name for name in known if name.startswith(wanted)]
    close = get_close_matches(wanted, known, n=limit, cutoff=0.75)
    return list(dict.fromkeys(known[name] for name in [*sorted(begins, key=len), *close]))[:limit]


@cache
def _known_names() -> Mapping[str, str]:
    zones = sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix"))
    )
    names = {_fold(zone.rsplit("/", 1)[-1]): zone for zone in zones}
    names |= {_fold(zone): zone for zone in [*zones, "UTC"]}
    names |= _MORE_CITIES
    names |= {_fold(name): city.zone for city in CITIES for name in city.names.values()}
    return names


def _fold(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())
