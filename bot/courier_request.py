"""The courier's own transport: python-telegram-bot's took 44 % of the processor time of free sending, and ends near 500 a second.

Uploads are left to the library's own transport: deliveries are texts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, cast
from urllib.request import getproxies

import aiohttp
import httpx
from telegram import Bot
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.outcomes import NotSentError

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 15.0

# Raised before a request exists. The last: a proxy would not let us through.
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)

ODVInput = DefaultValue[float] | DefaultValue[None] | float | None


class CourierBot(Bot):
    """A Bot that also sends what is encoded already. ``request`` is a CourierRequest."""

    async def send_encoded(self, payload: bytes) -> int:
        """Call sendMessage with these parameters, as JSON; the number of the message. Raise TelegramError."""
        answer = await self.request.post(
            f"{self.base_url}/sendMessage", cast("RequestData", _Encoded(payload))
        )
        return int(cast("dict[str, Any]", answer)["message_id"])


@asynccontextmanager
async def courier_bot(token: str, api_url: str, *, connections: int) -> AsyncIterator[CourierBot]:
    """A bot that carries deliveries, on a pool of its own. It asks Telegram nothing until it sends."""
    request = CourierRequest(connections=connections)
    await request.initialize()
    try:
        # The second is for updates, which it never asks for.
        yield CourierBot(token, base_url=f"{api_url}/bot", request=request, get_updates_request=request)
    finally:
        await request.shutdown()


class _Encoded:
    """What CourierRequest reads of a RequestData: making one for every reader was a tenth of a send in a profile."""

    __slots__ = ("json_payload",)

    def __init__(self, json_payload: bytes) -> None:
        self.json_payload = json_payload


class CourierRequest(BaseRequest):
    """BaseRequest on aiohttp: JSON only, one pool of kept connections."""

    def __init__(self, *, connections: int) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._addresses: dict[str, URL] = {}  # one for each method of the Bot API

    @property
    def read_timeout(self) -> float | None:
        """Seconds."""
        return READ_TIMEOUT_S

    async def initialize(self) -> None:
        """Open the pool; the event loop must be running."""
        if self._session is None:
            # Authorities and proxies as for everything else that goes through httpx.
            connector = aiohttp.TCPConnector(limit=self._connections, ssl=httpx.create_ssl_context())
            # No cookies, addresses parsed once, bodies of a known kind, the environment asked once: a tenth of the work of a send.
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=bool(getproxies())
            )

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(  # noqa: PLR0917 (the library's signature)
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 (covered by the deadline of the whole)
        connect_timeout: ODVInput = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 (the courier never waits for the pool)
    ) -> tuple[int, bytes]:
        """(status, body). Raise NotSentError when no connection came about, TimedOut or NetworkError otherwise."""
        if self._session is None:
            raise RuntimeError("This request class is not initialised.")
        timeout = _timeout(
            _seconds(read_timeout, READ_TIMEOUT_S), _seconds(connect_timeout, CONNECT_TIMEOUT_S)
        )
        # As JSON: percent-encoding a digest in Cyrillic was a sixth of the work of a send.
        body = aiohttp.BytesPayload(
            request_data.json_payload if request_data else b"{}", content_type="application/json"
        )
        address = self._addresses.get(url) or self._addresses.setdefault(url, URL(url))
        try:
            async with self._session.request(method, address, data=body, timeout=timeout) as response:
                return response.status, await response.read()
        except NOT_SENT as error:
            raise NotSentError(f"no connection: {type(error).__name__}") from error
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            # The class only: an aiohttp message may hold the URL, and the URL holds the token.
            raise NetworkError(f"aiohttp.{type(error).__name__}") from error


def _seconds(given: ODVInput, default: float) -> float:
    return given if isinstance(given, int | float) else default


@lru_cache
def _timeout(total_s: float, connect_s: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=total_s, connect=connect_s)
