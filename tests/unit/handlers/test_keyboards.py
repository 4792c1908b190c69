"""Callback data: written, read back, never more than 64 bytes, garbage refused."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import keyboards
from handlers.keyboards import (
    MAX_COUNTRIES_IN_TAP,
    TAPS,
    Alert,
    AlertCountry,
    Choose,
    Follow,
    Forget,
    Latest,
    More,
    Nothing,
    Open,
    Search,
    SourceTap,
    StaleTapError,
    StartCountries,
    StartDone,
    StartHour,
    Tap,
    Unmute,
    Unwatch,
    WatchThis,
    button,
    decode,
    encode,
    fits,
    pages,
    rows,
)
from news.model import Button

MOST = ("KZ",) * MAX_COUNTRIES_IN_TAP
BIG = 2**63 - 1

EXAMPLES = [
    Nothing(),
    StartCountries("ru", MOST),
    StartHour("uz", 2, 16, MOST),
    StartDone("tk", 23, 16, MOST),
    Follow(True, ("KZ", "UZ")),
    Follow(False, ()),
    Open("settings"),
    Choose("zone", "America/Argentina/ComodRivadavia"),
    More(BIG),
    Latest(BIG, ("KZ",)),
    Latest(0),
    Search(5, "газ country:uz since:7d"),
    Search(1000, ""),
    WatchThis("a:b:c"),
    Unwatch(BIG),
    Unmute(2**32 - 1),
    Forget(True),
    Alert("retract_sure", BIG),
    AlertCountry(BIG, False, ("KZ",)),
    SourceTap("resume", "a-source-with-quite-a-long-name-indeed"),
]


@pytest.mark.parametrize("tap", EXAMPLES, ids=lambda tap: f"{type(tap).__name__}-{encode(tap)[:20]}")
def test_round_trip(tap: Tap) -> None:
    data = encode(tap)
    assert len(data.encode()) <= 64
    assert decode(data) == tap


def test_every_kind_of_tap_is_listed_and_has_an_example() -> None:
    kinds = {kind for kind in vars(keyboards).values() if isinstance(kind, type) and issubclass(kind, Tap)}
    assert kinds - {Tap} == set(TAPS)
    assert {type(tap) for tap in EXAMPLES} == set(TAPS)
    verbs = [kind.verb for kind in TAPS]
    assert len(verbs) == len(set(verbs))
    assert all(verb and ":" not in verb for verb in verbs)


@pytest.mark.parametrize("kind", TAPS, ids=lambda kind: kind.__name__)
def test_only_the_last_field_may_hold_free_text(kind: type[Tap]) -> None:
    # A tuple of codes or a number holds no colon; a free text anywhere else would tear the record apart.
    free = [field.name for field in fields(kind)[:-1] if field.type == "str"]
    assert set(free) <= {"language", "screen", "action"}


@pytest.mark.parametrize(
    "data",
    [
        "",
        ":",
        "zz:1",
        "m",
        "m:",
        "m:x",
        "m:-1",
        "m:٣",
        f"m:{2**63}",
        f"m:{'9' * 60}",
        "m:1:2",
        "l:0:kz",
        "l:0:KZU",
        "l:KZ",
        "f:2:KZ",
        "f:1",
        "sh:ru:0:0",
        "n:1",
    ],
)
def test_garbage_is_refused(data: str) -> None:
    with pytest.raises(StaleTapError):
        decode(data)


def test_what_does_not_fit_is_refused_before_telegram_does() -> None:
    tap = Search(0, "щ" * 31)
    assert not fits(tap)
    with pytest.raises(ValueError, match="64 bytes"):
        encode(tap)


@given(st.text(max_size=64))
def test_any_data_is_a_tap_or_stale(data: str) -> None:
    try:
        tap = decode(data)
    except StaleTapError:
        return
    assert type(tap) in TAPS


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.integers(0, 1000))
def test_any_search_that_fits_comes_back(text: str, offset: int) -> None:
    tap = Search(offset, text)
    if fits(tap):
        assert decode(encode(tap)) == tap
    else:
        with pytest.raises(ValueError, match="64 bytes"):
            encode(tap)


@pytest.mark.parametrize(
    ("count", "width", "sizes"),
    [
        pytest.param(0, 8, [], id="none"),
        pytest.param(8, 8, [8], id="one-row"),
        pytest.param(9, 8, [5, 4], id="evenly"),
        pytest.param(17, 8, [6, 6, 5], id="three"),
        pytest.param(7, 3, [3, 3, 1], id="narrow"),
    ],
)
def test_rows_are_filled_evenly(count: int, width: int, sizes: list[int]) -> None:
    assert [len(row) for row in rows((Button(str(n)) for n in range(count)), width)] == sizes


@pytest.mark.parametrize(
    ("offset", "total", "labels"),
    [
        pytest.param(0, 5, [], id="one-page"),
        pytest.param(0, 12, ["1/3", "›"], id="first"),
        pytest.param(5, 12, ["‹", "2/3", "›"], id="middle"),
        pytest.param(10, 12, ["‹", "3/3"], id="last"),
        pytest.param(50, 12, ["‹", "11/3"], id="beyond"),
    ],
)
def test_pages(offset: int, total: int, labels: list[str]) -> None:
    assert [one.text for one in pages(offset, total, 5, Latest)] == labels


def test_a_page_that_no_button_can_carry_is_left_out() -> None:
    assert [one.text for one in pages(5, 12, 5, lambda _: None)] == ["2/3"]


def test_a_button_carries_its_tap() -> None:
    assert button("x", More(7)) == Button("x", data="m:7")
