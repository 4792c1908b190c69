from __future__ import annotations

from datetime import UTC, datetime

import pytest

from news.sources.dates import parse_date

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Tue, 16 Dec 2025 14:00:00 +0500", "2025-12-16T09:00:00", id="RFC 822"),
        pytest.param("16 Dec 25 14:00 GMT", "2025-12-16T14:00:00", id="two-digit year"),
        pytest.param("16 Dec 85 14:00 GMT", "1985-12-16T14:00:00", id="two-digit year of last century"),
        pytest.param("Mon, 26 January 2004 16:31:00 EST", "2004-01-26T21:31:00", id="zone by name"),
        pytest.param("Tue, 16 Dec 2025 24:00:00 GMT", "2025-12-17T00:00:00", id="hour 24"),
        pytest.param("Fri, 31 Dec 1999 23:59:60 GMT", "1999-12-31T23:59:59", id="leap second"),
        pytest.param("Tue, 16 Dec 2025 14:00:00 GMT+5", "2025-12-16T09:00:00", id="offset from a name"),
        pytest.param("2025-12-16T14:00:00Z", "2025-12-16T14:00:00", id="ISO"),
        pytest.param("2025-12-16T14:00:00.123+06:00", "2025-12-16T08:00:00", id="ISO with fraction"),
        pytest.param("2025-12-16 14:00:00 -0300 UTC", "2025-12-16T17:00:00", id="Go's way"),
        pytest.param("2025-12-16", "2025-12-16T00:00:00", id="day"),
        pytest.param("2025-12", "2025-12-01T00:00:00", id="month"),
        pytest.param("2025", "2025-01-01T00:00:00", id="year"),
        pytest.param("20251216", "2025-12-16T00:00:00", id="basic form"),
        pytest.param("1765872000", "2025-12-16T08:00:00", id="Unix seconds"),
        pytest.param("1765872000123", "2025-12-16T08:00:00", id="Unix milliseconds"),
        pytest.param("16 Dec 2025 14:00 QQQ", "2025-12-16T14:00:00", id="unknown zone"),
        pytest.param("16.12.2025 14:00", "2025-12-16T14:00:00", id="dotted"),
        pytest.param("16/12/2025", "2025-12-16T00:00:00", id="slashed, day first"),
        pytest.param("16 декабря 2025, 14:05", "2025-12-16T14:05:00", id="Russian"),
        pytest.param("вт, 16 дек. 2025 г., 14:05", "2025-12-16T14:05:00", id="Russian, short"),
        pytest.param("16 желтоқсан 2025 14:05", "2025-12-16T14:05:00", id="Kazakh"),
        pytest.param("23 noyabr 2025, 10:00", "2025-11-23T10:00:00", id="Uzbek"),
        pytest.param("Dec 16, 2025 2:00", "2025-12-16T02:00:00", id="American"),
        pytest.param("Tue Dec 16 14:00:00 2025", "2025-12-16T14:00:00", id="asctime"),
        pytest.param("24 ноября", "2026-11-24T00:00:00", id="today without a year"),
        pytest.param("5 декабря", "2025-12-05T00:00:00", id="a day still to come was last year's"),
        pytest.param("2026-11-24T09:00:00", "2026-11-24T05:00:00", id="local time ahead of UTC is now"),
        pytest.param("2026-11-24T09:00:00Z", "2026-11-24T09:00:00", id="a stated zone is believed"),
        pytest.param("2026-11-26T09:00:00", "2026-11-26T09:00:00", id="no zone is that far ahead"),
    ],
)
def test_parse_date(text: str, expected: str) -> None:
    assert parse_date(text, NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "Sun, 30 Feb 2025 10:00", "32.01.2025", "1850-01-01", "9999-12-31T23:59:59-14:00", "x" * 200,
        "0001-01-01T00:00:00+14:00", "16 Foo 2025", "16 Dec 2025 99:00", "25:99", "2004년 05월 28일",
        "16 Dec 2025 14:00 +9900",
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text, NOW) is None
