"""The guarded way to the network: every name is resolved here, every address checked, and the checked address dialled.

One connection per request and none kept: sources live on thousands of hosts, there is nothing to reuse.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import httptools
import httpx

from news.errors import RefusedAddressError
from news.sources.addresses import Address, is_public, parse_address

RESOLVER_THREADS = 16
# How long one of several addresses may take before the next is tried.
_TRY_NEXT_S = 5.0
_READ_AT_ONCE = 64 * 1024
# Bytes that may come without bringing any of the body: the head, and whatever trails.
_HEAD_LIMIT = 64 * 1024

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Dialler:
    """Dials only addresses that ``is_public`` allows, unless ``allow_private``."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        # A pool of its own: names that never resolve must not block the loop's other threads.
        self._resolvers = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="resolver")

    async def dial(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> Wire:
        """Resolve, check and dial. Raise RefusedAddressError when any of the host's addresses is not public.

        Raise httpx.ConnectError when the name is not known or nobody answers.
        """
        addresses = await self._resolve(host, port)
        for address in addresses:
            if not (self._allow_private or is_public(address)):
                raise RefusedAddressError(host, "this name leads to a private or special network.")
        *others, last = addresses[:3]
        for address in others:
            try:
                async with asyncio.timeout(_TRY_NEXT_S):
                    return await _connect(address, port, host, tls)
            except OSError:  # a TimeoutError is one
                continue
        try:
            return await _connect(last, port, host, tls)
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error

    async def _resolve(self, host: str, port: int) -> list[Address]:
        try:
            return [parse_address(host)]
        except ValueError:
            pass
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(
                self._resolvers, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"the name {host} is not known") from error
        addresses = [parse_address(entry[4][0]) for entry in found if isinstance(entry[4][0], str)]
        # IPv4 first: the small machines that this runs on often have no way out by IPv6.
        return sorted(dict.fromkeys(addresses), key=lambda address: address.version)

    def close(self) -> None:
        """Let go of the resolver threads without waiting for names that never answer."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)


async def _connect(address: Address, port: int, host: str, tls: ssl.SSLContext | None) -> Wire:
    return await asyncio.open_connection(
        str(address), port, limit=_READ_AT_ONCE, ssl=tls, server_hostname=host if tls else None
    )


class _Answer:
    """An answer as httptools reads it from the bytes: head, then body by pieces. Interim answers (1xx) are passed over."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.has_head = False
        self.is_complete = False
        self._pieces: list[bytes] = []
        self._without_body = 0
        self._parser = httptools.HttpResponseParser(self)
        # One request, one answer, nothing behind it: what sloppy servers write can smuggle nothing in.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_chunked_length=True, lenient_optional_cr_before_lf=True
        )

    def feed(self, data: bytes) -> None:
        """Read on; no bytes mean the end. Raise httpx.RemoteProtocolError."""
        if not data:
            self._finish()
            return
        known = len(self._pieces)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self.is_complete:  # what follows a complete answer is nobody's business
                raise httpx.RemoteProtocolError(str(error)) from error
        if len(self._pieces) == known:
            self._without_body += len(data)
            if self._without_body > _HEAD_LIMIT:
                raise httpx.RemoteProtocolError("its head is too long")

    def take(self) -> list[bytes]:
        """The pieces of the body that came since the last time."""
        pieces, self._pieces = self._pieces, []
        return pieces

    def _finish(self) -> None:
        """Only a body of unsaid length ends with the connection."""
        is_open = self.has_head and not any(name.lower() in _FRAMING for name, _ in self.headers)
        if not (is_open or self.is_complete):
            raise httpx.RemoteProtocolError("it ended before it was complete")
        self.is_complete = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """From httptools."""
        if not self.has_head:  # not the trailers
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """From httptools."""
        self.status = self._parser.get_status_code()
        self.has_head = self.status >= 200

    def on_body(self, piece: bytes) -> None:
        """From httptools."""
        self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """From httptools."""
        if self.has_head:
            self.is_complete = True
        else:
            self.headers.clear()


_FRAMING = frozenset({b"content-length", b"transfer-encoding"})


class _Exchange(httpx.AsyncByteStream):
    """One request on its connection; to iterate it is to read the body."""

    def __init__(self, wire: Wire) -> None:
        self._reader, self._writer = wire
        self.answer = _Answer()

    async def ask(self, request: httpx.Request) -> None:
        """Send the request and read the head of its answer."""
        lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
        lines += [b"%s: %s" % header for header in request.headers.raw]
        self._writer.write(b"\r\n".join(lines) + b"\r\n\r\n")
        while not self.answer.has_head:
            await self._read()
        coding = [value.strip().lower() for name, value in self.answer.headers if name.lower() == _CODING]
        if coding not in ([], [b"chunked"]):
            raise httpx.RemoteProtocolError("it sends in a way that nobody knows")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            for piece in self.answer.take():
                yield piece
            if self.answer.is_complete:
                return
            await self._read()

    async def _read(self) -> None:
        try:
            data = await self._reader.read(_READ_AT_ONCE)
        except OSError as error:
            raise httpx.ReadError(str(error)) from error
        self.answer.feed(data)

    async def aclose(self) -> None:
        """At once: whatever the server still wants to say or to be told, nobody waits for."""
        self.abort()

    def abort(self) -> None:
        """Drop the connection."""
        self._writer.transport.abort()


_CODING = b"transfer-encoding"


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over one guarded connection per request."""

    def __init__(self, *, allow_private: bool) -> None:
        self._dialler = Dialler(allow_private=allow_private)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Dial, ask, and hand over the body unread; closing the response closes the connection."""
        url = request.url
        tls = self._tls if url.scheme == "https" else None
        wire = await self._dialler.dial(url.raw_host.decode("ascii"), url.port or (443 if tls else 80), tls)
        exchange = _Exchange(wire)
        try:
            await exchange.ask(request)
        except BaseException:
            exchange.abort()
            raise
        return httpx.Response(exchange.answer.status, headers=exchange.answer.headers, stream=exchange)

    async def aclose(self) -> None:
        """Nothing is kept open but the resolvers."""
        self._dialler.close()
