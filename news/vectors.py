"""Sentence vectors as they are stored: normalised, float16 little endian. Complete without numpy: then nothing has one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from news.encoder import Encoder, text_to_encode
from news.ports import Storage

try:
    import numpy as np
except ImportError:  # pragma: no cover (the tests install the extra ``meaning``, which brings numpy)
    np = None  # type: ignore[assignment]

Vector = Any
"""A numpy array of float32; "Any" because numpy is optional."""

ENCODED_FOR = timedelta(days=30)
"""Headlines younger than this have a vector; older ones are found by their words."""

_CENTRED = ("en", "ru", "kk", "ky", "uz", "tr", "az")
_SHARE = 0.5
"""e5 puts each language in a corner of its own, so that cosines of different pairs of languages do not compare. Half of a
language's mean vector is taken off: measured on parallel sentences, the best threshold is then the same for all pairs."""


@cache
def _centres() -> Mapping[str, Vector]:
    """The mean vector of each language, of the news sentences of X-WMT (MIT licence); "" is their mean, for the others."""
    joined = files("news").joinpath("data", "meaning_centres.bin").read_bytes()
    rows = np.frombuffer(joined, dtype="<f2").astype(np.float32).reshape(len(_CENTRED), -1)
    return {**dict(zip(_CENTRED, rows, strict=True)), "": rows.mean(axis=0)}


def unpack(stored: bytes | None, language: str | None) -> Vector | None:
    """A stored vector to calculate with, centred for its language; None where there is none, or no numpy."""
    if not stored or np is None:
        return None
    vector = np.frombuffer(stored, dtype="<f2").astype(np.float32)
    centres = _centres()
    centre = centres.get(language or "", centres[""])
    if centre.shape != vector.shape:
        return vector
    moved = vector - _SHARE * centre
    return moved / np.linalg.norm(moved)


def cosine(one: Vector, other: Vector) -> float:
    """Cosine of two normalised vectors."""
    return float(one @ other)


class VectorTable:
    """Many vectors at once: whose is nearest to this one? One matrix product, 2 ms for 20,000 of 384 numbers."""

    def __init__(self, vectors: Mapping[int, Vector]) -> None:
        self._ids = list(vectors)
        self._matrix = np.stack(list(vectors.values())) if vectors else None

    def nearest(self, vector: Vector, limit: int, *, at_least: float) -> list[tuple[int, float]]:
        """(id, cosine) of the nearest, best first; equals by id."""
        if self._matrix is None:
            return []
        cosines = self._matrix @ vector
        close = np.flatnonzero(cosines >= at_least)
        pairs = sorted((-float(cosines[place]), self._ids[place]) for place in close)
        return [(number, -negative) for negative, number in pairs[:limit]]


async def encode_waiting(
    storage: Storage, encoder: Encoder, *, now: datetime, limit: int = 32
) -> Sequence[int]:
    """Store the vectors of up to ``limit`` recent headlines that have none, newest first; their ids.

    The encoder runs in a thread and lets go of the interpreter while it calculates, so answers are not held up.
    """
    waiting = await storage.search.without_vector(now - ENCODED_FOR, limit)
    texts = [text_to_encode(headline.title, headline.summary) for headline in waiting]
    vectors = await asyncio.to_thread(encoder.encode, texts)
    encoded = {headline.id: vector for headline, vector in zip(waiting, vectors, strict=True)}
    await storage.search.set_vectors(encoded)
    return list(encoded)
