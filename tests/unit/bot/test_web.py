from __future__ import annotations

import httpx
import pytest

from bot.settings import Secret
from bot.web import MAX_UPDATE_BYTES, build_web, serving

SECRET = "hush"


async def healthy() -> dict[str, object]:
    return {"ok": True, "headlines": 12, "version": "x"}


@pytest.fixture
async def taken() -> list[dict[str, object]]:
    return []


@pytest.fixture
async def client(taken):
    async def take(update: dict[str, object]) -> None:
        taken.append(update)

    application = build_web(healthy, take=take, secret=Secret(SECRET))
    async with (
        serving(application, "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        yield http


async def test_health_and_metrics(client: httpx.AsyncClient):
    assert (await client.get("/healthz")).json()["headlines"] == 12
    assert (await client.get("/metrics")).text == "jarchi_ok 1\njarchi_headlines 12\n"


async def test_an_update_with_the_secret_is_taken_before_it_is_acknowledged(client: httpx.AsyncClient, taken):
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    answer = await client.post("/telegram", json={"update_id": 1}, headers=headers)
    assert (answer.status_code, taken) == (200, [{"update_id": 1}])


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        pytest.param({}, b"{}", 403, id="no secret"),
        pytest.param({"X-Telegram-Bot-Api-Secret-Token": "hus"}, b"{}", 403, id="wrong secret"),
        pytest.param({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b"{", 400, id="not JSON"),
        pytest.param({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b"[]", 400, id="not an object"),
        pytest.param(
            {"X-Telegram-Bot-Api-Secret-Token": SECRET}, b" " * (MAX_UPDATE_BYTES + 1), 413, id="too large"
        ),
    ],
)
async def test_what_is_no_update_is_refused(client: httpx.AsyncClient, taken, headers, body, status):
    answer = await client.post("/telegram", content=body, headers=headers)
    assert (answer.status_code, taken) == (status, [])


async def test_an_unhealthy_process_says_so_and_has_no_webhook():
    async def ill() -> dict[str, object]:
        return {"ok": False}

    async with (
        serving(build_web(ill), "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        assert (await http.get("/healthz")).status_code == 503
        assert (await http.post("/telegram")).status_code == 404


async def test_a_taken_port_is_an_error_at_once():
    async with serving(build_web(healthy), "127.0.0.1", 0) as port:
        with pytest.raises(OSError):
            async with serving(build_web(healthy), "127.0.0.1", port):
                pass
