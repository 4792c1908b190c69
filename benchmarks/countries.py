"""Score country attribution on labelled sets: `python benchmarks/countries.py --data DIR [--peers] [--errors SET]`.

DIR holds one folder a set (`ria_ru/articles.jsonl.gz`, `seed/gold.jsonl` …); a set that is not there is left out. Every
labelled row is scored. Micro-F1 over (row, country) pairs. Peers are scored where they are installed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as a script, too

from benchmarks.peers_countries import peers
from news.attribute import attribute
from news.gazetteer import load_gazetteer

NARROW = frozenset(
    {"name", "capital", "city", "region", "district", "village", "abbreviation", "adjective", "demonym"}
)
"""Kinds that every set counts; by the narrower rule of most of them a leader, a company or a club alone does not."""
Predict = Callable[["Row"], set[str]]


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    title: str
    countries: frozenset[str]
    summary: str = ""
    source_country: str | None = None
    language: str | None = None


def read_jsonl(path: Path) -> list[dict]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def rows(path: Path, text: str, label: str, *, language: str | None = None, only: str = "") -> list[Row]:
    """``only`` names a field of label quality: rows marked as excluded or unknown are left out."""
    return [
        Row(str(record["id"]), record[text], frozenset(record[label]), language=language)
        for record in read_jsonl(path)
        if record.get(label) is not None
        and record.get(text)
        and record.get(only) not in ("exclude", "unknown")
        and not record.get("disputed")
    ]


def reuters_rows(path: Path) -> list[Row]:
    return [
        Row(
            record["id"],
            f"{record['title'] or ''}. {(record['dateline'] or '').split(',')[0]}",
            frozenset(record["countries"]) - {"US"},
        )
        for record in read_jsonl(path)
    ]


def sets(data: Path) -> Iterator[tuple[str, list[Row], frozenset[str]]]:
    """Yield (name, rows, countries left out of the score) of each set that is there."""
    plain = [
        ("seed headlines", "seed/gold.jsonl", "title", "countries", "en", ""),
        ("RIA headlines", "ria_ru/articles.jsonl.gz", "title", "title_countries", "ru", "title_label"),
        ("NEREL headlines", "nerel_ru/docs.jsonl.gz", "title", "title_countries", "ru", ""),
        ("24.kg leads", "kyrgyz_24kg/articles.jsonl.gz", "lead", "lead_countries", "ky", "lead_label"),
        ("KazNERD", "kaznerd_kk/sentences.jsonl.gz", "text", "countries", "kk", ""),
        ("GeoVirus headlines", "geo_en/geovirus.jsonl.gz", "title", "title_countries", "en", ""),
        ("TR-News headlines", "geo_en/trnews.jsonl.gz", "title", "title_countries", "en", ""),
        ("GeoWebNews headlines", "geo_en/gwn.jsonl.gz", "title", "title_countries", "en", ""),
        ("LGL headlines", "geo_en/lgl.jsonl.gz", "title", "title_countries", "en", ""),
    ]
    nothing: frozenset[str] = frozenset()
    for name, path, text, label, language, only in plain:
        if (data / path).exists():
            found = rows(data / path, text, label, language=language, only=only)
            yield name, found, nothing
            if name == "KazNERD":
                yield "KazNERD without KZ", found, frozenset({"KZ"})
    if (data / "reuters21578_places").exists():
        yield (
            "Reuters without US",
            reuters_rows(data / "reuters21578_places/docs.jsonl.gz"),
            frozenset({"US"}),
        )
    for name, path in (
        ("X-WMT", "parallel_xwmt/sentences.jsonl"),
        ("FLORES", "parallel_flores_sib200/sentences.jsonl.gz"),
    ):
        for language in ("en", "ru", "kk", "ky", "uz", "tg", "tk", "tr"):
            if (data / path).exists():
                found = rows(data / path, "en", "countries", only="label") and rows_of(data / path, language)
                if found:
                    yield f"{name} {language}", found, nothing


def rows_of(path: Path, language: str) -> list[Row]:
    records = [record for record in read_jsonl(path) if language in record]
    return [
        Row(str(record["id"]), record[language], frozenset(record["countries"]), language=language)
        for record in records
        if record["countries"] is not None and record.get("label") not in ("exclude", "unknown")
    ]


def score(found: list[Row], predict: Predict, left_out: frozenset[str]) -> tuple[float, float, float]:
    """Return micro precision, recall and F1."""
    right = said = wanted = 0
    for row in found:
        given, gold = predict(row) - left_out, row.countries - left_out
        right, said, wanted = right + len(given & gold), said + len(given), wanted + len(gold)
    precision, recall = right / max(said, 1), right / max(wanted, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def show_errors(found: list[Row], predict: Predict, gazetteer, limit: int) -> None:
    for row in found:
        given = predict(row)
        if given != row.countries and limit:
            limit -= 1
            evidence = attribute(
                gazetteer, row.title, row.summary, source_country=row.source_country
            ).countries
            why = ", ".join(f"{clue.country}<{clue.words}:{clue.rule}>" for clue in evidence)
            print(
                f"{row.id}\t+{sorted(given - row.countries)}\t-{sorted(row.countries - given)}\t{row.title}\t[{why}]"
            )


def speed(gazetteer, found: list[Row]) -> float:
    """Headlines a second of processor time, best of three runs: after the first most words are known, as in service."""
    titles = [row.title for row in found]
    best = 0.0
    for _ in range(3):
        began = time.process_time()
        for title in titles:
            attribute(gazetteer, title, source_country="KZ")
        best = max(best, len(titles) / (time.process_time() - began))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", action="store_true", help="score the installed peers as well")
    parser.add_argument("--errors", default="", help="list the rows of this set that are wrong")
    parser.add_argument("--limit", type=int, default=10_000)
    options = parser.parse_args()
    began = time.process_time()
    gazetteer = load_gazetteer()
    loaded = time.process_time() - began

    def ours(row: Row) -> set[str]:
        found = attribute(
            gazetteer, row.title, row.summary, source_country=row.source_country, language=row.language
        )
        return {evidence.country for evidence in found.countries}

    def narrow(row: Row) -> set[str]:
        found = attribute(gazetteer, row.title, row.summary, source_country=row.source_country)
        return {evidence.country for evidence in found.countries if evidence.rule.split(" of ")[0] in NARROW}

    if options.errors:
        for name, found, _ in sets(options.data):
            if name == options.errors:
                show_errors(found, ours, gazetteer, options.limit)
        return
    others = peers() if options.peers else {}
    print(
        "| set | rows | precision | recall | micro-F1 | names only |"
        + "".join(f" {name} |" for name in others)
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: |" + " ---: |" * len(others))
    headlines: list[Row] = []
    for name, found, left_out in sets(options.data):
        precision, recall, f1 = score(found, ours, left_out)
        rest = "".join(
            f" {score(found, lambda row, p=p: p(row.title), left_out)[2]:.3f} |" for p in others.values()
        )
        names_only = score(found, narrow, left_out)[2]
        print(
            f"| {name} | {len(found)} | {precision:.3f} | {recall:.3f} | **{f1:.3f}** | {names_only:.3f} |{rest}"
        )
        headlines += found if "headlines" in name else []
    print(
        f"\nLoading: {loaded:.3f} s. Speed: {speed(gazetteer, headlines):,.0f} headlines/s on one core ({len(headlines)} headlines)."
    )


if __name__ == "__main__":
    main()
