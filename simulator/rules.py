"""Fault rules and the ledger as JSON, for benchmarks that talk to the simulator over HTTP."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from typing import Any

from simulator.errors import SimulatorError
from simulator.faults import Fault, Rule
from simulator.ledger import Ledger

_NUMBERS: Mapping[str, type] = {"probability": float, "times": int, "skip": int, "seconds": float}


def read_rule(wish: Mapping[str, Any]) -> Rule:
    """A rule from JSON: ``{"kind": "dropped", "method": "sendMessage", "probability": 0.01}``.

    ``chats`` is a list of ids or ``{"range": [first, beyond, step]}``.

    Raises:
        SimulatorError: an unknown name or a value of the wrong kind.
    """
    known = {"kind", "method", "chats", "description", *_NUMBERS}
    unknown = sorted(set(wish) - known)
    if unknown:
        raise SimulatorError(f"A rule has no {unknown[0]!r}; it has {', '.join(sorted(known))}.")
    try:
        kind = Fault(str(wish.get("kind")))
        numbers: dict[str, Any] = {
            name: convert(wish[name]) for name, convert in _NUMBERS.items() if wish.get(name) is not None
        }
    except (ValueError, TypeError) as error:
        raise SimulatorError(f"A rule cannot be read: {error}.") from error
    texts: dict[str, Any] = {name: str(wish[name]) for name in ("method", "description") if wish.get(name)}
    return Rule(kind, chats=_chats(wish.get("chats")), **texts, **numbers)


def rule_json(rule: Rule) -> dict[str, Any]:
    """A rule as JSON, in the form that ``read_rule`` takes."""
    return {
        "kind": rule.kind.value,
        "method": rule.method,
        "chats": _listed(rule.chats),
        "probability": rule.probability,
        "times": rule.times,
        "skip": rule.skip,
        "seconds": rule.seconds,
    }


def ledger_rows(ledger: Ledger, start: int, limit: int) -> str:
    """Entries as JSON lines: ``{"n", "time", "method", "chat_id", "message_id", "digest", "text"}``."""
    lines = (
        json.dumps(
            {
                "n": entry.number,
                "time": entry.time,
                "method": entry.method,
                "chat_id": entry.chat_id,
                "message_id": entry.message_id,
                "digest": entry.digest,
                "text": entry.text,
            },
            ensure_ascii=False,
        )
        for entry in ledger.entries(start, limit)
    )
    return "".join(f"{line}\n" for line in lines)


def _listed(chats: Container[int] | None) -> Any:
    if isinstance(chats, range):
        return {"range": [chats.start, chats.stop, chats.step]}
    return sorted(chats) if isinstance(chats, set | frozenset) else None


def _chats(wish: Any) -> frozenset[int] | range | None:
    if wish is None:
        return None
    numbers = wish.get("range") if isinstance(wish, dict) else wish
    if not isinstance(numbers, list) or not all(isinstance(number, int) for number in numbers):
        raise SimulatorError("chats is a list of ids or {'range': [first, beyond, step]}.")
    if not isinstance(wish, dict):
        return frozenset(numbers)
    if not 1 <= len(numbers) <= 3 or (len(numbers) == 3 and numbers[2] == 0):
        raise SimulatorError("A range of chats has one to three numbers and a step that is not 0.")
    return range(*numbers)
