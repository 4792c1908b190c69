"""An editor's alert: as readers get it, and as the editor sees it before, while and after it goes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from handlers.keyboards import Alert, AlertCountry, button, rows
from handlers.markup import MAX_UNITS, Html, bold, cut, disarm, escape, join, measure, unmarked
from handlers.texts import LANGUAGES, Texts
from handlers.texts.dates import about, duration
from handlers.texts.lookup import flag, flags
from news.model import Audience, Broadcast, BroadcastState, Button, Message, Progress

MAX_ALERT = 3500  # UTF-16 units: room for the heading in every language
RULE = "────────"
APART = "\n\n"  # between alerts of one message
_TRANSLATION = re.compile(rf"^\s*({'|'.join(LANGUAGES)})\s*:\s*(.+)$", re.IGNORECASE)
_TOGGLES = ("KZ", "UZ", "KG", "TJ", "TM", "RU", "CN", "AF", "AZ", "TR", "IR", "MN")


@dataclass(frozen=True, slots=True)
class AlertText:
    """What an editor typed: the text for everybody, and translations by interface language."""

    text: str
    translations: Mapping[str, str] = field(default_factory=dict)


def parse_alert(typed: str) -> AlertText:
    """Lines that begin with ``ru:`` open a translation; the lines before the first one are the text for the others."""
    lines: dict[str, list[str]] = {"": []}
    current = ""
    for line in typed.strip().splitlines():
        match = _TRANSLATION.match(line)
        if match:
            current = match.group(1).lower()
            lines.setdefault(current, []).append(match.group(2))
        else:
            lines[current].append(line)
    said = {language: "\n".join(some).strip() for language, some in lines.items()}
    text = said.pop("")
    if not text:
        text = next(iter(said.values()), "")
    return AlertText(text, {language: words for language, words in said.items() if words})


def render_alert(
    alert: AlertText, countries: Sequence[str], texts: Texts, *, is_correction: bool = False
) -> dict[str, tuple[Message, ...]]:
    """The message in every interface language; "" holds the one for any other language."""
    messages = {
        language: (
            _for_reader(
                alert.translations.get(language, alert.text), countries, texts.of(language), is_correction
            ),
        )
        for language in LANGUAGES
    }
    return {**messages, "": messages["en"]}


def _for_reader(text: str, countries: Sequence[str], texts: Texts, is_correction: bool) -> Message:  # noqa: FBT001
    names = ", ".join(texts.country(code) for code in countries) or texts.plain("alert.everyone")
    head = join(["🔔 ", bold(names)])
    body = escape(disarm(cut(text, MAX_ALERT)))
    tail = [texts("alert.corrected")] if is_correction else []
    return Message(join([head, body, *tail], "\n"))


def is_one_message(alerts: Sequence[Message]) -> bool:
    """Whether these alerts fit one message together."""
    return measure(_joined(alerts)).fits


def join_alerts(alerts: Sequence[Message]) -> Message:
    """Alerts that a reader slept through as one message. Corrections may outgrow it: then none is longer than its share."""
    if is_one_message(alerts):
        return Message(_joined(alerts))
    share = MAX_UNITS // len(alerts) - len(APART)
    return Message(join([cut(unmarked(Html(alert.html)), share) for alert in alerts], APART))


def _joined(alerts: Sequence[Message]) -> Html:
    return join([Html(alert.html) for alert in alerts], APART)


def render_preview(
    alert_id: int,
    alert: AlertText,
    countries: Sequence[str],
    audience: Audience,
    texts: Texts,
    *,
    rate: float,
    pierces_quiet: bool = False,
) -> Message:
    """What an editor sees before confirming: whom it reaches and when, how long it takes, what readers will read."""
    took = about(_time_for(audience.total, rate), texts)
    where = flags(tuple(countries)) or texts.plain("alert.everyone")
    head = texts("alert.preview", n=audience.total, countries=where, duration=took)
    notes = [
        *_missing(alert, audience, texts),
        *(
            [texts("alert.woken" if pierces_quiet else "alert.asleep", n=audience.quiet)]
            if audience.quiet
            else []
        ),
    ]
    body = _for_reader(alert.text, countries, texts, is_correction=False).html
    return Message(
        join([head, RULE, body, RULE, *notes], "\n"),
        (*_toggles(alert_id, countries), *_decision(alert_id, audience.total, texts, pierces_quiet)),
    )


def _missing(alert: AlertText, audience: Audience, texts: Texts) -> list[Html]:
    if not alert.translations and set(audience.by_language) <= {texts.language}:
        return []
    by_readers = sorted(audience.by_language, key=lambda language: -audience.by_language[language])
    without = [
        language
        for language in by_readers
        if language not in alert.translations and language != texts.language
    ]
    return [texts("alert.untranslated", languages=", ".join(without))] if without else []


def _time_for(readers: int, rate: float) -> timedelta:
    return timedelta(seconds=max(1.0, readers / rate))


def _toggles(alert_id: int, countries: Sequence[str]) -> tuple[tuple[Button, ...], ...]:
    offered = list(dict.fromkeys([*countries, *_TOGGLES]))[:16]
    return rows(
        button(
            f"{flag(code)}{' ✓' if code in countries else ''}",
            AlertCountry(alert_id, code not in countries, (code,)),
        )
        for code in offered
    )


def _decision(
    alert_id: int,
    readers: int,
    texts: Texts,
    pierces_quiet: bool,  # noqa: FBT001
) -> tuple[tuple[Button, ...], ...]:
    # The button shows what is chosen and carries the other choice, so that tapping twice is harmless.
    quiet = (
        button(texts.plain("alert.button.quiet_pierced"), Alert("hold", alert_id))
        if pierces_quiet
        else button(texts.plain("alert.button.quiet_held"), Alert("pierce", alert_id))
    )
    return (
        (button(texts.plain("alert.button.send", n=readers), Alert("send", alert_id)),),
        (
            button(texts.plain("alert.button.edit"), Alert("edit", alert_id)),
            button(texts.plain("alert.button.cancel"), Alert("cancel", alert_id)),
        ),
        (quiet,),
    )


@dataclass(frozen=True, slots=True)
class Pace:
    """How a broadcast goes: seconds since it began, and messages a second over the last look."""

    seconds: float = 0.0
    rate: float = 0.0


def render_progress(broadcast: Broadcast, progress: Progress, texts: Texts, pace: Pace) -> Message:
    """One line of numbers with what can be done now."""
    if broadcast.state is BroadcastState.SENDING and is_running(progress):
        return Message(_running(progress, texts, pace), _row(broadcast.id, ("stop",), texts))
    if broadcast.state in {BroadcastState.RETRACTED, BroadcastState.CANCELLED, BroadcastState.DRAFT}:
        return Message(texts(f"alert.{broadcast.state}", id=f"#{broadcast.id}", n=progress.sent))
    key = "alert.stopped" if broadcast.state is BroadcastState.STOPPED else "alert.sent"
    rest = _rest(progress, texts, pace)
    text = texts(key, n=progress.sent, gone=progress.gone, unknown=progress.unknown, rest=rest)
    return Message(text, _row(broadcast.id, ("correct", "retract"), texts))


def _rest(progress: Progress, texts: Texts, pace: Pace) -> str:
    """What is only worth a word when there is any: refused, held, and how long it took."""
    broken = texts.plain("alert.broken", n=progress.broken) if progress.broken else ""
    held = texts.plain("alert.held", n=progress.held) if progress.held else ""
    took = f" · {duration(timedelta(seconds=pace.seconds), texts)}" if pace.seconds else ""
    return broken + held + took


def is_running(progress: Progress) -> bool:
    """Whether something still waits to be sent; what is held for quiet hours goes by itself and is not waited on."""
    return progress.waiting > 0


def _running(progress: Progress, texts: Texts, pace: Pace) -> Html:
    left = about(timedelta(seconds=progress.waiting / pace.rate), texts) if pace.rate > 0 else "…"
    return texts(
        "alert.sending",
        sent=progress.sent,
        n=progress.total,
        rate=f"{pace.rate:.0f}",
        left=left,
        gone=progress.gone,
    )


def _row(alert_id: int, actions: Sequence[str], texts: Texts) -> tuple[tuple[Button, ...], ...]:
    return (
        tuple(button(texts.plain(f"alert.button.{action}"), Alert(action, alert_id)) for action in actions),
    )
