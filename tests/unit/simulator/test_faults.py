from __future__ import annotations

import pytest

from simulator.errors import ApiError
from simulator.faults import FINE, Fault, Faults, Rule

READER = 5_100_000_001
GROUP = -4_100_000_001
SUPERGROUP = -1_002_100_000_001


@pytest.mark.parametrize(
    ("kind", "chat_id", "code", "description", "parameters"),
    [
        (Fault.TOO_MANY_REQUESTS, READER, 429, "Too Many Requests: retry after 3", {"retry_after": 3}),
        (Fault.STORM, READER, 429, "Too Many Requests: retry after 3", {"retry_after": 3}),
        (Fault.BLOCKED, READER, 403, "Forbidden: bot was blocked by the user", {}),
        (Fault.DEACTIVATED, READER, 403, "Forbidden: user is deactivated", {}),
        (Fault.KICKED, GROUP, 403, "Forbidden: bot was kicked from the group chat", {}),
        (Fault.KICKED, SUPERGROUP, 403, "Forbidden: bot was kicked from the supergroup chat", {}),
        (Fault.BAD_REQUEST, READER, 400, "Bad Request: PEER_ID_INVALID", {}),
        (Fault.CHAT_NOT_FOUND, READER, 400, "Bad Request: chat not found", {}),
        (Fault.INTERNAL_ERROR, READER, 500, "Internal Server Error", {}),
    ],
)
def test_faults_that_are_answered_speak_as_telegram(
    kind: Fault, chat_id: int, code: int, description: str, parameters: dict[str, int]
) -> None:
    faults = Faults()
    faults.add(Rule(kind, seconds=2.5, description="PEER_ID_INVALID"))

    verdict = faults.choose("sendMessage", chat_id, now=0.0)

    assert verdict.fault is kind
    assert isinstance(verdict.error, ApiError)
    assert (verdict.error.code, verdict.error.description) == (code, description)
    assert verdict.error.parameters == parameters


@pytest.mark.parametrize(
    "kind", [Fault.MIGRATED, Fault.BAD_GATEWAY, Fault.DROPPED, Fault.LOST, Fault.HANG, Fault.SILENT]
)
def test_other_faults_are_left_to_the_server(kind: Fault) -> None:
    faults = Faults()
    faults.add(Rule(kind))

    verdict = faults.choose("sendMessage", READER, now=0.0)

    assert (verdict.fault, verdict.error) == (kind, None)
    assert faults.struck[kind] == 1


@pytest.mark.parametrize(
    ("rule", "method", "chat_id", "is_struck"),
    [
        pytest.param(Rule(Fault.LOST), "sendMessage", READER, True, id="sending by default"),
        pytest.param(Rule(Fault.LOST), "editMessageText", READER, True, id="editing by default"),
        pytest.param(Rule(Fault.LOST), "getUpdates", 0, False, id="updates not by default"),
        pytest.param(Rule(Fault.LOST, method="getupdates"), "getUpdates", 0, True, id="named in any case"),
        pytest.param(Rule(Fault.LOST, method="sendPhoto"), "sendMessage", READER, False, id="another method"),
        pytest.param(Rule(Fault.LOST, chats={READER}), "sendMessage", READER, True, id="this chat"),
        pytest.param(Rule(Fault.LOST, chats=range(10)), "sendMessage", READER, False, id="other chats"),
        pytest.param(Rule(Fault.LOST, probability=0.0), "sendMessage", READER, False, id="never"),
    ],
)
def test_what_a_rule_is_about(rule: Rule, method: str, chat_id: int, is_struck: bool) -> None:
    faults = Faults()
    faults.add(rule)

    assert (faults.choose(method, chat_id, now=0.0).fault is not None) is is_struck


def test_skip_and_times_count_matching_requests() -> None:
    faults = Faults()
    faults.add(Rule(Fault.LOST, skip=1, times=2))

    struck = [faults.choose("sendMessage", READER, now=0.0).fault is not None for _ in range(5)]

    assert struck == [False, True, True, False, False]


def test_chance_is_repeatable_by_seed() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add(Rule(Fault.LOST, probability=0.3))
        return [faults.choose("sendMessage", READER, now=0.0).fault is not None for _ in range(1000)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 250 < sum(struck(1)) < 350


def test_a_storm_refuses_everything_until_it_is_over() -> None:
    faults = Faults()
    storm = faults.add(Rule(Fault.STORM, seconds=10.0, times=1))
    faults.choose("sendMessage", READER, now=100.0)
    faults.remove(storm)

    other = faults.choose("editMessageText", GROUP, now=104.5)

    assert other.error is not None
    assert other.error.parameters == {"retry_after": 6}
    assert faults.choose("getMe", 0, now=104.5) == FINE
    assert faults.choose("sendMessage", READER, now=110.0) == FINE


def test_clearing_ends_rules_and_storms() -> None:
    faults = Faults()
    faults.add(Rule(Fault.STORM, seconds=10.0))
    faults.choose("sendMessage", READER, now=0.0)

    faults.clear()

    assert faults.choose("sendMessage", READER, now=1.0) == FINE


def test_delays_add_up_and_come_before_the_fault() -> None:
    faults = Faults()
    faults.add(Rule(Fault.SLOW, seconds=0.5))
    faults.add(Rule(Fault.SLOW, seconds=0.25))
    faults.add(Rule(Fault.LOST, skip=1))

    slow, lost = (faults.choose("sendMessage", READER, now=0.0) for _ in range(2))

    assert (slow.delay, slow.fault) == (0.75, None)
    assert (lost.delay, lost.fault) == (0.75, Fault.LOST)
