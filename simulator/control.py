"""The chat page and its small HTTP interface under ``/sim``: for browsers, and for benchmarks in other processes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator.acts import act
from simulator.errors import ApiError, SimulatorError
from simulator.guard import Guard
from simulator.overview import overview
from simulator.rules import ledger_rows, read_rule, rule_json
from simulator.shapes import message_json

if TYPE_CHECKING:
    from simulator.simulator import Simulator

MAX_CONTROL_BODY = 256 * 1024
_PAGES = {
    "": ("chat.html", "text/html; charset=utf-8"),
    "chat.css": ("chat.css", "text/css; charset=utf-8"),
    "chat.js": ("chat.js", "text/javascript; charset=utf-8"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
    "render.js": ("render.js", "text/javascript; charset=utf-8"),
}


def build_control(simulator: Simulator) -> Starlette:
    """The application that serves everything but the Bot API."""
    handlers = _Handlers(simulator)
    routes = [
        Route("/", handlers.page),
        Route("/page/{name}", handlers.page),
        Route("/sim/state", handlers.state),
        Route("/sim/messages", handlers.messages),
        Route("/sim/events", handlers.events),
        Route("/sim/act", handlers.act, methods=["POST"]),
        Route("/sim/files/{file_id}", handlers.file),
        Route("/sim/ledger", handlers.ledger, methods=["GET", "DELETE"]),
        Route("/sim/counts", handlers.counts),
        Route("/sim/faults", handlers.faults, methods=["GET", "POST", "DELETE"]),
        Route("/sim/flood", handlers.flood, methods=["GET", "POST"]),
    ]
    failures: dict[Any, Any] = {SimulatorError: _explain, ApiError: _explain}
    return Starlette(routes=routes, middleware=[Middleware(Guard)], exception_handlers=failures)


class _Handlers:
    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    async def page(self, request: Request) -> Response:
        """A file of the page itself."""
        name = request.path_params.get("name", "")
        if name not in _PAGES:
            return Response("not found", 404)
        file_name, content_type = _PAGES[name]
        body = files("simulator").joinpath("page", file_name).read_bytes()
        return Response(body, media_type=content_type)

    async def state(self, _request: Request) -> Response:
        """People, chats and commands."""
        return JSONResponse(overview(self.simulator))

    async def messages(self, request: Request) -> Response:
        """The newest messages of a chat."""
        chat = self.simulator.chat(_number(request, "chat"))
        shapes = [message_json(message, self.simulator.state.world) for message in chat.messages[-200:]]
        return JSONResponse({"messages": shapes})

    async def events(self, _request: Request) -> Response:
        """Everything that happens from now on, as server-sent events."""
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        with self.simulator.state.feed.watch() as queue:
            yield ": watching\n\n"
            while (event := await queue.get()) is not None:
                yield f"data: {json.dumps(event)}\n\n"

    async def act(self, request: Request) -> Response:
        """Let a person do something."""
        return JSONResponse(await act(self.simulator, await _body(request)))

    async def file(self, request: Request) -> Response:
        """An uploaded file: pictures are shown, anything else is downloaded."""
        found = self.simulator.state.files.find(request.path_params["file_id"])
        if found is None:
            return Response("not found", 404)
        headers = {} if found.width else {"content-disposition": "attachment"}
        return Response(found.body, media_type=found.content_type, headers=headers)

    async def ledger(self, request: Request) -> Response:
        """What was accepted, as JSON lines; DELETE forgets it."""
        ledger = self.simulator.ledger
        if request.method == "DELETE":
            ledger.clear()
            return JSONResponse({"total": 0})
        rows = ledger_rows(ledger, _number(request, "start"), _number(request, "limit", 100_000))
        return Response(
            rows, media_type="application/x-ndjson", headers={"x-total": str(len(ledger) + ledger.dropped)}
        )

    async def counts(self, request: Request) -> Response:
        """How much was accepted and refused; with ``?copies=1`` also how much was doubled, which takes longer."""
        simulator = self.simulator
        copies = simulator.ledger.copies() if request.query_params.get("copies") else None
        doubled = {} if copies is None else {"distinct": len(copies), "doubled": copies.total() - len(copies)}
        return JSONResponse(
            doubled
            | {
                "accepted": len(simulator.ledger) + simulator.ledger.dropped,
                "refused": {str(code): count for code, count in simulator.ledger.refused.items()},
                "struck": {fault.value: count for fault, count in simulator.faults.struck.items()},
                "pending_updates": len(simulator.state.updates),
            }
        )

    async def faults(self, request: Request) -> Response:
        """The rules in force; POST adds one, DELETE removes all."""
        faults = self.simulator.faults
        if request.method == "POST":
            faults.add(read_rule(await _body(request)))
        elif request.method == "DELETE":
            faults.clear()
        return JSONResponse({"rules": [rule_json(rule) for rule in faults.rules]})

    async def flood(self, request: Request) -> Response:
        """Telegram's limits; POST switches them."""
        flood = self.simulator.flood
        if request.method == "POST":
            flood.is_on = (await _body(request)).get("is_on") is True
        return JSONResponse({"is_on": flood.is_on, "per_second": flood.per_second})


async def _explain(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object of a request; its content type keeps foreign forms out."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise SimulatorError("Send JSON with the content type application/json.")
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_CONTROL_BODY:
            raise SimulatorError("That is more than the simulator's page may send.")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise SimulatorError("The body is no JSON.") from error
    if not isinstance(value, dict):
        raise SimulatorError("The body must be a JSON object.")
    return value


def _number(request: Request, name: str, default: int = 0) -> int:
    convert: Callable[[str], int] = int
    try:
        return convert(request.query_params.get(name, str(default)))
    except ValueError as error:
        raise SimulatorError(f"{name} must be a whole number.") from error
