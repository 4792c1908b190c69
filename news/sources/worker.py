"""The process that reads hostile bodies: ``python -m news.sources.worker``, one job after another over its pipes.

A job is a line of JSON and a body; the answer is a line of JSON. Nothing is pickled, so that a reader gone wrong can at
worst send wrong headlines. Limits on memory and processor time are the operating system's; the wall clock is the
parent's (news.sources.workers).
"""

from __future__ import annotations

import json
import os
import resource
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO

from news.errors import UnreadableError
from news.model import Item, SourceKind
from news.sources.document import Document
from news.sources.reading import read_document

MEMORY_LIMIT = 768 * 2**20
CPU_LIMIT_S = 10
# The import graph of the readers keeps some files open; a reader itself opens none.
FILES_LIMIT = 64
NICENESS = 5


def encode_job(body: bytes, *, kind: SourceKind, url: str, content_type: str, now: datetime) -> bytes:
    """A job as it goes down the pipe."""
    head = {"size": len(body), "kind": kind, "url": url, "content_type": content_type, "now": now.isoformat()}
    return json.dumps(head).encode() + b"\n" + body


def encode_answer(document: Document) -> bytes:
    """A document as it comes back: one line."""
    values = asdict(document)
    for item in values["items"]:
        item["published"] = item["published"].isoformat() if item["published"] else None
    return json.dumps({"document": values}).encode() + b"\n"


def decode_answer(line: bytes, url: str) -> Document:
    """The document of an answer. Raise UnreadableError when the answer is one, or is no answer."""
    try:
        answer = json.loads(line)
        if "refused" in answer:
            raise UnreadableError(url, str(answer["refused"])[:500])
        return _document(answer["document"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableError(url, "its reader gave no sensible answer.") from error


def _document(values: dict[str, Any]) -> Document:
    items = tuple(
        Item(**item | {"published": datetime.fromisoformat(item["published"]) if item["published"] else None})
        for item in values["items"]
    )
    return Document(**values | {"items": items, "feeds": tuple(values["feeds"])})


def limit_resources() -> None:  # pragma: no cover (only in the process that it limits)
    """No dumps, bounded memory, few files, and behind everybody who answers readers."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_LIMIT, FILES_LIMIT))


def allow_cpu_time(seconds: int) -> None:
    """From now on at most so many seconds of processor time: should the parent die, nobody else would end us."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(
        resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + seconds, resource.RLIM_INFINITY)
    )


def answer_job(head: dict[str, Any], body: bytes) -> bytes:
    """Read one body; every failure becomes a sentence."""
    try:
        document = read_document(
            body,
            kind=SourceKind(head["kind"]),
            url=head["url"],
            content_type=head["content_type"],
            now=datetime.fromisoformat(head["now"]),
        )
        return encode_answer(document)
    except UnreadableError as error:
        refused = error.reason
    except (MemoryError, RecursionError):
        refused = "it is too large or too deep to read."
    except Exception as error:  # noqa: BLE001 - hostile bodies find every bug of three parsers; the parent wants a sentence
        refused = f"its reader failed ({type(error).__name__})."
    return json.dumps({"refused": refused}).encode() + b"\n"


def serve(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Answer jobs until the pipe closes."""
    while line := jobs.readline():
        head = json.loads(line)
        body = jobs.read(head["size"])
        allow_cpu_time(CPU_LIMIT_S)
        answers.write(answer_job(head, body))
        answers.flush()


if __name__ == "__main__":  # pragma: no cover (the process that the tests of the pool run)
    limit_resources()
    import feedparser  # noqa: F401 (now, and not by the first body's clock)

    serve(sys.stdin.buffer, sys.stdout.buffer)
