from __future__ import annotations

import gzip
import os

import pytest

from news.sources.inflate import FREE_BYTES, Inflater, TooLargeError

LIMIT = 4 * 2**20
TEXT = b"Reservoir is full. " * 2_000


def inflate(body: bytes, *, is_gzip: bool = True, step: int = 1_000) -> bytes:
    inflater = Inflater(LIMIT, is_gzip=is_gzip)
    for start in range(0, len(body), step):
        inflater.feed(body[start : start + step])
    return inflater.finish()


@pytest.mark.parametrize("step", [1, 7, 10_000_000])
def test_gzip_in_chunks(step: int) -> None:
    assert inflate(gzip.compress(TEXT), step=step) == TEXT


def test_plain_bytes_pass_through() -> None:
    assert inflate(TEXT, is_gzip=False) == TEXT
    assert inflate(b"") == b""


@pytest.mark.parametrize("step", [3, 10_000_000])
def test_members_follow_each_other_and_padding_is_ignored(step: int) -> None:
    assert inflate(gzip.compress(b"one ") + gzip.compress(b"two") + b"\0" * 20, step=step) == b"one two"


@pytest.mark.parametrize(
    ("body", "is_gzip", "reason"),
    [
        pytest.param(b"x" * (LIMIT + 1), False, "larger than 4 MiB", id="too many bytes"),
        pytest.param(gzip.compress(os.urandom(LIMIT + 1)), True, "larger than 4 MiB", id="too many on the wire"),
        pytest.param(gzip.compress(bytes(100 * 2**20)), True, "larger than 4 MiB", id="a bomb of 100 MiB"),
        pytest.param(gzip.compress(bytes(FREE_BYTES * 4)), True, "a hundred times", id="a suspicious ratio"),
        pytest.param(gzip.compress(b"x") + b"\0" * (LIMIT + 1), True, "larger than 4 MiB", id="endless padding"),
    ],
)  # fmt: skip
def test_what_grows_too_large_is_refused(body: bytes, is_gzip: bool, reason: str) -> None:
    with pytest.raises(TooLargeError, match=reason):
        inflate(body, is_gzip=is_gzip, step=64 * 1024)


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"no gzip", "broken"), (gzip.compress(TEXT)[:-20], "too early"), (gzip.compress(b"a") + b"\x1f\x8bno", "broken")],
    ids=["not gzip", "cut short", "a broken second member"],
)  # fmt: skip
def test_broken_gzip_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        inflate(body)
