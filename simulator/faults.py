"""Failures on request: which request fails how, by rule and by a seeded chance."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum

from simulator import errors
from simulator.errors import ApiError


class Fault(StrEnum):
    """What goes wrong."""

    TOO_MANY_REQUESTS = "too_many_requests"  # 429 for this request
    STORM = "storm"  # 429 for every request until `seconds` are over
    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    KICKED = "kicked"
    BAD_REQUEST = "bad_request"  # 400 with `description`
    CHAT_NOT_FOUND = "chat_not_found"
    MIGRATED = "migrated"  # the group really becomes a supergroup
    INTERNAL_ERROR = "internal_error"  # 500
    BAD_GATEWAY = "bad_gateway"  # 502 with a page that is not JSON
    SLOW = "slow"  # `seconds` late, then as usual
    DROPPED = "dropped"  # accepted, then the connection is closed without an answer
    LOST = "lost"  # not accepted, the connection is closed without an answer
    HANG = "hang"  # accepted, never answered
    SILENT = "silent"  # not accepted, never answered


ACCEPTED_FIRST = frozenset({Fault.DROPPED, Fault.HANG})
UNANSWERED = frozenset({Fault.DROPPED, Fault.LOST, Fault.HANG, Fault.SILENT})
# Asking for updates and settings is left alone unless a rule names the method.
_USUAL_PREFIXES = ("send", "edit", "copy", "forward")


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """When a fault strikes.

    Args:
        kind: what goes wrong.
        method: only this method; "" means every method that sends or edits.
        chats: only these chat ids (a set or a range); None means any.
        probability: chance for each request that matches.
        times: how often at most; None means for ever.
        skip: how many matching requests are let through first.
        seconds: of delay (slow), of waiting (429), of a storm.
        description: Telegram's sentence for ``bad_request``.
    """

    kind: Fault
    method: str = ""
    chats: Container[int] | None = None
    probability: float = 1.0
    times: int | None = None
    skip: int = 0
    seconds: float = 1.0
    description: str = "the simulator was told to refuse this"

    def matches(self, method: str, chat_id: int) -> bool:
        """Whether the rule is about such a request at all."""
        is_named = (
            self.method.lower() == method.lower() if self.method else method.startswith(_USUAL_PREFIXES)
        )
        return is_named and (self.chats is None or chat_id in self.chats)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to one request: a delay in seconds, then a fault or nothing."""

    delay: float = 0.0
    fault: Fault | None = None
    error: ApiError | None = None


FINE = Verdict()


class Faults:
    """The rules in force, in the order in which they were added; the first that strikes decides."""

    def __init__(self, seed: int = 0) -> None:
        self.rules: list[Rule] = []
        self.struck: Counter[Fault] = Counter()
        self._random = random.Random(seed)  # noqa: S311  # repeatable on purpose
        self._seen: Counter[Rule] = Counter()
        self._used: Counter[Rule] = Counter()
        self._storm_until = 0.0

    def add(self, rule: Rule) -> Rule:
        """Put a rule in force."""
        self.rules.append(rule)
        return rule

    def remove(self, rule: Rule) -> None:
        """Take a rule out of force; a storm that it raised blows on."""
        self.rules.remove(rule)

    def clear(self) -> None:
        """No rule, no storm; the counts stay."""
        self.rules.clear()
        self._storm_until = 0.0

    def choose(self, method: str, chat_id: int, now: float) -> Verdict:
        """Decide the fate of one request at ``now`` (seconds since the epoch)."""
        if not self.rules and now >= self._storm_until:
            return FINE
        if now < self._storm_until and method.startswith(_USUAL_PREFIXES):
            return self._refuse(Fault.STORM, errors.too_many_requests(_whole(self._storm_until - now)))
        delay = 0.0
        for rule in self.rules:
            if not rule.matches(method, chat_id) or not self._strikes(rule):
                continue
            if rule.kind is Fault.SLOW:
                self.struck[rule.kind] += 1
                delay += rule.seconds
                continue
            if rule.kind is Fault.STORM:
                self._storm_until = now + rule.seconds
            verdict = self._refuse(rule.kind, _error(rule, chat_id))
            return Verdict(delay, verdict.fault, verdict.error)
        return Verdict(delay) if delay else FINE

    def _refuse(self, fault: Fault, error: ApiError | None) -> Verdict:
        self.struck[fault] += 1
        return Verdict(0.0, fault, error)

    def _strikes(self, rule: Rule) -> bool:
        self._seen[rule] += 1
        if self._seen[rule] <= rule.skip or (rule.times is not None and self._used[rule] >= rule.times):
            return False
        if rule.probability < 1.0 and self._random.random() >= rule.probability:
            return False
        self._used[rule] += 1
        return True


def _whole(seconds: float) -> int:
    return max(int(seconds) + (seconds > int(seconds)), 1)


def _error(rule: Rule, chat_id: int) -> ApiError | None:
    """The refusal of a fault that is answered in JSON; None for the others."""
    match rule.kind:
        case Fault.TOO_MANY_REQUESTS | Fault.STORM:
            return errors.too_many_requests(_whole(rule.seconds))
        case Fault.BLOCKED:
            return errors.forbidden(errors.BLOCKED)
        case Fault.DEACTIVATED:
            return errors.forbidden(errors.DEACTIVATED)
        case Fault.KICKED:
            kind = "supergroup" if chat_id < -1_000_000_000_000 else "group"
            return errors.forbidden(errors.KICKED_BY_KIND[kind])
        case Fault.BAD_REQUEST:
            return errors.bad_request(rule.description)
        case Fault.CHAT_NOT_FOUND:
            return errors.bad_request(errors.CHAT_NOT_FOUND)
        case Fault.INTERNAL_ERROR:
            return ApiError(500, "")
        case _:
            return None
