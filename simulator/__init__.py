"""Telegram on one machine: a Bot API server over HTTP, people to play with, faults on request, a chat page.

simulator = Simulator()
anna = simulator.person("Anna", language="ru")
async with simulator.serve() as url:      # base_url for a client is f"{url}/bot"
    await anna.say("/start")
    [welcome] = await simulator.wait_for_messages(anna.chat, 1)
"""

from __future__ import annotations

from simulator.errors import SimulatorError
from simulator.faults import Fault, Rule
from simulator.ledger import Entry, digest_of
from simulator.people import Person
from simulator.simulator import DEFAULT_HOST, DEFAULT_PORT, TOKEN, Simulator, run
from simulator.state import InlineSearch, Tap
from simulator.world import Chat, ChatKind, Message, Standing

__all__ = [
    "DEFAULT_HOST",
    "DEFAULT_PORT",
    "TOKEN",
    "Chat",
    "ChatKind",
    "Entry",
    "Fault",
    "InlineSearch",
    "Message",
    "Person",
    "Rule",
    "Simulator",
    "SimulatorError",
    "Standing",
    "Tap",
    "digest_of",
    "run",
]
