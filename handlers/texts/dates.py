"""Dates, clock times and ages in each interface language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.texts.lookup import Texts


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a language writes a date. Weekdays from Monday, months from January, as they stand inside a date."""

    weekdays: Sequence[str]
    short_weekdays: Sequence[str]
    months: Sequence[str]
    short_months: Sequence[str]
    long_date: str  # {weekday}, {day}, {month}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Names after Unicode CLDR 46; shortened months as newsrooms of the language shorten them.
CALENDARS: Mapping[str, Calendar] = {
    "en": Calendar(
        _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
        _words("Mon Tue Wed Thu Fri Sat Sun"),
        _words("January February March April May June July August September October November December"),
        _words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
        "{weekday}, {day} {month}",
    ),
    "ru": Calendar(
        _words("понедельник вторник среда четверг пятница суббота воскресенье"),
        _words("пн вт ср чт пт сб вс"),
        _words("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
        _words("янв фев мар апр мая июн июл авг сен окт ноя дек"),
        "{weekday}, {day} {month}",
    ),
    "kk": Calendar(
        _words("дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі жексенбі"),
        _words("дс сс ср бс жм сб жс"),
        _words("қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"),
        _words("қаң ақп нау сәу мам мау шіл там қыр қаз қар жел"),
        "{day} {month}, {weekday}",
    ),
    "uz": Calendar(
        _words("dushanba seshanba chorshanba payshanba juma shanba yakshanba"),
        _words("du se ch pa ju sh ya"),
        _words("yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr"),
        _words("yan fev mar apr may iyn iyl avg sen okt noy dek"),
        "{day}-{month}, {weekday}",
    ),
    "ky": Calendar(
        _words("дүйшөмбү шейшемби шаршемби бейшемби жума ишемби жекшемби"),
        _words("дш шш шр бш жм иш жк"),
        _words("январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь"),
        _words("янв фев мар апр май июн июл авг сен окт ноя дек"),
        "{day}-{month}, {weekday}",
    ),
    "tg": Calendar(
        _words("душанбе сешанбе чоршанбе панҷшанбе ҷумъа шанбе якшанбе"),
        _words("дш сш чш пш ҷм шн яш"),
        _words("январ феврал март апрел май июн июл август сентябр октябр ноябр декабр"),
        _words("янв фев мар апр май июн июл авг сен окт ноя дек"),
        "{weekday}, {day} {month}",
    ),
    "tk": Calendar(
        _words("duşenbe sişenbe çarşenbe penşenbe anna şenbe ýekşenbe"),
        _words("db sb çb pb an şb ýb"),
        _words("ýanwar fewral mart aprel maý iýun iýul awgust sentýabr oktýabr noýabr dekabr"),
        _words("ýan few mart apr maý iýun iýul awg sen okt noý dek"),
        "{day} {month}, {weekday}",
    ),
}


def long_date(day: date, texts: Texts) -> str:
    """As "Tuesday, 24 November", beginning with a capital."""
    calendar = CALENDARS[texts.language]
    text = calendar.long_date.format(
        weekday=calendar.weekdays[day.weekday()], day=day.day, month=calendar.months[day.month - 1]
    )
    return text[0].upper() + text[1:]


def short_date(day: date, texts: Texts) -> str:
    """As "24 Nov"."""
    return f"{day.day} {CALENDARS[texts.language].short_months[day.month - 1]}"


def moment(instant: datetime, zone: str, texts: Texts, *, now: datetime) -> str:
    """As "Tue 17:40" within the last six days, "24 Nov" this year, "24 Nov 2025" before: in the reader's zone."""
    local, today = instant.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    if timedelta(0) <= today.date() - local.date() < timedelta(days=7):
        return f"{CALENDARS[texts.language].short_weekdays[local.weekday()]} {clock(local.time())}"
    year = "" if local.year == today.year else f" {local.year}"
    return short_date(local.date(), texts) + year


def clock(local: time) -> str:
    """As "08:00"."""
    return f"{local:%H:%M}"


def age(since: timedelta, texts: Texts) -> str:
    """As "5 min", "3 h", "2 d": rounded down, never below a minute (clocks of sources run ahead)."""
    minutes = max(1, int(since.total_seconds() // 60))
    if minutes < 60:
        return texts.plain("age.minutes", n=minutes)
    if minutes < 48 * 60:
        return texts.plain("age.hours", n=minutes // 60)
    return texts.plain("age.days", n=minutes // (24 * 60))


def duration(length: timedelta, texts: Texts) -> str:
    """As "40 s", "7 min", "7 min 24 s", "2 h 5 min"."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return texts.plain("age.seconds", n=seconds)
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        tail = f" {texts.plain('age.seconds', n=rest)}" if rest else ""
        return texts.plain("age.minutes", n=minutes) + tail
    return f"{texts.plain('age.hours', n=minutes // 60)} {texts.plain('age.minutes', n=minutes % 60)}"


def about(length: timedelta, texts: Texts) -> str:
    """A length that is only an estimate: whole minutes from one minute on."""
    minutes = round(length.total_seconds() / 60)
    return duration(timedelta(minutes=minutes) if minutes else length, texts)


def utc_offset(zone: str, now: datetime) -> str:
    """As "UTC+5", "UTC+5:30", "UTC": the zone's offset at this instant."""
    offset = now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds() // 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
