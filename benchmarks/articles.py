"""How well articles are read: pages with known text through our reader and through trafilatura alone.

    python -m benchmarks.articles --data DIR

DIR holds ``extraction/scrapinghub.tar.xz`` (scored by shared runs of four words, averaged over pages, as its authors do)
and ``extraction/trafilatura_eval.tar.xz`` (scored by snippets that must and must not be there).
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tarfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import trafilatura

from news.sources.decode import decode
from news.sources.page import read_article

NOW = datetime(2026, 11, 1, tzinfo=UTC)
Extract = Callable[[bytes, str], str]


def ours(body: bytes, url: str) -> str:
    article = read_article(decode(body), url, NOW)
    return article.text if article else ""


def alone(body: bytes, url: str) -> str:
    return trafilatura.extract(body, url=url, include_comments=False, include_tables=False) or ""


EXTRACTORS: dict[str, Extract] = {"ours": ours, "trafilatura alone": alone}


def load(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        found = {}
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                found[member.name] = file.read()
        return found


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text, re.UNICODE)
    return Counter(tuple(words[index : index + 4]) for index in range(max(1, len(words) - 3)) if words)


def f1(true: float, found: float, wanted: float) -> float:
    precision = true / found if found else 0.0
    recall = true / wanted if wanted else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def scrapinghub(files: dict[str, bytes], extract: Extract) -> float:
    truth = json.loads(next(body for name, body in files.items() if name.endswith("ground-truth.json")))
    precisions, recalls = [], []
    for key, page in truth.items():
        body = gzip.decompress(next(b for name, b in files.items() if key in name))
        wanted, found = shingles(page["articleBody"]), shingles(extract(body, page["url"]))
        true = (wanted & found).total()
        precisions.append(true / found.total() if found else 0.0 if wanted else 1.0)
        recalls.append(true / wanted.total() if wanted else 1.0)
    return f1(1.0, len(precisions) / sum(precisions), len(recalls) / sum(recalls))


def snippets(files: dict[str, bytes], extract: Extract) -> float:
    truth = json.loads(next(body for name, body in files.items() if name.endswith("evaldata.json")))
    by_name = {name.rsplit("/", 1)[1]: body for name, body in files.items()}
    true = false = missed = 0
    for url, page in truth.items():
        body = by_name.get(page["file"])
        if body is None:
            continue
        text = extract(body, url)
        hits = sum(snippet in text for snippet in page["with"])
        true += hits
        missed += len(page["with"]) - hits
        false += sum(snippet in text for snippet in page["without"])
    return f1(true, true + false, true + missed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    suites = {"scrapinghub": scrapinghub, "trafilatura_eval": snippets}
    for name, score in suites.items():
        files = load(options.data / "extraction" / f"{name}.tar.xz")
        for label, extract in EXTRACTORS.items():
            started = time.perf_counter()
            print(
                f"{name:18} {label:18} F1 {score(files, extract):.4f}  {time.perf_counter() - started:.1f} s"
            )


if __name__ == "__main__":
    main()
