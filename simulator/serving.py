"""Running an ASGI application on a port of this machine, and stopping it without waiting for its clients."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulator.errors import SimulatorError
from simulator.server import TRANSPORT

GRACE_S = 2


class _Protocol(HttpToolsProtocol):
    """Leaves the connection in the scope, so that a fault can cut it."""

    def on_message_begin(self) -> None:
        """Start a request, with its connection at hand."""
        super().on_message_begin()
        scope: dict[str, object] = self.scope  # type: ignore[assignment]
        scope[TRANSPORT] = self.transport


class _Server(uvicorn.Server):
    """Says when it listens, and leaves the signals of the process alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.stopping = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Refresh the Date header each second; stop when told, where uvicorn would look ten times a second."""
        while not self.stopping.is_set():
            await self.on_tick(0)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.stopping.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave SIGINT and SIGTERM to the process that the simulator runs in."""
        yield


@contextlib.asynccontextmanager
async def listening(app: ASGIApp, *, host: str, port: int, close: Callable[[], None]) -> AsyncIterator[str]:
    """Serve ``app`` while the block runs, and yield its address.

    Args:
        app: the application.
        host: address to listen on.
        port: 0 takes a free one.
        close: called before the server stops; must end everything that waits.

    Raises:
        SimulatorError: the port is taken or the address is not ours.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=75,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.ready.wait()
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{listener.getsockname()[1]}"
    finally:
        close()
        server.stopping.set()
        await running
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio switches Nagle's delay off: 40 ms less for each answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SimulatorError(
            f"The simulator cannot listen on {host}:{port} ({error.strerror}). Choose another port."
        ) from error
    listener.set_inheritable(True)
    return listener
