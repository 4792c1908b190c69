"""Stories and a reader's preferences become a digest: sections by country, entries numbered. Pure, wordless."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from news.model import Digest, Entry, Headline, Preferences, Section, Story
from news.rank import choose_lead, rank_stories
from news.text import contains

MORE_PER_COUNTRY = 12  # titles behind "▸ n more"


def compose(
    stories: Sequence[Story],
    preferences: Preferences,
    *,
    since: datetime,
    until: datetime,
    local_date: date,
    skipped: int = 0,
    mutes: Collection[str] = (),
) -> Digest:
    """Group ``stories`` under the reader's countries, in the reader's order.

    A story stands under every country it is about, with one number throughout. Stories in which nothing the reader may
    read is left (content languages, muted words) are dropped.
    """
    readable = [told for story in stories if (told := _for_reader(story, preferences, mutes))]
    ranked = rank_stories(readable, until)
    numbers: dict[int, int] = {}
    sections = []
    for country in preferences.countries:
        about = [story for story in ranked if country in story.countries]
        entries = tuple(
            Entry(
                number=numbers.setdefault(story.id, len(numbers) + 1),
                story=story,
                is_update=any(headline.seen_at <= since for headline in story.headlines),
            )
            for story in about[: preferences.stories_per_country]
        )
        more = tuple(about[len(entries) : len(entries) + MORE_PER_COUNTRY])
        sections.append(Section(country=country, entries=entries, more=more, total=len(about)))
    return Digest(sections=tuple(sections), since=since, until=until, local_date=local_date, skipped=skipped)


def _for_reader(story: Story, preferences: Preferences, mutes: Collection[str]) -> Story | None:
    """The story as this reader may see it: lead in a language they read, nothing muted; None when nothing is left."""
    languages = preferences.content_languages
    headlines = [h for h in story.headlines if not languages or h.language is None or h.language in languages]
    if not headlines or any(is_muted(headline, mutes) for headline in headlines):
        return None
    preferred = (preferences.language, *languages)
    return replace(story, headlines=choose_lead(headlines, preferred))


def is_muted(headline: Headline, mutes: Collection[str]) -> bool:
    """Whether all the words of any mute stand in the title, in any of their forms and either script."""
    return any(contains(headline.title, headline.language, mute) for mute in mutes)
