"""The guarded way to the network: every name is resolved here, every address checked, and the checked address dialled.

One connection per request and none kept: sources live on thousands of hosts, and httpcore's shared pool slows down with
the square of what is in flight.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor

import httpcore
import httpx

from news.errors import RefusedAddressError
from news.sources.addresses import Address, is_public, parse_address

RESOLVER_THREADS = 16
# How long one of several addresses may take before the next is tried.
_TRY_NEXT_S = 5.0


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Dials only addresses that ``is_public`` allows, unless ``allow_private``."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpcore.AnyIOBackend()
        # A pool of its own: names that never resolve must not block the loop's other threads.
        self._resolvers = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="resolver")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check and dial. Raise RefusedAddressError when any of the host's addresses is not public."""
        addresses = await self._resolve(host, port)
        for address in addresses:
            if not (self._allow_private or is_public(address)):
                raise RefusedAddressError(host, "this name leads to a private or special network.")
        *others, last = addresses[:3]
        for address in others:
            try:
                return await self._inner.connect_tcp(
                    str(address), port, _TRY_NEXT_S, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(str(last), port, timeout, local_address, socket_options)

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
            raise httpcore.ConnectError(f"the name {host} is not known") from error
        addresses = [parse_address(entry[4][0]) for entry in found if isinstance(entry[4][0], str)]
        # IPv4 first: the small machines that this runs on often have no way out by IPv6.
        return sorted(dict.fromkeys(addresses), key=lambda address: address.version)

    async def sleep(self, seconds: float) -> None:
        """Part of httpcore's interface."""
        await self._inner.sleep(seconds)

    def close(self) -> None:
        """Let go of the resolver threads without waiting for names that never answer."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: AsyncIterator[bytes], connection: httpcore.AsyncHTTPConnection) -> None:
        self._stream = stream
        self._connection = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk

    async def aclose(self) -> None:
        await self._connection.aclose()


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over one guarded connection per request. httpcore's own errors pass through unchanged."""

    def __init__(self, *, allow_private: bool) -> None:
        self._backend = GuardedBackend(allow_private=allow_private)
        self._tls = ssl.create_default_context()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Dial, ask, and hand over the body unread; closing the response closes the connection."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        connection = httpcore.AsyncHTTPConnection(
            url.origin, ssl_context=self._tls, network_backend=self._backend
        )
        try:
            response = await connection.handle_async_request(
                httpcore.Request(
                    request.method, url, headers=request.headers.raw, extensions=request.extensions
                )
            )
        except BaseException:
            await connection.aclose()
            raise
        body = _Body(response.aiter_stream(), connection)
        return httpx.Response(response.status, headers=response.headers, stream=body)

    async def aclose(self) -> None:
        """Nothing is kept open but the resolvers."""
        self._backend.close()
