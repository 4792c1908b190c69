"""Pictures: a PNG of the right size, whatever the words and numbers are."""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor

import pytest

from handlers.pictures import WIDTH, Chart, Columns, Rows, draw, drawable
from handlers.texts import LANGUAGES
from handlers.texts.dates import CALENDARS
from handlers.texts.lookup import catalogue

LABELS = ("11 қар", "24 қар")


def size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", picture[16:24])


@pytest.mark.parametrize(
    "panel",
    [
        pytest.param(Columns("Қазақстан", "60", ((1, 0, 59),), LABELS), id="columns"),
        pytest.param(Columns("Kazakhstan", "0", ((0, 0),), LABELS), id="nothing"),
        pytest.param(Columns("Sent", "9", ((1, 2), (3, 3)), LABELS, ("sent", "gone")), id="layers"),
        pytest.param(Rows("Words", (("су тасқыны", "0 → 4", 4), ("$x_1^{", "1 → 0", 0))), id="rows"),
        pytest.param(Rows("Words", ()), id="no-rows"),
        pytest.param(Columns("W" * 80, "8" * 80, ((1, 2),), LABELS), id="long"),
    ],
)
def test_every_panel_is_drawn(panel: Columns | Rows) -> None:
    width, height = size(draw(Chart("Title", "note", (panel,))))
    assert width == WIDTH
    assert height > panel.height


def test_threads_may_draw_at_the_same_time() -> None:
    chart = Chart("Title", "note", (Columns("x", "3", ((1, 2),), LABELS),))
    with ThreadPoolExecutor(3) as threads:
        assert len(set(threads.map(draw, [chart] * 3))) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_typeface_has_every_letter_of_the_language(language: str) -> None:
    texts = [form for key, form in catalogue(language).items() if key.startswith("trends.")]
    said = (
        "".join(str(form) for form in texts)
        + "".join(CALENDARS[language].short_months)
        + "әғқңөұүһіӣқӯҳҷňýžş‘"
    )
    assert drawable(said) == said


def test_a_letter_that_the_typeface_lacks_is_a_question_mark() -> None:
    assert drawable("ab漢🇰") == "ab??"
