from __future__ import annotations

import pytest

from news.relevance import beginnings


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        pytest.param(("sanctions",), ("sanct",), id="five letters of a long one"),
        pytest.param(("metros",), ("metr",), id="two letters less"),
        pytest.param(("apat",), ("apat",), id="four letters stay"),
        pytest.param(("apa", "apaty"), ("apat",), id="too many words begin like a short one"),
        pytest.param((), (), id="no token"),
    ],
)
def test_beginnings_by_which_endings_are_forgiven(tokens: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert beginnings(tokens, 5) == expected
