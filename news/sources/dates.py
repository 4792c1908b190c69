"""Dates in the forms that sources use → aware UTC, or None. Pure; nothing is relative to a clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_DATE_LIMIT = 80
# The earliest clocks on Earth are this far ahead of UTC.
_ZONE_LEAD = timedelta(hours=14)
# Month names by their first letters, in the languages of the sources; longer prefixes are tried first.
_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "jan янв қаң каң январ ýan yan oca",
        "feb фев ақп феврал few fev şub",
        "mar мар нау mart март",
        "apr апр сәу aprel нис",
        "may май мам maý мая",
        "jun июн мау iyun iýun haz",
        "jul июл шіл iyul iýul tem",
        "aug авг там avgust awgust ağu",
        "sep сен қыр sentabr sentýabr eyl",
        "oct окт қаз oktabr oktýabr eki okt",
        "nov ноя қар noyabr noýabr kas",
        "dec дек жел dekabr ara",
    ),
    start=1,
):
    for _name in _names.split():
        _MONTHS[_name] = _number
_PREFIXES = sorted(_MONTHS, key=len, reverse=True)
# RFC 822's zone names, and the usual ones beyond it; hours from UTC.
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7, "AT": -4, "ET": -5, "CT": -6, "MT": -7, "PT": -8, "WET": 0, "BST": 1, "CET": 1, "CEST": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "MSD": 4, "ALMT": 5, "UZT": 5, "TJT": 5, "TMT": 5, "KGT": 6, "TRT": 3, "JST": 9, "A": -1,
    "M": -12, "N": 1, "Y": 12,
}  # fmt: skip
_CLOCK = r"(?:[T,\s]+(?:в\s+|at\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{1,2})(?:[.,]\d+)?)?)?"
_ZONE = r"\s*(?P<zone>[+-]\d{1,2}:?\d{0,2}|[A-Za-z]{1,5}(?:[+-]\d{1,2}:?\d{0,2})?)?"
_WRITTEN = re.compile(
    r"^(?:[^\W\d]+\.?,?\s*)?(?P<day>\d{1,2})[\s./-]+(?P<month>[^\W\d]{3,12})\.?,?(?:[\s./-]+(?P<year>\d{4}|\d{2})(?![\d:]))?(?:\s*(?:г|ж|y)\.?)?,?"
    + _CLOCK
    + _ZONE
    + r"\s*(?:\(.*\))?$"
)
_AMERICAN = re.compile(
    r"^(?:[^\W\d]+\.?,?\s+)?(?P<month>[^\W\d]{3,12})\.?\s+(?P<day>\d{1,2})(?:,?\s+(?P<year>\d{4}))?,?"
    + _CLOCK
    + _ZONE
    + r"(?:\s+(?P<late_year>\d{4}))?$"
)
_NUMERIC = re.compile(r"^(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})" + _CLOCK + _ZONE + "$")
_ISO = re.compile(
    r"^(?P<year>\d{4})(?:-?(?P<month>\d{2})(?:-?(?P<day>\d{2})"
    r"(?:[T\s]+(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{1,2})(?:[.,]\d+)?)?"
    + _ZONE
    + r"(?:\s+[A-Z]{3,4})?)?)?)?$"
)
_STAMP = re.compile(r"^(\d{10}|\d{13})$")
_FORMS = (_WRITTEN, _ISO, _NUMERIC, _AMERICAN)


def parse_date(text: str, now: datetime) -> datetime | None:
    """An instant from an RFC 822, ISO 8601, Unix or written date; None if it is none that we know.

    A time without a zone is taken as UTC, a date without a time as its first minute. Where that lies
    up to ``_ZONE_LEAD`` ahead of ``now`` it was a local time, and ``now`` is nearer to it. A day without a year is the last
    one of that name.
    """
    text = text.strip()
    if not text or len(text) > _DATE_LIMIT:
        return None
    if stamp := _STAMP.match(text):
        return datetime.fromtimestamp(int(stamp[1][:10]), UTC)
    for form in _FORMS:
        if match := form.match(text):
            return _from_parts(match.groupdict(), now)
    return None


def _from_parts(parts: dict[str, str | None], now: datetime) -> datetime | None:
    month = _month(parts["month"] or "1")
    offset = _offset(parts["zone"] or "UTC")
    hour, second = int(parts["hour"] or 0), min(int(parts["second"] or 0), 59)
    if month is None or offset is None or hour > 24:
        return None
    stated_year = parts["year"] or parts.get("late_year")
    try:
        midnight = datetime(_year(stated_year, now), month, int(parts["day"] or 1), tzinfo=timezone(offset))
        moment = midnight + timedelta(hours=hour, minutes=int(parts["minute"] or 0), seconds=second)
        if stated_year is None and moment > now + _ZONE_LEAD:
            moment = moment.replace(year=moment.year - 1)
    except (ValueError, OverflowError):
        return None
    if parts["zone"] is None and now < moment <= now + _ZONE_LEAD:
        return now
    return _within_reason(moment)


def _year(stated: str | None, now: datetime) -> int:
    if stated is None:
        return now.year
    year = int(stated)
    return year if len(stated) == 4 else year + (2000 if year < 70 else 1900)


@lru_cache(maxsize=256)
def _month(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    folded = text.lower()
    return next((_MONTHS[prefix] for prefix in _PREFIXES if folded.startswith(prefix)), None)


@lru_cache(maxsize=256)
def _offset(zone: str) -> timedelta | None:
    name = zone.rstrip("+-:0123456789")
    sign, figures = zone[len(name) : len(name) + 1], zone[len(name) + 1 :]
    if not sign:
        return timedelta(hours=_ZONES.get(name.upper(), 0))
    figures = figures.replace(":", "")
    split = -2 if len(figures) > 2 else len(figures)
    offset = timedelta(hours=int(figures[:split]), minutes=int(figures[split:] or 0))
    if offset >= timedelta(hours=24):
        return None
    return -offset if sign == "-" else offset


def _within_reason(moment: datetime) -> datetime | None:
    # Compared before it is converted: at the ends of the calendar there is no other zone.
    return moment.astimezone(UTC) if 1970 <= moment.year <= 2100 else None
