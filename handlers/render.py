"""A composed digest → messages within Telegram's limits, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from handlers.keyboards import Latest, More, Open, button, rows
from handlers.markup import Block, Html, Part, bold, foreign, join, link, pack
from handlers.texts import Texts
from handlers.texts.dates import age, clock, long_date, moment
from handlers.texts.lookup import flag, flags
from handlers.zones import city_name
from news.model import Button, Digest, Entry, Layout, Message, Preferences, Section, Story

TITLES_IN_QUOTATION = 10  # so that a folded list of long titles still fits one message
_INDENT = "\u2007\u2007"  # figure spaces: ordinary ones at the start of a line are trimmed
_COUNTRIES_IN_ROW = 4
_MAX_COUNTRY_BUTTONS = 24  # with 64 stories a part this stays under the 100 buttons of a message


def render_digest(digest: Digest, preferences: Preferences, texts: Texts, *, now: datetime) -> list[Message]:
    """Messages of at most 4,096 UTF-16 units and 100 entities each, split at item borders.

    Stories are numbered through the digest because the buttons refer to them. The last message carries the
    countries' buttons. ``texts`` in any language: the reader's is taken.
    """
    texts = texts.of(preferences.language)
    head = _head(digest, texts)
    if digest.is_empty:
        way_out = (button(texts.plain("button.latest"), Latest(0)),)
        rest = _last_rows(digest, preferences, texts)
        return [Message(_nothing(digest, preferences, texts, head), (way_out, *rest))]
    parts = pack(_blocks(digest, preferences, texts, now), first=head)
    ids = {entry.number: entry.story.lead.id for section in digest.sections for entry in section.entries}
    messages = [Message(part.html, _numbered(part, ids)) for part in parts]
    last = messages[-1]
    messages[-1] = Message(last.html, last.buttons + _last_rows(digest, preferences, texts))
    return messages


def _head(digest: Digest, texts: Texts) -> Html:
    date = bold(long_date(digest.local_date, texts))
    return join([date, texts("digest.skipped", n=digest.skipped)], "\n") if digest.skipped else date


def _nothing(digest: Digest, preferences: Preferences, texts: Texts, head: Html) -> Html:
    countries = flags(tuple(section.country for section in digest.sections)) or flags(preferences.countries)
    return join(
        [head, texts("digest.nothing", countries=countries, since=_since(digest, preferences, texts))], "\n"
    )


def _since(digest: Digest, preferences: Preferences, texts: Texts) -> str:
    """The words "since yesterday" for the usual digest, else the moment it begins with."""
    if timedelta(hours=20) <= digest.until - digest.since <= timedelta(hours=28):
        return texts.plain("since.yesterday")
    return texts.plain("since.moment", moment=moment(digest.since, preferences.zone, texts, now=digest.until))


def _blocks(digest: Digest, preferences: Preferences, texts: Texts, now: datetime) -> Iterator[Block]:
    is_first = True
    for section in digest.sections:
        heading = join([flag(section.country), " ", bold(texts.country(section.country))])
        if not section.entries:
            quiet = texts("digest.quiet", country=heading, since=_since(digest, preferences, texts))
            # A heading of its own, not repeated by anyone, keeps the quiet line apart from the country before it.
            yield Block(quiet)
            continue
        for entry in section.entries:
            has_link = is_first or preferences.layout is not Layout.TITLES
            is_first = False
            yield Block(
                _line(entry, preferences.layout, texts, now, has_link=has_link),
                heading,
                None if preferences.layout is Layout.TITLES else entry.number,
            )
        yield from (
            Block(quotation, heading) for quotation in _quotations(section, preferences.layout, texts)
        )


def _line(entry: Entry, layout: Layout, texts: Texts, now: datetime, *, has_link: bool) -> Html:
    story = entry.story
    title = foreign(story.lead.title)
    mark = "•" if layout is Layout.TITLES else f"{entry.number}."
    update = [texts("digest.update"), " "] if entry.is_update else []
    line = join([mark, " ", *update, link(story.lead.url, title) if has_link else title])
    if layout is not Layout.FULL:
        return line
    return join([line, "\n", _INDENT, _source_line(story, texts, now)])


def _source_line(story: Story, texts: Texts, now: datetime) -> Html:
    others = len(story.source_names) - 1
    facts: list[object] = [foreign(story.lead.source_name, 60), age(now - story.lead.sort_at, texts)]
    return join([*facts, f"＋{others}"] if others else facts, " · ")


def _quotations(section: Section, layout: Layout, texts: Texts) -> Iterator[Html]:
    """The rest of a country's stories by title, folded away."""
    for start in range(0, len(section.more), TITLES_IN_QUOTATION):
        some = section.more[start : start + TITLES_IN_QUOTATION]
        head = [texts("digest.more", n=len(section.more))] if start == 0 else []
        lines = join([*head, *(_title(story, layout) for story in some)], "\n")
        yield Html(f"<blockquote expandable>{lines}</blockquote>")


def _title(story: Story, layout: Layout) -> Html:
    title = foreign(story.lead.title)
    return title if layout is Layout.TITLES else link(story.lead.url, title)


def _numbered(part: Part, ids: Mapping[int, int]) -> tuple[tuple[Button, ...], ...]:
    return rows(button(f"≈ {number}", More(ids[number])) for number in dict.fromkeys(part.marks))


def _last_rows(digest: Digest, preferences: Preferences, texts: Texts) -> tuple[tuple[Button, ...], ...]:
    countries = _country_buttons(digest.sections, texts)
    hours = ", ".join(clock(hour) for hour in preferences.hours)
    when = " · ".join(part for part in (hours, city_name(preferences.zone, texts.language)) if part)
    return (*countries, (button(f"⏰ {when}", Open("hours")),))


def _country_buttons(sections: Sequence[Section], texts: Texts) -> tuple[tuple[Button, ...], ...]:
    told = [section for section in sections if section.total][:_MAX_COUNTRY_BUTTONS]
    labels = [join([flag(one.country), " ", texts("digest.all", n=one.total)]) for one in told]
    buttons = [button(label, Latest(0, (one.country,))) for label, one in zip(labels, told, strict=True)]
    return rows(buttons, _COUNTRIES_IN_ROW)
