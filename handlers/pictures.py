"""Pictures of counts for a chat, 1080 pixels wide: dark on light, large type, one panel under another.

Needs the extra ``pictures`` (matplotlib, which brings a typeface with every letter of the interface languages).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 1080  # pixels
DPI = 100
MARGIN = 54
HEAD = 150
COLUMNS_HEIGHT = 300
ROW_HEIGHT = 80
INK, FAINT, PAPER = "#1c2733", "#5b6b7a", "#fbfaf7"
ROWS_COLOUR = "#2f8f83"
COLOURS = ("#1f6fb2", "#c8553d", "#9aa5ae", "#e0a030")
_FALLBACK = "?"
_ONE_AT_A_TIME = Lock()  # matplotlib's settings and its cache of glyphs belong to the whole process


@dataclass(frozen=True, slots=True)
class Columns:
    """A column a day: ``layers`` stand upon each other, the first at the bottom; ``names`` tell them apart (or none)."""

    title: str
    figure: str
    layers: tuple[tuple[int, ...], ...]
    labels: tuple[str, str]  # under the first and the last column
    names: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        return COLUMNS_HEIGHT + (46 if self.names else 0)


@dataclass(frozen=True, slots=True)
class Rows:
    """A bar a row with its name above it and its figure behind it."""

    title: str
    rows: tuple[tuple[str, str, int], ...]  # name, figure as written, value

    @property
    def height(self) -> int:
        return 90 + ROW_HEIGHT * len(self.rows)


@dataclass(frozen=True, slots=True)
class Chart:
    """A heading, a line under it, and panels from top to bottom."""

    title: str
    note: str
    panels: tuple[Columns | Rows, ...]


def can_draw() -> bool:
    """Whether the extra is installed."""
    return find_spec("matplotlib") is not None


def draw(chart: Chart) -> bytes:
    """The chart as a PNG. Takes a few tenths of a second of processor time: call it off the event loop."""
    import matplotlib as mpl  # noqa: PLC0415 (an extra, and a second to import)
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    height = HEAD + sum(panel.height for panel in chart.panels) + MARGIN
    # Words of headlines are no formulas, whatever signs stand in them.
    with _ONE_AT_A_TIME, mpl.rc_context({"font.family": "DejaVu Sans", "text.parse_math": False}):
        figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=PAPER)
        FigureCanvasAgg(figure)
        _write(figure, MARGIN, 64, chart.title, size=34, is_bold=True, height=height)
        _write(figure, MARGIN, 114, chart.note, size=23, colour=FAINT, height=height)
        top = HEAD
        for panel in chart.panels:
            if isinstance(panel, Columns):
                _draw_columns(figure, panel, top, height)
            else:
                _draw_rows(figure, panel, top, height)
            top += panel.height
        picture = BytesIO()
        figure.savefig(picture, format="png", dpi=DPI, facecolor=PAPER)
    return picture.getvalue()


def _draw_columns(figure: Figure, panel: Columns, top: int, height: int) -> None:
    half = WIDTH / 2 - MARGIN  # a title and its figure share a line
    _write(figure, MARGIN, top + 36, panel.title, size=27, is_bold=True, height=height, widest=half)
    _write(figure, WIDTH - MARGIN, top + 36, panel.figure, size=27, height=height, align="right", widest=half)
    box = (MARGIN / WIDTH, 1 - (top + 234) / height, 1 - 2 * MARGIN / WIDTH, 140 / height)
    axes = figure.add_axes(box)
    axes.set_axis_off()
    days = range(len(panel.layers[0]))
    floor = [0] * len(days)
    for layer, colour in zip(panel.layers, COLOURS, strict=False):
        axes.bar(days, layer, bottom=floor, width=0.8, color=colour)
        floor = [below + value for below, value in zip(floor, layer, strict=True)]
    axes.set_xlim(-0.5, len(days) - 0.5)
    axes.set_ylim(0, max([*floor, 1]))
    axes.axhline(0, color=FAINT, linewidth=2)
    most = max(floor, default=0)
    if most:
        _mark(axes, floor.index(most), most, len(days))
    first, last = panel.labels
    _write(figure, MARGIN, top + 260, first, size=22, colour=FAINT, height=height)
    _write(figure, WIDTH - MARGIN, top + 260, last, size=22, colour=FAINT, height=height, align="right")
    _name(figure, panel.names, top + 304, height)


def _mark(axes: Axes, day: int, most: int, days: int) -> None:
    """The highest column says how high it is; at an edge the number stays inside the picture."""
    align = "left" if day < days * 0.05 else "right" if day > days * 0.95 - 1 else "center"
    place = day - 0.4 if align == "left" else day + 0.4 if align == "right" else day
    axes.text(place, most, f"{most:,}", ha=align, va="bottom", fontsize=21, color=INK)


def _name(figure: Figure, names: Sequence[str], line: int, height: int) -> None:
    for number, name in enumerate(names):
        place = MARGIN + number * (WIDTH - 2 * MARGIN) / max(1, len(names))
        _write(figure, place, line, "■", size=20, colour=COLOURS[number], height=height)
        _write(figure, place + 30, line, name, size=21, height=height)


def _draw_rows(figure: Figure, panel: Rows, top: int, height: int) -> None:
    _write(figure, MARGIN, top + 36, panel.title, size=27, is_bold=True, height=height)
    most = max([value for _, _, value in panel.rows], default=1) or 1
    for number, (name, figures, value) in enumerate(panel.rows):
        line = top + 80 + ROW_HEIGHT * number
        _write(figure, MARGIN, line, name, size=23, height=height)
        _write(figure, WIDTH - MARGIN, line, figures, size=23, height=height, align="right")
        if not value:
            continue
        width = max(0.004, value / most) * (1 - 2 * MARGIN / WIDTH)
        axes = figure.add_axes((MARGIN / WIDTH, 1 - (line + 38) / height, width, 14 / height))
        axes.set_axis_off()
        axes.barh(0.5, 1, height=1, color=ROWS_COLOUR)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)


def _write(
    figure: Figure,
    left: float,
    line: float,
    text: str,
    *,
    size: int,
    height: int,
    colour: str = INK,
    is_bold: bool = False,
    align: str = "left",
    widest: float = WIDTH - 2 * MARGIN,
) -> None:
    """One line of text with its middle ``line`` pixels under the top, at most ``widest`` long; ``size`` in points."""
    weight = "bold" if is_bold else "normal"
    place = (left / WIDTH, 1 - line / height)
    written = figure.text(
        *place, drawable(text), fontsize=size, color=colour, ha=align, va="center", weight=weight
    )
    length = written.get_window_extent().width
    if length > widest:  # a long name in some language: smaller is better than cut
        written.set_fontsize(size * widest / length)


def drawable(text: str) -> str:
    """The text with every letter that the typeface lacks as a question mark."""
    known = _letters()
    return "".join(letter if ord(letter) in known else _FALLBACK for letter in text)


@cache
def _letters() -> frozenset[int]:
    from matplotlib import font_manager, ft2font  # noqa: PLC0415

    return frozenset(ft2font.FT2Font(font_manager.findfont("DejaVu Sans")).get_charmap())
