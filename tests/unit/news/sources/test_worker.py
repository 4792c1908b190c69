from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from news.errors import UnreadableError
from news.model import Item, SourceKind
from news.sources.document import Document
from news.sources.worker import (
    MEMORY_LIMIT,
    answer_job,
    decode_answer,
    encode_answer,
    encode_job,
    serve,
)

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
BROKEN = b"<rss><channel><item><title>Fish & chips</title></item></channel></rss>"


def job(body: bytes, kind: SourceKind = SourceKind.FEED) -> bytes:
    return encode_job(body, kind=kind, url="https://a.kz/", content_type="", now=NOW)


def answers_to(*jobs: bytes) -> list[bytes]:
    answers = io.BytesIO()
    limits = resource.getrlimit(resource.RLIMIT_CPU)
    try:
        serve(io.BytesIO(b"".join(jobs)), answers)
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, limits)
    return answers.getvalue().splitlines()


def test_a_document_survives_the_pipe() -> None:
    document = Document(
        items=(Item("g", "Тема", "https://a.kz/", "s", NOW, "ru"), Item("h", "T")),
        title="x\ny",
        language="ru",
        ttl_s=60.0,
        feeds=("https://a.kz/f",),
    )
    assert decode_answer(encode_answer(document), "u") == document


def test_jobs_are_answered_one_after_the_other() -> None:
    first, second, third = answers_to(job(BROKEN), job(b"\n"), job(b"line\nline 2", SourceKind.FILE))
    assert decode_answer(first, "u").items[0].title == "Fish & chips"
    with pytest.raises(UnreadableError, match="u: it is empty"):
        decode_answer(second, "u")
    assert [item.title for item in decode_answer(third, "u").items] == ["line", "line 2"]


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[]", b'{"document": {"items": [{"x": 1}]}}', b'{"document": 5}', b"\xff"],
    ids=ascii,
)
def test_an_answer_that_is_none_is_a_refusal(line: bytes) -> None:
    with pytest.raises(UnreadableError, match="no sensible answer"):
        decode_answer(line, "u")


def test_a_reader_that_fails_says_so() -> None:
    head = {"kind": "feed", "url": "u", "content_type": "", "now": "not a time"}
    assert json.loads(answer_job(head, b"x")) == {"refused": "its reader failed (ValueError)."}


def test_the_process_limits_its_memory() -> None:
    code = (
        "import news.sources.worker as w; w.limit_resources(); w.allow_cpu_time(5)\n"
        f"try: bytes({MEMORY_LIMIT})\nexcept MemoryError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "refused"


def test_too_deep_a_body_is_a_sentence() -> None:
    head = {"kind": "feed", "url": "u", "content_type": "", "now": NOW.isoformat()}
    answer = json.loads(answer_job(head, b'{"items": ' + b"[" * 200_000))
    assert answer["refused"].endswith(".")
