"""What simple methods do on the same pairs: exact words, TF-IDF over words and over letters, MinHash."""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

Features = Mapping[str, float]


def words(text: str) -> list[str]:
    """Lower-case words."""
    return re.findall(r"\w+", text.casefold())


def letters(text: str) -> list[str]:
    """Runs of three to five letters inside words."""
    return [
        padded[start : start + size]
        for word in words(text)
        for padded in (f" {word} ",)
        for size in (3, 4, 5)
        for start in range(len(padded) - size + 1)
    ]


class TfIdf:
    """Cosine of smoothed tf-idf vectors."""

    def __init__(self, texts: Iterable[str], split: Callable[[str], list[str]]) -> None:
        self._split = split
        counts = {text: Counter(split(text)) for text in texts}
        frequency = Counter(feature for count in counts.values() for feature in count)
        total = len(counts)
        self._vectors = {
            text: _unit(
                {
                    feature: (1 + math.log(n)) * (math.log((1 + total) / (1 + frequency[feature])) + 1)
                    for feature, n in count.items()
                }
            )
            for text, count in counts.items()
        }

    def __call__(self, one: str, other: str) -> float:
        a, b = self._vectors[one], self._vectors[other]
        return sum(weight * b.get(feature, 0.0) for feature, weight in a.items())


def _unit(vector: dict[str, float]) -> Features:
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {feature: weight / length for feature, weight in vector.items()}


def exact_words(one: str, other: str) -> float:
    """Jaccard of the sets of words."""
    a, b = set(words(one)), set(words(other))
    return len(a & b) / len(a | b) if a | b else 0.0


class MinHash:
    """Estimated Jaccard of runs of letters, 128 permutations."""

    def __init__(self, texts: Iterable[str], permutations: int = 128) -> None:
        prime = (1 << 61) - 1
        keys = [
            (zlib.crc32(f"a{n}".encode()) * 2 + 1, zlib.crc32(f"b{n}".encode())) for n in range(permutations)
        ]
        self._signatures = {
            text: [min((a * value + b) % prime for value in hashes) for a, b in keys]
            for text in texts
            for hashes in ([zlib.crc32(run.encode()) for run in set(letters(text))] or [0],)
        }

    def __call__(self, one: str, other: str) -> float:
        a, b = self._signatures[one], self._signatures[other]
        return sum(x == y for x, y in zip(a, b, strict=True)) / len(a)


def methods(texts: Sequence[str]) -> dict[str, Callable[[str, str], float]]:
    """All of them by name."""
    unique = list(dict.fromkeys(texts))
    return {
        "exact words": exact_words,
        "tf-idf words": TfIdf(unique, words),
        "tf-idf letters": TfIdf(unique, letters),
        "minhash": MinHash(unique),
    }
