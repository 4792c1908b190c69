"""A web server for tests: real sockets, answers written down byte by byte, every request remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

REASONS = {200: "OK", 304: "Not Modified", 301: "Moved Permanently", 302: "Found", 308: "Permanent Redirect"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path gives. ``drip`` sends the body byte by byte, each after an event that never comes."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    hangs: bool = False

    def wire(self, asked: Mapping[str, str]) -> bytes:
        body = self.body.encode() if isinstance(self.body, str) else self.body
        status, headers = self.status, dict(self.headers)
        if self.etag:
            headers["ETag"] = self.etag
            if asked.get("if-none-match") == self.etag:
                status, body = 304, b""
        headers.setdefault("Content-Length", str(len(body)))
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Other')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join(lines).encode("latin-1") + b"\r\nConnection: close\r\n\r\n" + body


@dataclass(slots=True)
class FeedServer:
    """``answers`` by path; ``requests`` are (path, headers) as they came."""

    port: int
    answers: dict[str, Answer | Callable[[], Awaitable[Answer]]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)  # a request that is never answered has come

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            asked = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            self.requests.append((path, asked))
            answer = self.answers.get(path.split("?")[0], Answer(status=404))
            if not isinstance(answer, Answer):
                answer = await answer()
            if answer.hangs:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<")
                self.hanging.set()
                await reader.read()  # until the client gives up
            else:
                writer.write(answer.wire(asked))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def run_feed_server() -> AsyncIterator[FeedServer]:
    """A server on a free port of the loopback."""
    server = FeedServer(port=0)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield server
        listener.close()
