"""A transport for paid broadcasts: python-telegram-bot's own ends near 500 messages a second, this one near 2,000.

aiohttp comes with the extra ``paid`` (``pip install jarchi-bot[paid]``) and only the courier of a bot that may broadcast for
money uses it. Uploads are left to python-telegram-bot's own transport: deliveries are texts.
"""

from __future__ import annotations

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.outcomes import NotSentError

CONNECTIONS = 128
CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 15.0

ODVInput = DefaultValue[float] | DefaultValue[None] | float | None


class PaidRequest(BaseRequest):
    """BaseRequest on aiohttp: JSON only, one pool of kept connections."""

    def __init__(self, *, connections: int = CONNECTIONS) -> None:
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
            connector = aiohttp.TCPConnector(limit=self._connections)
            # No cookies, addresses parsed once, bodies of a known kind: a tenth of the work of a send.
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

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
        timeout = aiohttp.ClientTimeout(
            total=_seconds(read_timeout, READ_TIMEOUT_S),
            connect=_seconds(connect_timeout, CONNECT_TIMEOUT_S),
        )
        # As JSON: percent-encoding a digest in Cyrillic was a sixth of the work of a send.
        body = aiohttp.BytesPayload(
            request_data.json_payload if request_data else b"{}", content_type="application/json"
        )
        address = self._addresses.get(url) or self._addresses.setdefault(url, URL(url))
        try:
            async with self._session.request(method, address, data=body, timeout=timeout) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSentError(f"no connection: {type(error).__name__}") from error
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            # The class only: an aiohttp message may hold the URL, and the URL holds the token.
            raise NetworkError(f"aiohttp.{type(error).__name__}") from error


def _seconds(given: ODVInput, default: float) -> float:
    return given if isinstance(given, int | float) else default
