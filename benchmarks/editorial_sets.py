"""Labelled sets of benchmarks/editorial.py, read from a folder; and the measures."""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from news.stories import StoryInput


@dataclass(frozen=True)
class Grouped:
    """Headlines and the story of each."""

    name: str
    items: tuple[StoryInput, ...]
    gold: Mapping[str, str]


@dataclass(frozen=True)
class Paired:
    """Pairs of headlines with "same event or not"; ``kind`` names the class for a closer look."""

    name: str
    items: tuple[StoryInput, ...]
    pairs: tuple[tuple[str, str, bool, str], ...]


def lines(data: Path, name: str) -> list[dict]:
    """JSON lines of DIR/name or DIR/name.gz; nothing when there is no such file."""
    plain, packed = data / name, data / f"{name}.gz"
    if plain.exists():
        return [json.loads(line) for line in plain.read_text(encoding="utf-8").split("\n") if line]
    if packed.exists():
        return [
            json.loads(line)
            for line in gzip.decompress(packed.read_bytes()).decode("utf-8").split("\n")
            if line
        ]
    return []


def grouped_sets(data: Path) -> Iterator[Grouped]:
    """UCI, BASIL, FNC, Emergent."""
    for name, path, label in (
        ("uci", "uci_stories/headlines.jsonl", "story"),
        ("basil", "basil_events/articles.jsonl", "event"),
        ("fnc", "fnc1_stories/headlines.jsonl", "story"),
        ("emergent", "emergent_claims/headlines.jsonl", "story"),
    ):
        if rows := lines(data, path):
            items = tuple(StoryInput(row["id"], row["title"], "", _instant(row), "en") for row in rows)
            yield Grouped(name, items, {row["id"]: row[label] for row in rows})


def _instant(row: Mapping[str, object]) -> datetime | None:
    if "ts" in row:
        return datetime.fromtimestamp(int(str(row["ts"])) / 1000, UTC)
    return datetime.fromisoformat(str(row["date"])).replace(tzinfo=UTC) if row.get("date") else None


def paired_sets(data: Path, most: int) -> Iterator[Paired]:
    """Telegram, tgcontest (titles; titles and texts), dialogue slugs, headline_cause; at most ``most`` pairs of each."""
    telegram = lines(data, "telegram_ru/same_event_pairs.jsonl")
    yield _paired(
        "telegram ru", telegram[:most], "ru", lambda row: (bool(row["same"]), row["label"]), dated=True
    )
    contest = lines(data, "tgcontest_pairs/pairs.jsonl")
    for language in ("ru", "en"):
        rows = [row for row in contest if row["lang"] == language][:most]
        for text in (False, True):
            name = f"tgcontest {language}{' with text' if text else ''}"
            yield _paired(name, rows, language, lambda row: (bool(row["same"]), ""), text=text)
    slugs = [
        {**row, "a": row["a_ru"], "b": row["b_ru"]}
        for row in lines(data, "dialogue2021_ru/pairs.jsonl")
        if row["a_ru"] and row["b_ru"]
    ]
    yield _paired("dialogue slugs", slugs[:most], "ru", lambda row: (bool(row["same"]), ""))
    causes = [row for row in lines(data, "headline_cause/pairs.jsonl") if row["label"] != "bad"]
    yield _paired("headline_cause", causes[:most], None, lambda row: (row["label"] == "same", row["label"]))


def similar_sets(data: Path) -> Iterator[Paired]:
    """STS headlines with a clear verdict: near in meaning, which is not quite one event; for fitting only."""
    rows = [row for row in lines(data, "sts_headlines/pairs.jsonl") if row["same"] is not None]
    yield _paired("sts", rows, "en", lambda row: (bool(row["same"]), ""))


def _paired(
    name: str, rows: Sequence[dict], language: str | None, judge, *, text=False, dated=False
) -> Paired:
    items: dict[str, StoryInput] = {}
    pairs = []
    for row in rows:
        for side in ("a", "b"):
            published = datetime.fromisoformat(row[f"{side}_date"]) if dated else None
            summary = row.get(f"{side}_text", "") if text else ""
            key = row[side]
            items[key] = StoryInput(key, row[side], summary, published, language or row.get("lang"))
        pairs.append((row["a"], row["b"], *judge(row)))
    return Paired(name, tuple(items.values()), tuple(pairs))


def parallel_sets(data: Path) -> Iterator[tuple[str, list[dict]]]:
    """The same sentences in several languages."""
    for name, path in (
        ("xwmt", "parallel_xwmt/sentences.jsonl"),
        ("flores", "parallel_flores_sib200/sentences.jsonl"),
    ):
        if rows := lines(data, path):
            yield name, rows


def group_measures(gold: Mapping[str, str], got: Mapping[str, str]) -> dict[str, float]:
    """Pair precision, recall and F; B³ F; the size of the largest story."""
    in_gold, in_got = Counter(gold.values()), Counter(got.values())
    both = Counter((gold[key], got[key]) for key in gold)
    pairs = [sum(n * (n - 1) / 2 for n in some.values()) for some in (both, in_got, in_gold)]
    precision, recall = (pairs[0] / pairs[1] if pairs[1] else 1.0), (pairs[0] / pairs[2] if pairs[2] else 1.0)
    b_precision = sum(n * n / in_got[story] for (_, story), n in both.items()) / len(gold)
    b_recall = sum(n * n / in_gold[story] for (story, _), n in both.items()) / len(gold)
    return {
        "P": precision,
        "R": recall,
        "F": harmonic(precision, recall),
        "B3": harmonic(b_precision, b_recall),
        "largest": max(in_got.values()),
    }


def harmonic(one: float, other: float) -> float:
    """F1."""
    return 2 * one * other / (one + other) if one + other else 0.0


def pair_measures(said: Sequence[bool], true: Sequence[bool]) -> dict[str, float]:
    """Precision, recall and F of "same"."""
    hits = sum(a and b for a, b in zip(said, true, strict=True))
    precision = hits / sum(said) if any(said) else 0.0
    recall = hits / sum(true) if any(true) else 0.0
    return {"P": precision, "R": recall, "F": harmonic(precision, recall)}


def best_f(scores: Sequence[float], true: Sequence[bool]) -> float:
    """The best F of any threshold: what a method could reach if somebody told it where to cut."""
    ordered = sorted(zip(scores, true, strict=True), reverse=True)
    total, hits, best = sum(true), 0, 0.0
    for taken, (_, is_true) in enumerate(ordered, 1):
        hits += is_true
        best = max(best, 2 * hits / (taken + total))
    return best


def ndcg(ranked: Sequence[bool], relevant: int, depth: int = 10) -> float:
    """Normalised discounted cumulative gain of a ranking, binary."""
    gain = sum(1 / math.log2(place + 2) for place, is_relevant in enumerate(ranked[:depth]) if is_relevant)
    ideal = sum(1 / math.log2(place + 2) for place in range(min(relevant, depth)))
    return gain / ideal if ideal else 0.0
