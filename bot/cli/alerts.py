"""``jarchi alert``: an editor's alert from a terminal, with the same steps as in a chat."""

from __future__ import annotations

import argparse
import sys

from bot.app import opened
from bot.cli.options import Commands, add_action, add_command, parse_countries, utc_now
from bot.cli.output import Output
from bot.sending import plain_text
from bot.settings import Settings
from handlers.render_alert import AlertText, parse_alert, render_alert
from handlers.texts import Texts
from news.attribute import attribute
from news.errors import WrongUseError
from news.gazetteer import Gazetteer, load_gazetteer
from news.model import Broadcast
from storage.storage import Store

OPERATOR = 0  # who confirms from a terminal, in the audit log


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    parser = add_command(commands, "alert", alert, "Draft, send, correct and retract breaking alerts.")
    actions = parser.add_subparsers(dest="what", required=True, metavar="ACTION")
    draft = add_action(actions, "draft", "keep a draft and show whom it would reach")
    draft.add_argument(
        "text", nargs="+", help="the text; lines beginning with ru: (kk:, uz: …) are translations"
    )
    draft.add_argument(
        "--country", action="append", default=[], help="default: the countries the text is about"
    )
    draft.add_argument(
        "--pierce-quiet", action="store_true", help="readers in their quiet hours get it at once too"
    )
    for name, help_text in (
        ("send", "confirm a draft: it goes out"),
        ("cancel", "throw a draft away"),
        ("stop", "nothing more goes out"),
        ("retract", "delete what was sent, everywhere"),
        ("show", "the text and how far it has gone"),
    ):
        add_action(actions, name, help_text).add_argument("id", type=int)
    correct = add_action(actions, "correct", "edit what was sent, everywhere")
    correct.add_argument("id", type=int)
    correct.add_argument("text", nargs="+")
    add_action(actions, "list", "the last alerts")


async def alert(settings: Settings, options: argparse.Namespace) -> int:
    """Do one step of an alert's life."""
    output, gazetteer = Output(as_json=options.json), load_gazetteer()
    async with opened(settings) as store:
        if options.what == "draft":
            await _draft(store, gazetteer, options, output)
        elif options.what == "list":
            rows = [alert_row(one) for one in await store.broadcasts.recent_alerts()]
            output.rows(("id", "state", "created", "countries", "text"), rows)
        elif options.what == "show":
            await _show(store, options.id, output)
        else:
            await _step(store, gazetteer, options, output)
    return 0


async def _draft(store: Store, gazetteer: Gazetteer, options: argparse.Namespace, output: Output) -> None:
    typed = _typed(options.text)
    text = parse_alert(typed)
    if options.country:
        countries = parse_countries(gazetteer, options.country)
    else:
        countries = tuple(evidence.country for evidence in attribute(gazetteer, text.text).countries)
    messages = render_alert(text, countries, Texts(gazetteer))
    number = await store.broadcasts.draft_alert(
        typed, messages, countries, OPERATOR, utc_now(), pierces_quiet=options.pierce_quiet
    )
    audience = await store.broadcasts.audience(countries, utc_now())
    output.facts(
        {
            "alert": number,
            "countries": countries,
            "readers": audience.total,
            "asleep": audience.quiet,
            "pierces_quiet": options.pierce_quiet,
        }
    )
    if not output.as_json:
        output.say(plain_text(messages[""][0].html))
        output.say(f"Send it with: jarchi alert send {number}")


async def _show(store: Store, number: int, output: Output) -> None:
    broadcast, progress = await store.broadcasts.get(number), await store.broadcasts.progress(number)
    counts = {
        name: getattr(progress, name)
        for name in ("total", "sent", "waiting", "held", "gone", "broken", "unknown")
    }
    output.facts({**alert_row(broadcast), "pierces_quiet": broadcast.pierces_quiet, **counts})


async def _step(store: Store, gazetteer: Gazetteer, options: argparse.Namespace, output: Output) -> None:
    now, number = utc_now(), options.id
    broadcast = await store.broadcasts.get(number)
    if options.what == "send":
        done = await store.broadcasts.confirm_alert(number, now) or 0
    elif options.what == "cancel":
        done = int(await store.broadcasts.cancel(number, now))
    elif options.what == "stop":
        done = await store.broadcasts.stop(number, now)
    elif options.what == "retract":
        done = await store.broadcasts.retract(number, now)
    else:
        typed = _typed(options.text)
        messages = render_alert(parse_alert(typed), broadcast.countries, Texts(gazetteer), is_correction=True)
        done = await store.broadcasts.correct(number, typed, messages, now)
    await store.broadcasts.audit(OPERATOR, f"alert {options.what}", str(number), now)
    output.facts({"alert": number, options.what: done})


def _typed(words: list[str]) -> str:
    typed = sys.stdin.read() if words == ["-"] else " ".join(words)
    text: AlertText = parse_alert(typed)
    if not text.text:
        raise WrongUseError("An alert needs a text.")
    return typed


def alert_row(broadcast: Broadcast) -> dict[str, object]:
    """An alert as a row."""
    return {
        "id": broadcast.id,
        "state": broadcast.state.value,
        "created": broadcast.created_at.isoformat(timespec="minutes"),
        "countries": list(broadcast.countries),
        "text": broadcast.text,
    }
