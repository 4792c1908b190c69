"""The process's own HTTP server: health, metrics, and Telegram's webhook."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.settings import Secret

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 (the name of a header)
MAX_UPDATE_BYTES = 2**20
SHUTDOWN_S = 5

Health = Callable[[], Awaitable[Mapping[str, object]]]
Take = Callable[[dict[str, object]], Awaitable[None]]


def build_web(health: Health, *, take: Take | None = None, secret: Secret | None = None) -> Starlette:
    """``/healthz``, ``/metrics`` and, when ``take`` is given, ``POST /telegram`` guarded by ``secret``."""

    async def healthz(_request: Request) -> Response:
        facts = dict(await health())
        return JSONResponse(facts, status_code=200 if facts.get("ok") else 503)

    async def metrics(_request: Request) -> Response:
        facts = await health()
        numbers = {name: value for name, value in facts.items() if isinstance(value, (bool, int, float))}
        return PlainTextResponse(
            "".join(f"jarchi_{name} {float(value):g}\n" for name, value in numbers.items())
        )

    async def telegram(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if secret is None or not hmac.compare_digest(given.encode(), secret.reveal().encode()):
            return Response(status_code=403)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_UPDATE_BYTES:
                return Response(status_code=413)
        try:
            update = json.loads(body)
        except ValueError:
            return Response(status_code=400)
        if not isinstance(update, dict) or take is None:
            return Response(status_code=400)
        # Answered after it was handled: an update that a crash interrupts is delivered again by Telegram.
        await take(update)
        return Response(status_code=200)

    routes = [Route("/healthz", healthz), Route("/metrics", metrics)]
    if take is not None:
        routes.append(Route("/telegram", telegram, methods=["POST"]))
    return Starlette(routes=routes)


class _Server(uvicorn.Server):
    """Signals belong to the process (bot.run), not to its HTTP server."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(application: Starlette, host: str, port: int) -> AsyncIterator[int]:
    """Serve while the block runs; gives the port (port 0: any free one). Raises OSError when it is taken."""
    listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    config = uvicorn.Config(
        application, log_config=None, lifespan="off", timeout_graceful_shutdown=SHUTDOWN_S
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task
