"""How results are written: tables for people, JSON lines for programs, progress only on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

PIPE_WIDTH = 160  # columns of a table that goes into a pipe


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command writes. ``as_json``: one object a line where the result is a list."""

    as_json: bool = False
    console: Console = field(
        default_factory=lambda: Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
    )

    def rows(self, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
        """A list of results: the named columns as a table, or every field as JSON lines."""
        if self.as_json:
            for row in rows:
                self.line(row)
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column.replace("_", " "), overflow="fold")
        for row in rows:
            table.add_row(*(Text(_cell(row.get(column))) for column in columns))
        self.console.print(table)

    def facts(self, facts: Mapping[str, object]) -> None:
        """One result: a line a fact, or one JSON object."""
        if self.as_json:
            self.line(facts)
            return
        for name, value in facts.items():
            self.say(f"{name.replace('_', ' ')}: {_cell(value)}")

    def line(self, value: Mapping[str, object]) -> None:
        """One JSON object on a line."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")

    def say(self, text: str) -> None:
        """A sentence for people, on standard output, as it is."""
        sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """A sentence on standard error."""
    sys.stderr.write(f"{text}\n")


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Progress]:
    """A bar on standard error, silent unless that is a terminal. Advance it with ``bar.advance(bar.task_ids[0])``."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with bar:
        bar.add_task(title, total=total)
        yield bar


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple, set, frozenset)):
        return " ".join(map(str, value))
    return str(value)
