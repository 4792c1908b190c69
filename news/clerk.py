"""The second process of a round: reads what is quickly read and tells languages, countries and words for the index.

``python -m news.clerk``: a line of JSON is a job, a line of JSON its answer. A job to read is followed by the body.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

from news.garbage import spare_what_stays
from news.gazetteer import Gazetteer, load_gazetteer
from news.ingest import Told, tell
from news.model import Attribution, CountryEvidence, Item, Source, SourceKind
from news.sources.document import Document
from news.sources.reading import read_quickly
from news.text import IndexWords

NICENESS = 5
# Letters as they are: escapes would take twice the time on both sides.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode_reading(body: bytes, *, url: str, content_type: str, now: datetime) -> bytes:
    """The job to read a feed."""
    return _line(["read", len(body), url, content_type, now.isoformat()]) + body


def encode_telling(source: Source, items: Sequence[Item]) -> bytes:
    """The job to tell: what is told of items depends on these fields of theirs and of their source."""
    fields = [(item.title, item.summary, item.language) for item in items]
    return _line(["tell", source.country, source.languages, fields])


def decode_document(line: bytes) -> Document | None:
    """The answer to ``encode_reading``: None when it cannot be quickly read. Raise ValueError when it is no answer."""
    answer = json.loads(line)
    if answer is None:
        return None
    title, language, ttl_s, items = answer
    return Document(tuple(map(_item, items)), title, language, ttl_s)


def decode_told(line: bytes, count: int) -> list[Told] | None:
    """The answer to ``encode_telling``: None when it failed. Raise ValueError when it is none for so many items."""
    answers = json.loads(line)
    if answers is None:
        return None
    if len(answers) != count:
        raise ValueError("another number of answers")
    return [
        (
            language,
            Attribution(tuple(CountryEvidence(*one) for one in countries), implied),
            IndexWords(*words),
        )
        for language, countries, implied, words in answers
    ]


def answer_job(gazetteer: Gazetteer, line: bytes, jobs: BinaryIO) -> bytes:
    """The line for a line: ``null`` for what fails. The body of a job to read is what comes next from ``jobs``."""
    kind, *job = json.loads(line)
    body = jobs.read(job[0]) if kind == "read" else b""
    try:
        return _line(_read(body, *job[1:]) if kind == "read" else _tell(gazetteer, *job))
    except Exception:  # noqa: BLE001 (a source that finds a bug of ours must not take the others' clerk away)
        return _line(None)


def serve(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Greet, then answer until the pipe closes."""
    gazetteer = load_gazetteer()
    answers.write(b"[]\n")
    answers.flush()
    while line := jobs.readline():
        answers.write(answer_job(gazetteer, line, jobs))
        answers.flush()


def _read(body: bytes, url: str, content_type: str, now: str) -> list[Any] | None:
    moment = datetime.fromisoformat(now)
    found = read_quickly(body, kind=SourceKind.FEED, url=url, content_type=content_type, now=moment)
    if found is None:
        return None
    items = [
        (one.guid, one.title, one.url, one.summary, one.published and one.published.isoformat(), one.language)
        for one in found.items
    ]
    return [found.title, found.language, found.ttl_s, items]


def _item(values: Sequence[Any]) -> Item:
    guid, title, url, summary, published, language = values
    return Item(guid, title, url, summary, published and datetime.fromisoformat(published), language)


def _tell(
    gazetteer: Gazetteer, country: str | None, languages: list[str], fields: list[list[Any]]
) -> list[tuple[Any, ...]]:
    source = Source("", "", SourceKind.FEED, "", country, tuple(languages))
    told = [
        tell(gazetteer, source, Item("", title, None, summary, None, language))
        for title, summary, language in fields
    ]
    return [
        (
            language,
            [(one.country, one.words, one.rule, one.weight) for one in found.countries],
            found.implied_by_source,
            words,
        )
        for language, found, words in told
    ]


def _line(value: Any) -> bytes:
    """Addresses may hold half a surrogate pair, which ``json.loads`` takes as it is written here."""
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass") + b"\n"


if __name__ == "__main__":  # pragma: no cover (the process that the tests of the desk run)
    os.nice(NICENESS)
    spare_what_stays()
    serve(sys.stdin.buffer, sys.stdout.buffer)
