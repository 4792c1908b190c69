"""The Bot API over HTTP: one ASGI application on a few hundred microseconds a request."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.types import Receive, Scope, Send

from simulator import errors
from simulator.errors import ApiError
from simulator.faults import ACCEPTED_FIRST, FINE, UNANSWERED, Fault, Verdict
from simulator.guard import is_from_browser, is_own
from simulator.methods import HANDLERS
from simulator.methods.webhooks import allowed_updates
from simulator.parameters import METHOD_BY_LOWER_NAME, Call, Upload
from simulator.requests import MAX_BODY_BYTES, encode, read_fields, refuse_long
from simulator.state import State
from simulator.world import ChatKind

_PATH = re.compile(r"/bot([^/]+)/(?:test/)?([^/]+)")
_FILE_PATH = re.compile(r"/file/bot([^/]+)/([a-z]+)/([^/]+)")
_JSON = b"application/json"
_BAD_GATEWAY = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body>\r\n</html>\r\n"
TRANSPORT = "simulator.transport"  # where the protocol leaves the connection in the scope


class BotApi:
    """Answers ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.closing = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of a bot, or break it off when a fault says so."""
        if scope["path"].startswith("/file/"):
            await _respond(send, *self._download(scope["path"]))
            return
        code = 200
        call: Call | None = None
        try:
            call = await self._read(scope, receive)
            result = await self._carry_out(call)
            answer: Mapping[str, Any] = {"ok": True, "result": result}
        except ApiError as error:
            code, answer = error.code, _refusal(error)
            if call is not None:
                self.state.ledger.refuse(call.now, call.method, _chat_id(call), code)
        except _BrokenOffError as broken:
            await self._break_off(broken.fault, scope, receive, send)
            return
        await _respond(send, code, encode(answer), _JSON)

    async def _read(self, scope: Scope, receive: Receive) -> Call:
        """Read a whole request and check whom and what it asks for."""
        found = _PATH.fullmatch(scope["path"])
        if not found:
            raise ApiError(404, "")
        if found[1] != self.state.token:
            raise ApiError(401, "")
        if is_from_browser(scope["headers"]) and not is_own(scope["headers"]):
            raise errors.forbidden("foreign web pages may not use the simulator")
        method = METHOD_BY_LOWER_NAME.get(found[2].lower())
        if method is None:
            raise ApiError(404, "method not found")
        body = await _body(receive)
        content_type = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
        fields: dict[str, Any]
        files: dict[str, Upload]
        fields, files = read_fields(scope["query_string"], content_type.decode("latin-1"), body)
        call = Call(method, fields, files, self.state.clock())
        call.check_names()
        return call

    async def _carry_out(self, call: Call) -> Any:
        """Let the faults strike, then answer the call."""
        verdict = self.state.faults.choose(call.method, _chat_id(call), call.now)
        if verdict is not FINE:
            self.state.bell.ring()
        if verdict.delay:
            await self._pause(verdict.delay)
        self._strike(verdict, call)
        if call.method == "getUpdates":
            return await self._get_updates(call)
        result = HANDLERS[call.method](self.state, call)
        if verdict.fault in ACCEPTED_FIRST:
            raise _BrokenOffError(verdict.fault)
        return result

    def _strike(self, verdict: Verdict, call: Call) -> None:
        if verdict.error is not None:
            raise verdict.error
        if verdict.fault is Fault.MIGRATED:
            self._migrate(call)
        elif verdict.fault is not None and verdict.fault not in ACCEPTED_FIRST:
            raise _BrokenOffError(verdict.fault)

    def _migrate(self, call: Call) -> None:
        """Move the group of a call and say so; other chats do not move, the call goes on."""
        chat = self.state.chat(call)
        if chat.kind is ChatKind.GROUP:
            raise errors.migrated(self.state.world.migrate(chat).id)

    async def _get_updates(self, call: Call) -> list[dict[str, Any]]:
        self.state.updates.allow(allowed_updates(call))
        return await self.state.updates.poll(
            offset=call.integer("offset"),
            limit=call.integer("limit"),
            timeout_s=call.integer("timeout"),
        )

    async def _pause(self, seconds: float) -> None:
        """Wait, but no longer than the simulator lives."""
        try:
            async with asyncio.timeout(seconds):
                await self.closing.wait()
        except TimeoutError:
            return

    async def _break_off(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """End a request without a proper answer."""
        if fault not in UNANSWERED:
            await _respond(send, 502, _BAD_GATEWAY, b"text/html")
            return
        gone = asyncio.ensure_future(receive())  # after the body comes nothing but the end
        if fault in {Fault.HANG, Fault.SILENT}:
            closing = asyncio.ensure_future(self.closing.wait())
            await asyncio.wait({gone, closing}, return_when=asyncio.FIRST_COMPLETED)
            closing.cancel()
        scope[TRANSPORT].abort()
        await gone

    def _download(self, path: str) -> tuple[int, bytes, bytes]:
        found = _FILE_PATH.fullmatch(path)
        if not found or found[1] != self.state.token:
            return 404, encode(_refusal(ApiError(404, ""))), _JSON
        file = self.state.files.find(found[3])
        if file is None:
            return 404, encode(_refusal(ApiError(404, ""))), _JSON
        return 200, file.body, file.content_type.encode()


class _BrokenOffError(Exception):
    """A fault that ends a request otherwise than by a JSON answer."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def _chat_id(call: Call) -> int:
    return call.integer("chat_id")


def _refusal(error: ApiError) -> dict[str, Any]:
    answer: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        answer["parameters"] = error.parameters
    return answer


async def _body(receive: Receive) -> bytes:
    """The whole body; nothing of a client that went away counts as sent."""
    message = await receive()
    if not message.get("more_body"):
        whole: bytes = message.get("body", b"")
        return whole
    body = bytearray(message["body"])
    length = len(body)
    while message.get("more_body"):
        message = await receive()
        chunk = message.get("body", b"")
        length += len(chunk)
        # What is too long is still read to its end: a client that writes does not listen yet.
        if length <= MAX_BODY_BYTES:
            body += chunk
    if message["type"] == "http.disconnect":
        raise ApiError(HTTPStatus.BAD_REQUEST, "the request was broken off")
    refuse_long(length)
    return bytes(body)


async def _respond(send: Send, code: int, body: bytes, content_type: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": code, "headers": headers})
    await send({"type": "http.response.body", "body": body})
