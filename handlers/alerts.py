"""Alerts, as their editors write, send, stop, correct and retract them. Each step is a button under a message."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from handlers.keyboards import Alert, AlertCountry, button
from handlers.markup import cut, foreign, join, units
from handlers.render_alert import (
    MAX_ALERT,
    Pace,
    is_running,
    parse_alert,
    render_alert,
    render_preview,
    render_progress,
)
from handlers.talk import Talk, taps_under
from handlers.texts import LANGUAGES
from handlers.texts.dates import moment
from handlers.texts.lookup import catalogue, flags
from news.attribute import attribute
from news.errors import UnknownBroadcastError
from news.model import Broadcast, BroadcastState, Message, Progress

_NUMBERED = re.compile(r"#(\d{1,18})\b", re.ASCII)
_REVISABLE = frozenset({"send", "correct", "apply"})
_QUESTIONS = ("alert.edit_how", "alert.correct_how")
_LOOK_EVERY_S = 2.0
_LONGEST_LOOK_S = 6 * 3600.0


async def alert(talk: Talk) -> None:
    """``/alert TEXT``: a draft and its preview. ``/alert #12 TEXT`` replaces draft 12 or corrects sent alert 12."""
    text = talk.arguments
    if not text:
        await talk.say(Message(talk.texts("alert.how")))
        return
    number = _NUMBERED.match(text)
    if number:
        await _revise(talk, int(number.group(1)), text[number.end() :].strip())
        return
    await _draft(talk, text, countries_of_alert(talk, text))


def countries_of_alert(talk: Talk, typed: str) -> tuple[str, ...]:
    """The countries that the text is about; the editor may change them under the preview."""
    text = parse_alert(typed).text
    title, _, rest = text.partition("\n")
    found = attribute(talk.services.gazetteer, title, rest)
    return tuple(evidence.country for evidence in found.countries)


async def _draft(talk: Talk, typed: str, countries: Sequence[str], *, pierces_quiet: bool = False) -> None:
    message = await _preview(talk, typed, countries, pierces_quiet=pierces_quiet)
    if message is not None:
        await talk.say(message, is_reply=True)


async def _preview(
    talk: Talk, typed: str, countries: Sequence[str], *, pierces_quiet: bool
) -> Message | None:
    """Keep a new draft; what its editor sees of it. None, and a word about it, when the text is too long."""
    said = parse_alert(typed)
    longest = max(units(text) for text in (said.text, *said.translations.values()))
    if longest > MAX_ALERT:
        await talk.say(Message(talk.texts("alert.too_long", n=longest, limit=MAX_ALERT)))
        return None
    broadcasts = talk.services.storage.broadcasts
    messages = render_alert(said, countries, talk.texts)
    alert_id = await broadcasts.draft_alert(
        typed, messages, countries, talk.user_id or 0, talk.now, pierces_quiet=pierces_quiet
    )
    return await _shown(talk, await broadcasts.get(alert_id))


async def _shown(talk: Talk, draft: Broadcast) -> Message:
    audience = await talk.services.storage.broadcasts.audience(draft.countries, talk.now)
    return render_preview(
        draft.id,
        parse_alert(draft.text),
        draft.countries,
        audience,
        talk.texts,
        rate=talk.services.rate,
        pierces_quiet=draft.pierces_quiet,
    )


async def on_alert_country(talk: Talk, tap: AlertCountry) -> None:
    """A country toggle: a new draft takes the place of the old one."""
    broadcasts = talk.services.storage.broadcasts
    try:
        draft = await broadcasts.get(tap.alert_id)
    except UnknownBroadcastError:
        await talk.notice("error.stale")
        return
    if draft.state is not BroadcastState.DRAFT:
        await talk.notice("alert.not_draft", is_loud=True)
        return
    kept = [code for code in draft.countries if code not in tap.countries]
    countries = [*kept, *tap.countries] if tap.is_on else kept
    message = await _preview(talk, draft.text, countries, pierces_quiet=draft.pierces_quiet)
    if message is not None:
        await broadcasts.cancel(tap.alert_id, talk.now)
        await talk.edit(message)


async def on_alert(talk: Talk, tap: Alert) -> None:
    """One of the actions below; an unknown one is a button of another version."""
    action = ACTIONS.get(tap.action)
    if action is None:
        await talk.notice("error.stale")
        return
    try:
        broadcast = await talk.services.storage.broadcasts.get(tap.alert_id)
    except UnknownBroadcastError:
        await talk.notice("error.stale")
        return
    await action(talk, broadcast)


async def _hold(talk: Talk, draft: Broadcast) -> None:
    await _choose_quiet(talk, draft.id, pierces_quiet=False)


async def _pierce(talk: Talk, draft: Broadcast) -> None:
    await _choose_quiet(talk, draft.id, pierces_quiet=True)


async def _choose_quiet(talk: Talk, alert_id: int, *, pierces_quiet: bool) -> None:
    """Whether readers with quiet hours get this alert when they wake, or at once as those who let alerts through."""
    broadcasts = talk.services.storage.broadcasts
    if not await broadcasts.set_pierces_quiet(alert_id, pierces_quiet=pierces_quiet):
        await talk.notice("alert.not_draft", is_loud=True)
        return
    await talk.edit(await _shown(talk, await broadcasts.get(alert_id)))


async def _send(talk: Talk, broadcast: Broadcast) -> None:
    broadcasts = talk.services.storage.broadcasts
    if await broadcasts.confirm_alert(broadcast.id, talk.now) is not None:
        # Read again: the choice may have changed between the tap and the confirmation.
        is_loud = (await broadcasts.get(broadcast.id)).pierces_quiet
        await _note(talk, "alert.confirm", broadcast.id, "quiet hours pierced" if is_loud else "")
    # In the background: [Stop] is another tap in the same chat, which must not wait for this one.
    talk.application.create_task(follow(talk, broadcast.id, talk.now))


async def follow(talk: Talk, alert_id: int, started_at: datetime) -> None:
    """Edit the progress message until nothing waits any more. After a restart /alerts shows the rest."""
    broadcasts = talk.services.storage.broadcasts
    shown, last, looked_at = "", Progress(), started_at
    rate = talk.services.rate
    while talk.application.running:
        now = talk.now
        broadcast, progress = await broadcasts.get(alert_id), await broadcasts.progress(alert_id)
        passed = (now - looked_at).total_seconds()
        rate = (progress.sent - last.sent) / passed if passed > 0 else rate
        pace = Pace((now - started_at).total_seconds(), rate)
        message = render_progress(broadcast, progress, talk.texts, pace)
        if message.html != shown:
            await talk.edit(message)
        is_over = broadcast.state is not BroadcastState.SENDING or not is_running(progress)
        if is_over or pace.seconds > _LONGEST_LOOK_S:
            return
        shown, last, looked_at = message.html, progress, now
        await talk.services.wait(_LOOK_EVERY_S)


async def _edit(talk: Talk, broadcast: Broadcast) -> None:
    await talk.say(Message(talk.texts("alert.edit_how", id=f"#{broadcast.id}")))


async def _cancel(talk: Talk, broadcast: Broadcast) -> None:
    await talk.services.storage.broadcasts.cancel(broadcast.id, talk.now)
    await _show(talk, broadcast.id)


async def _stop(talk: Talk, broadcast: Broadcast) -> None:
    await talk.services.storage.broadcasts.stop(broadcast.id, talk.now)
    await _note(talk, "alert.stop", broadcast.id)
    await _show(talk, broadcast.id)


async def _ask_correction(talk: Talk, broadcast: Broadcast) -> None:
    await talk.say(Message(talk.texts("alert.correct_how", id=f"#{broadcast.id}")))


async def _apply_correction(talk: Talk, broadcast: Broadcast) -> None:
    typed = correction_in(talk)
    if not typed:
        await talk.notice("search.lost")
        return
    messages = render_alert(parse_alert(typed), broadcast.countries, talk.texts, is_correction=True)
    edits = await talk.services.storage.broadcasts.correct(broadcast.id, typed, messages, talk.now)
    await _note(talk, "alert.correct", broadcast.id)
    await talk.edit(Message(talk.texts("alert.correcting", id=f"#{broadcast.id}", n=edits)))


def correction_in(talk: Talk) -> str:
    """The corrected text: the message that the preview answers, without ``/alert #12`` before it."""
    answered = talk.message.reply_to_message if talk.message else None
    typed = (answered.text or "") if answered else ""
    if not typed.startswith("/"):
        return typed
    rest = typed.partition(" ")[2].lstrip()
    number = _NUMBERED.match(rest)
    return rest[number.end() :].strip() if number else rest


async def _ask_retraction(talk: Talk, broadcast: Broadcast) -> None:
    progress = await talk.services.storage.broadcasts.progress(broadcast.id)
    buttons = (
        button(
            talk.texts.plain("alert.button.retract_sure", n=progress.sent),
            Alert("retract_sure", broadcast.id),
        ),
        button(talk.texts.plain("alert.button.keep"), Alert("show", broadcast.id)),
    )
    await talk.edit(
        Message(talk.texts("alert.retract_how", id=f"#{broadcast.id}", n=progress.sent), (buttons,))
    )


async def _retract(talk: Talk, broadcast: Broadcast) -> None:
    deletions = await talk.services.storage.broadcasts.retract(broadcast.id, talk.now)
    await _note(talk, "alert.retract", broadcast.id)
    await talk.edit(Message(talk.texts("alert.retracting", id=f"#{broadcast.id}", n=deletions)))


async def _show(talk: Talk, broadcast: Broadcast | int) -> None:
    broadcasts = talk.services.storage.broadcasts
    one = await broadcasts.get(broadcast if isinstance(broadcast, int) else broadcast.id)
    await talk.edit(render_progress(one, await broadcasts.progress(one.id), talk.texts, Pace()))


Action = Callable[[Talk, Broadcast], Awaitable[None]]
ACTIONS: Mapping[str, Action] = {
    "send": _send,
    "hold": _hold,
    "pierce": _pierce,
    "edit": _edit,
    "cancel": _cancel,
    "stop": _stop,
    "correct": _ask_correction,
    "apply": _apply_correction,
    "retract": _ask_retraction,
    "retract_sure": _retract,
    "show": _show,
}


def alert_of_reply(talk: Talk) -> int | None:
    """The alert that a reply is about: to its preview, to its progress, or to our question for a text."""
    answered = talk.message.reply_to_message if talk.message else None
    if answered is None or answered.from_user is None or answered.from_user.id != talk.bot.id:
        return None
    for tap in taps_under(answered):
        if isinstance(tap, Alert) and tap.action in _REVISABLE:
            return tap.alert_id
    number = _NUMBERED.search(answered.text or "")
    return int(number.group(1)) if number and _is_question(answered.text or "", number.group()) else None


def _is_question(text: str, number: str) -> bool:
    questions = (catalogue(language)[key] for language in LANGUAGES for key in _QUESTIONS)
    return any(text == str(question).format(id=number) for question in questions)


async def on_alert_answer(talk: Talk, alert_id: int) -> None:
    """The new text of a draft, or a correction, sent as a reply."""
    await _revise(talk, alert_id, talk.arguments)


async def _revise(talk: Talk, alert_id: int, typed: str) -> None:
    broadcasts = talk.services.storage.broadcasts
    try:
        broadcast = await broadcasts.get(alert_id)
    except UnknownBroadcastError:
        await talk.say(Message(talk.texts("alert.unknown", id=f"#{alert_id}")))
        return
    if not typed:
        await talk.say(Message(talk.texts("alert.how")))
    elif broadcast.state is BroadcastState.DRAFT:
        await broadcasts.cancel(alert_id, talk.now)
        countries = countries_of_alert(talk, typed)
        await _draft(talk, typed, countries, pierces_quiet=broadcast.pierces_quiet)
    elif broadcast.state in {BroadcastState.RETRACTED, BroadcastState.CANCELLED}:
        await talk.say(Message(talk.texts("alert.not_draft")))
    else:
        await talk.say(await _correction_preview(talk, broadcast, typed), is_reply=True)


async def _correction_preview(talk: Talk, broadcast: Broadcast, typed: str) -> Message:
    progress = await talk.services.storage.broadcasts.progress(broadcast.id)
    shown = render_alert(parse_alert(typed), broadcast.countries, talk.texts, is_correction=True)
    head = talk.texts("alert.correction", id=f"#{broadcast.id}", n=progress.sent)
    buttons = (
        button(talk.texts.plain("alert.button.apply", n=progress.sent), Alert("apply", broadcast.id)),
        button(talk.texts.plain("alert.button.keep"), Alert("show", broadcast.id)),
    )
    return Message(join([head, shown[talk.texts.language][0].html], "\n"), (buttons,))


async def alerts(talk: Talk) -> None:
    """The last alerts with their state, and a button each."""
    recent = await talk.services.storage.broadcasts.recent_alerts()
    if not recent:
        await talk.say(Message(talk.texts("alerts.none")))
        return
    lines = [
        talk.texts(
            "alerts.line",
            id=f"#{one.id}",
            state=talk.texts.plain(f"alerts.state.{one.state}"),
            countries=flags(one.countries),
            when=moment(one.created_at, talk.preferences.zone, talk.texts, now=talk.now),
            text=foreign(cut(one.text, 80)),
        )
        for one in recent
    ]
    buttons = tuple(button(f"#{one.id}", Alert("show", one.id)) for one in recent[:8])
    await talk.say(Message(join([talk.texts("alerts.head"), *lines], "\n"), (buttons,)))


async def _note(talk: Talk, action: str, alert_id: int, how: str = "") -> None:
    subject = f"#{alert_id} {how}".rstrip()
    await talk.services.storage.broadcasts.audit(talk.user_id or 0, action, subject, talk.now)
