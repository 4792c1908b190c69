"""A gazetteer built of a few lines by the same code that builds the real one."""

from __future__ import annotations

from dataclasses import replace

from news.gazetteer import Gazetteer, parse_gazetteer
from tools.gazetteer.corrections import Corrections, parse_corrections
from tools.gazetteer.entries import read_line
from tools.gazetteer.write import expand, render

NAMES = [
    ("JP", ["Japan", "Япония"] + ["Japan"] * 6),
    ("KZ", ["Kazakhstan", "Казахстан", "Қазақстан"] + ["Kazakhstan"] * 5),
]


def small_gazetteer(table: str, *, common: str = "", place: str = "") -> Gazetteer:
    """Make a gazetteer of table lines; ``common`` are plain words, ``place`` an id for every entry."""
    corrections: Corrections = parse_corrections(f"common\t{common}\n" if common else "")
    entries = [corrections.apply(expand(read_line(line))) for line in table.splitlines()]
    return parse_gazetteer(
        render([replace(entry, place=place) for entry in entries if entry], NAMES, "# test\n").splitlines()
    )
