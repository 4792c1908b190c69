"""Behind the curtain, for editors: sources, counts, health, the log, and a headline's countries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.countries import split_names, unknown_countries
from handlers.keyboards import SourceTap, button, fits, pages, rows
from handlers.markup import Html, foreign, join
from handlers.talk import Talk
from handlers.texts import Texts
from handlers.texts.dates import clock, moment
from handlers.texts.lookup import flag, flags
from news.errors import UnknownHeadlineError, UnknownSourceError
from news.model import Button, CountryEvidence, Message, Source, SourceState

SOURCES_PER_PAGE = 8
MAX_FAILING = 10
TERMINAL = 0  # who acts from the command line, in the editors' log


async def stats(talk: Talk) -> None:
    """How many readers, headlines, sources; the countries most followed."""
    storage, texts = talk.services.storage, talk.texts
    counts = await storage.subscribers.counts()
    followed = sorted(
        ((name.partition(":")[2], count) for name, count in counts.items() if name.startswith("country:")),
        key=lambda pair: (-pair[1], pair[0]),
    )
    lines = [
        texts(
            "stats.readers",
            n=counts.get("total", 0),
            active=counts.get("active", 0),
            paused=counts.get("paused", 0),
        ),
        texts(
            "stats.headlines",
            n=await storage.headlines.count(),
            sources=len(await storage.sources.list_all()),
        ),
        join([f"{flag(code)} {texts.number(count)}" for code, count in followed[:10]], " · "),
    ]
    await talk.say(Message(join([line for line in lines if line], "\n")))


async def health(talk: Talk) -> None:
    """What does not work, in plain words, with the next step; or that all is well."""
    listed = await talk.services.storage.sources.list_all()
    failing = [(source, state) for source, state in listed if state.failures and not source.is_paused]
    texts = talk.texts
    if not failing:
        await talk.say(Message(texts("health.well", n=len(listed))))
        return
    shown = list(enumerate(failing[:MAX_FAILING], 1))
    lines = [
        join([f"{number}. ", failure(source, state, talk.texts, zone=talk.preferences.zone, now=talk.now)])
        for number, (source, state) in shown
    ]
    buttons = tuple(
        row for number, (source, _) in shown if (row := _source_row(source, number, ("try", "pause"), texts))
    )
    await talk.say(Message(join([texts("health.failing", n=len(failing)), *lines], "\n"), buttons))


async def sources(talk: Talk) -> None:
    """``/sources [pause|resume|try ID]``; without arguments the list, in pages."""
    action, _, source_id = talk.arguments.partition(" ")
    if action in _CHANGES and source_id:
        await _change_source(talk, action, source_id.strip())
        return
    await talk.say(await _source_list(talk, 0))


async def on_source(talk: Talk, tap: SourceTap) -> None:
    """A button of the list: a page, pause, resume, or try now."""
    if tap.action == "page" and tap.source_id.isascii() and tap.source_id.isdigit():
        await talk.edit(await _source_list(talk, int(tap.source_id[:6])))
    elif tap.action in _CHANGES:
        await _change_source(talk, tap.action, tap.source_id)
    else:
        await talk.notice("error.stale")


_CHANGES = ("pause", "resume", "try")


async def _change_source(talk: Talk, action: str, source_id: str) -> None:
    store = talk.services.storage.sources
    try:
        if action == "try":
            # Due at once: the next tick of the clock fetches it.
            await store.record({source_id: replace(await store.state(source_id), next_fetch_at=talk.now)})
        else:
            await store.set_paused(source_id, is_paused=action == "pause")
    except UnknownSourceError:
        await talk.notice("sources.unknown", source=source_id[:60])
        return
    await talk.services.storage.broadcasts.audit(talk.user_id or 0, f"source.{action}", source_id, talk.now)
    await talk.notice(f"sources.{action}", source=source_id[:60])
    if talk.query is not None:
        ids = [source.id for source, _ in await store.list_all()]
        place = ids.index(source_id) if source_id in ids else 0
        await talk.edit(await _source_list(talk, place - place % SOURCES_PER_PAGE))


async def _source_list(talk: Talk, offset: int) -> Message:
    listed, texts = await talk.services.storage.sources.list_all(), talk.texts
    if not listed:
        return Message(texts("sources.none"))
    some = listed[offset : offset + SOURCES_PER_PAGE]
    lines = [join([f"{number}. ", _source_line(*pair, talk)]) for number, pair in enumerate(some, offset + 1)]
    turn = pages(offset, len(listed), SOURCES_PER_PAGE, lambda start: SourceTap("page", str(start)))
    buttons = [
        one
        for number, (source, _) in enumerate(some, offset + 1)
        for one in _source_row(source, number, ("resume" if source.is_paused else "pause",), texts)
    ]
    head = texts("sources.head", n=len(listed))
    return Message(join([head, *lines], "\n"), (*rows(buttons, 4), *((turn,) if turn else ())))


def _source_line(source: Source, state: SourceState, talk: Talk) -> Html:
    name = join([f"{flag(source.country)} " if source.country else "", foreign(source.name, 60)])
    if source.is_paused:
        return join([name, " · ", talk.texts("sources.paused")])
    if state.failures:
        return failure(source, state, talk.texts, zone=talk.preferences.zone, now=talk.now)
    return join([name, " · ", talk.texts("sources.per_day", n=round(state.items_per_day))])


def failure(source: Source, state: SourceState, texts: Texts, *, zone: str, now: datetime) -> Html:
    """As "X has not answered since 09:10 (timeout, 6 tries). Next try 11:40."""
    since = state.last_success_at or state.last_fetch_at
    return texts(
        "health.source",
        n=state.failures,
        source=foreign(source.name, 60),
        since=moment(since, zone, texts, now=now) if since else "—",
        reason=foreign(state.last_error or "?", 120),
        next=clock(state.next_fetch_at.astimezone(ZoneInfo(zone)).time()) if state.next_fetch_at else "—",
    )


def _source_row(source: Source, number: int, actions: Sequence[str], texts: Texts) -> tuple[Button, ...]:
    taps = [(action, SourceTap(action, source.id)) for action in actions]
    return tuple(
        button(f"{texts.plain(f'sources.button.{action}')} {number}", tap)
        for action, tap in taps
        if fits(tap)
    )


async def audit(talk: Talk) -> None:
    """The editors' log, newest first."""
    entries = await talk.services.storage.broadcasts.list_audit()
    if not entries:
        await talk.say(Message(talk.texts("audit.none")))
        return
    zone = talk.preferences.zone
    lines = [
        join([moment(when, zone, talk.texts, now=talk.now), str(who), action, foreign(subject, 80)], " · ")
        for when, who, action, subject in entries
    ]
    await talk.say(Message(join([talk.texts("audit.head"), *lines], "\n")))


async def admins(talk: Talk) -> None:
    """Who may edit and what each did last, the terminal too; and where that is changed: only on the machine."""
    texts = talk.texts
    done = await talk.services.storage.broadcasts.last_audit()
    ids = sorted(talk.services.admin_ids)
    lines = [_admin_line(talk, str(who), done.get(who)) for who in ids]
    if TERMINAL in done:
        lines.append(_admin_line(talk, texts.plain("admins.terminal"), done[TERMINAL]))
    head = texts("admins.head", n=len(ids))
    await talk.say(Message(join([head, *lines, texts("admins.how")], "\n")))


def _admin_line(talk: Talk, who: str, last: tuple[datetime, str, str] | None) -> Html:
    if last is None:
        return join([who, talk.texts("admins.idle")], " · ")
    when, action, subject = last
    at = moment(when, talk.preferences.zone, talk.texts, now=talk.now)
    return join([who, at, action, foreign(subject, 80)], " · ")


async def country(talk: Talk) -> None:
    """``/country ID kz uz``: an editor's word on a headline's countries. Without countries: why it has those it has."""
    number, _, names = talk.arguments.lstrip("#").partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        await talk.say(Message(talk.texts("country.how")))
        return
    try:
        message = await (
            _override(talk, int(number), names) if names.strip() else _explain(talk, int(number))
        )
    except UnknownHeadlineError:
        message = Message(talk.texts("more.unknown"))
    await talk.say(message)


async def _override(talk: Talk, headline_id: int, names: str) -> Message:
    named = split_names(names, talk.services.gazetteer)
    if named.unknown:
        return unknown_countries(named.unknown, talk.services.gazetteer, talk.texts)
    storage = talk.services.storage
    await storage.headlines.override_countries(headline_id, named.found, talk.user_id or 0, talk.now)
    shown = flags(tuple(named.found))
    await storage.broadcasts.audit(
        talk.user_id or 0, "country", f"#{headline_id} {' '.join(named.found)}", talk.now
    )
    return Message(talk.texts("country.set", id=f"#{headline_id}", countries=shown))


async def _explain(talk: Talk, headline_id: int) -> Message:
    headlines = talk.services.storage.headlines
    headline = await headlines.get(headline_id)
    found = await headlines.evidence(headline_id)
    lines = [
        join([join([talk.texts.flagged(one.country), *_words(one)], ": "), foreign(one.rule, 120)], " — ")
        for one in found.countries
    ]
    if found.implied_by_source:
        lines.append(talk.texts("country.implied", country=talk.texts.flagged(found.implied_by_source)))
    return Message(join([foreign(headline.title), *(lines or [talk.texts("country.nothing")])], "\n"))


def _words(evidence: CountryEvidence) -> list[Html]:
    return [foreign(evidence.words, 60)] if evidence.words else []
