"""What a reader typed becomes a Query: words, "phrases", -words, country: lang: source: since:. Pure; nothing is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from news.gazetteer import Gazetteer
from news.model import Query
from news.text import country_facet, variants, words

LONGEST_QUERY = 512
MOST_WORDS = 12
"""Characters and words of a question that count; Telegram lets people paste 4,096 characters."""

_QUOTES = '"“”„«»'
_PART = re.compile(
    rf"(?P<minus>(?<!\S)[-−–])?(?:(?P<name>[^\W\d_]+):(?P<colon>[{_QUOTES}](?P<quoted>[^{_QUOTES}]*)[{_QUOTES}]|\S+)"
    rf"|[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]|(?P<word>\S+))"
)  # fmt: skip
_SPAN = re.compile(r"(\d{1,4})\s*([^\W\d_]*)")
# Names of the filters in the interface languages, folded.
_FILTERS = {
    "country": ("country", "страна", "ел", "mamlakat", "өлкө", "кишвар", "yurt", "in"),
    "language": ("lang", "language", "язык", "тіл", "til", "тил", "забон", "dil"),
    "source": ("source", "from", "источник", "дереккөз", "manba", "булак", "манба", "cheshme"),
    "since": ("since", "last", "с", "за", "бері", "dan", "бери", "аз", "bari"),
}
_FILTER_OF = {name: kind for kind, names in _FILTERS.items() for name in names}
_LANGUAGES = {
    "english": "en", "английский": "en", "russian": "ru", "русский": "ru", "kazakh": "kk", "казахский": "kk",
    "қазақша": "kk", "kz": "kk", "uzbek": "uz", "узбекский": "uz", "kyrgyz": "ky", "киргизский": "ky",
    "кыргызский": "ky", "кыргызча": "ky", "kg": "ky", "tajik": "tg", "таджикский": "tg", "turkmen": "tk",
    "туркменский": "tk", "turkish": "tr", "турецкий": "tr", "ozbekcha": "uz", "ўзбекча": "uz",
}  # fmt: skip
_HOURS_IN = {"h": 1, "ч": 1, "сағ": 1, "d": 24, "д": 24, "к": 24, "кун": 24, "w": 168, "н": 168, "m": 720, "м": 720, "y": 8760, "г": 8760}  # fmt: skip
_LONGEST_SINCE = timedelta(days=3650)


@dataclass(slots=True)
class _Parts:
    """What has been read so far."""

    terms: list[str] = field(default_factory=list)
    phrases: list[tuple[str, ...]] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    filters: dict[str, list[str]] = field(default_factory=dict)
    since: timedelta | None = None
    countries: Mapping[str, str] = field(default_factory=dict)
    """Words that name a country."""


def parse_query(gazetteer: Gazetteer, text: str) -> Query:
    """Read a question. Any text is one: what is no filter is words, and words of no weight are left out.

    A term holds the tokens that any of its languages would index, joined by "|" (``term_tokens`` takes them apart). The name
    of a country is also met by what is about it: most headlines name their country only by a city, a company or a person.
    """
    asked = " ".join(text[:LONGEST_QUERY].split())
    parts = _Parts(countries=gazetteer.country_words(asked))
    for match in _PART.finditer(asked):
        if match["name"] is None or not _read_filter(gazetteer, parts, match):
            _read_words(parts, match)
    return Query(
        text=asked,
        terms=tuple(dict.fromkeys(parts.terms))[:MOST_WORDS],
        phrases=tuple(parts.phrases)[:MOST_WORDS],
        excluded=tuple(dict.fromkeys(parts.excluded))[:MOST_WORDS],
        countries=tuple(dict.fromkeys(parts.filters.get("country", ()))),
        languages=tuple(dict.fromkeys(parts.filters.get("language", ()))),
        sources=tuple(dict.fromkeys(parts.filters.get("source", ()))),
        since=parts.since,
    )


def term_tokens(term: str) -> tuple[str, ...]:
    """The alternative tokens of a term, each once."""
    return tuple(dict.fromkeys(term.split("|")))


def phrase_runs(phrase: tuple[str, ...]) -> tuple[str, ...]:
    """A phrase as its languages would index it: runs of tokens joined by blanks, each once."""
    return tuple(
        dict.fromkeys(" ".join(run) for run in zip(*(term.split("|") for term in phrase), strict=False))
    )


def is_idle(query: Query) -> bool:
    """Something was typed, yet nothing in it can be looked for ("the", "!!!")."""
    looked_for = (query.terms, query.phrases, query.excluded, query.countries, query.languages, query.sources)
    return bool(query.text) and not any(looked_for) and query.since is None


def _read_filter(gazetteer: Gazetteer, parts: _Parts, match: re.Match[str]) -> bool:
    """Take ``name:value`` as a filter; False when it is none, so that its words are searched."""
    kind = _FILTER_OF.get(match["name"].casefold())
    value = match["quoted"] if match["quoted"] is not None else match["colon"]
    if kind is None or match["minus"] or not value:
        return False
    if kind == "since":
        parts.since = parse_span(value) or parts.since
        return parse_span(value) is not None
    found = [value.casefold()] if kind == "source" else list(_codes(gazetteer, kind, value))
    parts.filters.setdefault(kind, []).extend(found)
    return bool(found)


def _codes(gazetteer: Gazetteer, kind: str, value: str) -> Iterator[str]:
    for name in filter(None, value.split(",")):
        if kind == "country":
            yield from gazetteer.find_country(name)
        else:
            folded = name.casefold()
            code = _LANGUAGES.get(folded, folded)
            if len(code) == 2 and code.isalpha():
                yield code


def _read_words(parts: _Parts, match: re.Match[str]) -> None:
    said = match["phrase"] if match["phrase"] is not None else match.group()
    known = [(word.folded, "|".join(tokens)) for word in words(said) if (tokens := variants(word.folded))]
    run = tuple(term for _, term in known)
    if match["minus"]:
        parts.excluded.extend(run)
    elif match["phrase"] is not None and len(run) > 1:
        parts.phrases.append(run)
    else:
        for word, term in known:
            country = parts.countries.get(word)
            parts.terms.append(f"{term}|{country_facet(country)}" if country else term)


def parse_span(text: str) -> timedelta | None:
    """Read "36h", "7d", "2w", "3m", "1y", "7 дней"; a bare number is days. None for anything else."""
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        return None
    unit = match[2].casefold()
    hours = next((hours for name, hours in _HOURS_IN.items() if unit.startswith(name)), 0) if unit else 24
    span = timedelta(hours=int(match[1]) * hours)
    return min(span, _LONGEST_SINCE) or None
