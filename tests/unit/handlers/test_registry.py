"""The tables of commands, taps and places are complete and agree with each other."""

from __future__ import annotations

import re

import pytest

from handlers.alerts import ACTIONS
from handlers.keyboards import TAPS
from handlers.registry import CALLBACKS, COMMANDS, PLACES, Access, menu
from handlers.settings_screens import SCREENS
from handlers.texts import LANGUAGES, Texts

DESIGNED = {
    "start", "subscribe", "unsubscribe", "countries", "digest", "latest", "search", "more", "watch", "watches",
    "mute", "settings", "export", "forget", "privacy", "help", "about", "alert", "alerts", "sources", "stats",
    "health", "audit", "admins", "country", "trends",
}  # fmt: skip


def test_every_designed_command_is_there() -> None:
    assert set(COMMANDS) == DESIGNED
    assert all(re.fullmatch("[a-z0-9_]{1,32}", name) for name in COMMANDS)


def test_every_tap_has_a_reaction() -> None:
    assert set(CALLBACKS) == set(TAPS)


def test_places_and_screens_have_different_names() -> None:
    assert not set(PLACES) & set(SCREENS)


def test_every_action_of_an_alert_has_a_name_that_fits_a_button() -> None:
    assert all(len(name) <= 20 and ":" not in name for name in ACTIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_is_the_commands_of_everybody(texts: Texts, language: str) -> None:
    listed = menu(texts.of(language))
    assert [one.command for one in listed] == [
        name for name, command in COMMANDS.items() if command.access is not Access.EDITORS
    ]
    assert all(1 <= len(one.description) <= 256 for one in listed)


def test_nothing_that_changes_a_group_is_open_to_everybody() -> None:
    harmless = {"digest", "latest", "search", "more", "trends", "watches", "help", "about", "privacy"}
    assert {name for name, command in COMMANDS.items() if command.access is Access.ALL} == harmless
