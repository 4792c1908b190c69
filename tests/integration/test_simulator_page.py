"""The chat page's HTTP interface: what it tells, what it does, and whom it lets in."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from simulator import Simulator, SimulatorError, run
from simulator.acts import ACTS
from tests.integration.simulator_stage import Stage, open_stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


async def act(stage: Stage, **wish: Any) -> dict[str, Any]:
    response = await stage.client.post(
        "/sim/act", json={"person": stage.anna.id, "chat": stage.anna.id} | wish
    )
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/page/chat.css", "text/css; charset=utf-8"),
        ("/page/chat.js", "text/javascript; charset=utf-8"),
        ("/page/render.js", "text/javascript; charset=utf-8"),
        ("/page/icon.svg", "image/svg+xml"),
    ],
)
async def test_the_page_comes_with_a_strict_policy(stage: Stage, path: str, content_type: str) -> None:
    response = await stage.client.get(path)

    assert (response.status_code, response.headers["content-type"]) == (200, content_type)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "innerHTML" not in response.text
    assert "http://" not in response.text.replace("http://www.w3.org/2000/svg", "").replace(
        "`http://${covered}`", ""
    )


@pytest.mark.parametrize("path", ["/page/..%2fcontrol.py", "/page/chat.html", "/sim/files/x", "/nothing"])
async def test_nothing_else_is_served(stage: Stage, path: str) -> None:
    assert (await stage.client.get(path)).status_code == 404


async def test_the_state_names_people_chats_and_commands(stage: Stage) -> None:
    await stage.result(
        "setMyCommands", commands=[{"command": "digest", "description": "news"}], language_code="ru"
    )
    topic = await stage.anna.add_topic(stage.forum, "News")
    await stage.anna.block()

    state = (await stage.client.get("/sim/state")).json()

    assert state["bot"]["username"] == "jarchi_sim_bot"
    assert [(one["first_name"], one["is_blocking"]) for one in state["people"]] == [("Anna", True)]
    assert {chat["type"] for chat in state["chats"]} == {"private", "group", "supergroup", "channel"}
    forum = next(chat for chat in state["chats"] if chat["id"] == stage.forum.id)
    assert forum["topics"] == [{"id": topic, "name": "News"}]
    assert forum["administrators"] == [stage.anna.id]
    assert state["commands"][0]["language"] == "ru"
    assert state["commands"][0]["scope"] == {"type": "default"}


async def test_messages_of_a_chat(stage: Stage) -> None:
    await stage.result("sendMessage", chat_id=stage.anna.id, text="<b>x</b>", parse_mode="HTML")

    messages = (await stage.client.get("/sim/messages", params={"chat": stage.anna.id})).json()["messages"]

    assert [message["text"] for message in messages] == ["/start", "x"]
    assert messages[1]["entities"] == [{"type": "bold", "offset": 0, "length": 1}]


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/sim/messages?chat=1", "there is no chat 1"),
        ("/sim/messages?chat=x", "chat must be a whole number."),
    ],
)
async def test_wrong_questions_are_answered_in_a_sentence(stage: Stage, path: str, complaint: str) -> None:
    response = await stage.client.get(path)

    assert (response.status_code, response.json()) == (400, {"error": complaint})


async def test_a_person_does_what_the_page_asks(stage: Stage) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    sent = await stage.result("sendMessage", chat_id=stage.anna.id, text="sure?", reply_markup=keyboard)

    written = await act(stage, do="send", text="жаңалық", reply_to=sent["message_id"])
    tapped = await act(stage, do="tap", message=sent["message_id"], label="Yes")
    group = await act(stage, do="make_group", title="Editors")
    channel = await act(stage, do="make_channel", title="News")
    forum = await act(stage, do="make_forum", title="Forum")
    topic = await act(stage, do="add_topic", chat=forum["chat"]["id"], title="Topic")
    in_topic = await act(stage, do="send", chat=forum["chat"]["id"], text="x", topic=topic["topic"])
    moved = await act(stage, do="migrate", chat=group["chat"]["id"])
    joined = await act(stage, do="join_world", name="Aibek", language="kk")
    await act(stage, do="join", person=joined["person"], chat=moved["chat"]["id"])
    await act(stage, do="remove_bot", chat=channel["chat"]["id"])
    await act(stage, do="block")
    await act(stage, do="unblock")

    assert written["message"]["reply_to_message"]["text"] == "sure?"
    assert tapped["query_id"] in stage.simulator.state.taps
    assert in_topic["message"]["message_thread_id"] == topic["topic"]
    assert moved["chat"]["type"] == "supergroup"
    assert stage.simulator.find_person(joined["person"]).user.language_code == "kk"
    assert (await stage.result("getChatMemberCount", chat_id=moved["chat"]["id"])) == 3


async def test_an_inline_result_is_chosen_on_the_page(stage: Stage) -> None:
    searched = await act(stage, do="search", text="oil")
    content = {"message_text": "<b>oil</b>", "parse_mode": "HTML"}
    result = {"type": "article", "id": "1", "title": "One", "input_message_content": content}
    await stage.result("answerInlineQuery", inline_query_id=searched["query_id"], results=[result])

    chosen = await act(stage, do="choose", query_id=searched["query_id"], result="1")

    assert (chosen["message"]["text"], chosen["message"]["via_bot"]["is_bot"]) == ("oil", True)
    assert (await act(stage, do="choose", query_id="9", result="1"))["error"] == "That search is forgotten."


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"do": "dance"}, "Nobody can do 'dance'; known are add_topic, block, choose,"),
        ({"do": "send", "person": 1, "text": "x"}, "there is no person 1"),
        ({"do": "send", "person": "x", "text": "x"}, "person must be a whole number."),
        ({"do": "send", "person": True, "text": "x"}, "person must be a whole number."),
        ({"do": "send", "chat": 1, "text": "x"}, "there is no chat 1"),
        ({"do": "send", "text": ""}, "text must be a text."),
        ({"do": "send", "text": "x", "reply_to": 999}, "That message is gone."),
        ({"do": "tap", "message": 1, "label": "x"}, "0 buttons match 'x'"),
        ({"do": "join_world", "name": 5}, "name must be a text."),
    ],
)
async def test_wishes_that_cannot_be_fulfilled(stage: Stage, wish: dict[str, Any], complaint: str) -> None:
    assert (await act(stage, **wish))["error"].startswith(complaint)


async def read_event(lines: AsyncIterator[str]) -> dict[str, Any]:
    async for line in lines:
        if line.startswith("data: "):
            event: dict[str, Any] = json.loads(line.removeprefix("data: "))
            return event
    raise AssertionError("the stream ended")


async def test_watchers_hear_everything_as_it_happens(stage: Stage) -> None:
    simulator, anna = stage.simulator, stage.anna
    place = {"chat_id": anna.id}
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    async with stage.client.stream("GET", "/sim/events") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == ": watching"
        sent = await stage.result("sendMessage", **place, text="one", reply_markup=keyboard)
        place_of_message = place | {"message_id": sent["message_id"]}
        tap = await anna.tap(anna.chat.bot_messages[0], "Yes")
        await stage.result("answerCallbackQuery", callback_query_id=tap.query_id, text="ok")
        await stage.result("editMessageText", **place_of_message, text="two")
        await stage.result("deleteMessage", **place_of_message)
        await stage.result("sendChatAction", **place, action="typing")
        await stage.result("setMyCommands", commands=[])
        await anna.block()
        aibek = simulator.person("Aibek")
        await aibek.say("/start")
        await aibek.make_group("Group")

        events = [await read_event(lines) for _ in range(12)]

    assert [event["kind"] for event in events] == [
        *("message", "answer", "edit", "delete", "action", "commands", "member", "person"),
        *("opened", "message", "founded", "member"),
    ]
    assert events[0]["message"]["text"] == "one"
    assert (events[1]["text"], events[1]["user_id"]) == ("ok", anna.id)
    assert events[2]["message"]["text"] == "two"


async def test_watchers_are_spared_broadcasts(stage: Stage) -> None:
    stage.simulator.state.world.population = range(1000, 2000)
    async with stage.client.stream("GET", "/sim/events") as stream:
        lines = stream.aiter_lines()
        await anext(lines)
        await stage.result("sendMessage", chat_id=1000, text="one of many")
        await stage.result("sendMessage", chat_id=stage.anna.id, text="to a person")

        assert (await read_event(lines))["message"]["text"] == "to a person"


async def test_stopping_ends_watching() -> None:
    simulator = Simulator()
    async with httpx.AsyncClient() as client:
        async with simulator.serve() as url:
            stream = await client.send(client.build_request("GET", f"{url}/sim/events"), stream=True)
            lines = stream.aiter_lines()
            await anext(lines)

        assert [line async for line in lines if line] == []
        await stream.aclose()


async def test_files_are_shown_or_downloaded_by_what_they_are(stage: Stage) -> None:
    from tests.unit.simulator.test_files import PNG

    page = stage.simulator.state.files.add("page.html", b"<script>alert(1)</script>")
    picture = stage.simulator.state.files.add("a.png", PNG)

    as_page = await stage.client.get(f"/sim/files/{page.file_id}")
    as_picture = await stage.client.get(f"/sim/files/{picture.file_id}")

    assert as_page.headers["content-type"] == "application/octet-stream"
    assert as_page.headers["content-disposition"] == "attachment"
    assert as_picture.headers["content-type"] == "image/png"
    assert "content-disposition" not in as_picture.headers


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        pytest.param({}, True, id="a program on this machine"),
        pytest.param({"host": "localhost:8088"}, True, id="localhost"),
        pytest.param({"host": "[::1]:8088"}, True, id="ipv6"),
        pytest.param({"host": "evil.example"}, False, id="a rebound name"),
        pytest.param({"host": "[bad"}, False, id="no host at all"),
        pytest.param({"host": "127.0.0.1:8088", "origin": "http://127.0.0.1:8088"}, True, id="its own page"),
        pytest.param({"origin": "https://evil.example"}, False, id="another site's script"),
        pytest.param({"origin": "null"}, False, id="a sandboxed page"),
        pytest.param({"sec-fetch-site": "none"}, True, id="typed by the user"),
        pytest.param({"sec-fetch-site": "cross-site"}, False, id="another site's picture"),
    ],
)
async def test_whom_the_page_lets_in(stage: Stage, headers: dict[str, str], is_let_in: bool) -> None:
    response = await stage.client.get("/sim/state", headers=headers)

    assert response.status_code == (200 if is_let_in else 403)


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        pytest.param({}, True, id="a client"),
        pytest.param({"host": "simulator:8088"}, True, id="a client on another host"),
        pytest.param({"sec-fetch-site": "none"}, True, id="typed by the user"),
        pytest.param({"sec-fetch-site": "cross-site"}, False, id="another site's picture"),
        pytest.param({"origin": "https://evil.example"}, False, id="another site's form"),
        pytest.param({"sec-fetch-site": "same-origin", "host": "evil.example"}, False, id="a rebound name"),
    ],
)
async def test_foreign_pages_cannot_use_the_bot_api_either(
    stage: Stage, headers: dict[str, str], is_let_in: bool
) -> None:
    path = f"/bot{stage.simulator.token}/setWebhook?url=http://127.0.0.1:9/"
    response = await stage.client.get(path, headers=headers)

    assert response.status_code == (200 if is_let_in else 403)
    assert bool(stage.simulator.state.updates.webhook_url) is is_let_in


@pytest.mark.parametrize(
    ("content_type", "body", "complaint"),
    [
        ("text/plain", b"{}", "Send JSON with the content type application/json."),
        ("application/json", b"{", "The body is no JSON."),
        ("application/json", b"[]", "The body must be a JSON object."),
        ("application/json", b" " * 300_000, "That is more than the simulator's page may send."),
    ],
)
async def test_bodies_that_are_refused(stage: Stage, content_type: str, body: bytes, complaint: str) -> None:
    response = await stage.client.post("/sim/act", content=body, headers={"content-type": content_type})

    assert (response.status_code, response.json()["error"]) == (400, complaint)


async def test_the_ledger_is_read_in_pieces_and_cleared(stage: Stage) -> None:
    for number in range(3):
        await stage.result("sendMessage", chat_id=stage.anna.id, text=f"n{number % 2}")
    await stage.ask("sendMessage", chat_id=1, text="x")

    response = await stage.client.get("/sim/ledger", params={"start": 1, "limit": 1})
    counts = (await stage.client.get("/sim/counts", params={"copies": 1})).json()
    await stage.client.delete("/sim/ledger")

    [entry] = [json.loads(line) for line in response.text.splitlines()]
    assert (entry["n"], entry["chat_id"], entry["text"]) == (1, stage.anna.id, "n1")
    assert response.headers["x-total"] == "3"
    assert (counts["accepted"], counts["distinct"], counts["doubled"]) == (3, 2, 1)
    assert counts["refused"] == {"400": 1}
    assert (await stage.client.get("/sim/counts")).json()["accepted"] == 0


async def test_faults_and_limits_are_set_over_http(stage: Stage) -> None:
    rule = {
        "kind": "blocked",
        "chats": [stage.anna.id],
        "times": 1,
        "probability": 1.0,
        "method": "sendMessage",
    }
    listed = (await stage.client.post("/sim/faults", json=rule)).json()
    refused = await stage.ask("sendMessage", chat_id=stage.anna.id, text="x")
    ranged = await stage.client.post("/sim/faults", json={"kind": "lost", "chats": {"range": [1, 100, 2]}})
    everywhere = await stage.client.post("/sim/faults", json={"kind": "lost"})
    cleared = (await stage.client.delete("/sim/faults")).json()
    flood = (await stage.client.post("/sim/flood", json={"is_on": True})).json()

    assert listed["rules"][0]["chats"] == [stage.anna.id]
    assert refused["error_code"] == 403
    assert ranged.json()["rules"][1]["chats"] == {"range": [1, 100, 2]}
    assert everywhere.json()["rules"][2]["chats"] is None
    assert cleared == (await stage.client.get("/sim/faults")).json() == {"rules": []}
    assert flood["is_on"] is True
    assert (await stage.client.get("/sim/flood")).json()["is_on"] is True
    assert (await stage.client.get("/sim/counts")).json()["struck"] == {"blocked": 1}


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({"kind": "earthquake"}, "A rule cannot be read: 'earthquake' is not a valid Fault."),
        ({"kind": "lost", "tims": 1}, "A rule has no 'tims'; it has chats, description, kind,"),
        ({"kind": "lost", "times": "many"}, "A rule cannot be read: "),
        ({"kind": "lost", "chats": "all"}, "chats is a list of ids"),
        ({"kind": "lost", "chats": {"range": [1, 2, 0]}}, "A range of chats has one to three numbers"),
        ({"kind": "lost", "chats": {"range": []}}, "A range of chats has one to three numbers"),
    ],
)
async def test_rules_that_cannot_be_read(stage: Stage, rule: dict[str, Any], complaint: str) -> None:
    response = await stage.client.post("/sim/faults", json=rule)

    assert response.status_code == 400
    assert response.json()["error"].startswith(complaint)
    assert stage.simulator.faults.rules == []


async def test_run_serves_until_cancelled() -> None:
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(run(port=0, started=address.set_result))
    url = await address

    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{url}/sim/state")).status_code == 200
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/sim/state")


async def test_a_taken_port_is_said_in_a_sentence() -> None:
    async with Simulator().serve() as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(
            SimulatorError, match=rf"The simulator cannot listen on 127.0.0.1:{port} .*another port"
        ):
            async with Simulator().serve(port=port):
                raise AssertionError("served twice on one port")


def has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
async def test_ipv6_addresses_are_written_in_brackets() -> None:
    async with Simulator().serve("::1") as url, httpx.AsyncClient() as client:
        assert url.startswith("http://[::1]:")
        assert (await client.get(f"{url}/sim/state")).status_code == 200


def test_every_wish_of_the_page_is_known() -> None:
    from importlib.resources import files

    script = files("simulator").joinpath("page", "chat.js").read_text()
    markup = files("simulator").joinpath("page", "chat.html").read_text()

    asked = {piece.split('"')[0] for piece in script.split('do: "')[1:]}
    offered = {piece.split('"')[0] for piece in markup.split('value="make_')[1:]}
    assert asked - {"join_world"} <= set(ACTS)
    assert {f"make_{kind}" for kind in offered} <= set(ACTS)
