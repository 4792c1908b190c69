"""Names found in a text: phrases before words, longer before shorter."""

from __future__ import annotations

import re
from typing import NamedTuple

from news.attribution.folding import fold
from news.attribution.lexicon import Form, Lexicon, Sense, Word

_CLOSED_UP = re.compile(r" ?([-‐‑–]) ?")
# What no other letter is written for, and no letter at all.
PLAIN_HEADS = frozenset("abcdefghijklmnopqrstuvwxyzабвгджзийклмнопрстуфхцчшщыэюя") | {""}
JOINERS = frozenset("-‐‑–.«»„“”\"'’&()")


class Span(NamedTuple):
    """One form found at tokens ``start`` to ``end`` (exclusive); ``ending`` is what its anchor ends with."""

    start: int
    end: int
    form: Form
    ending: str

    @property
    def sense(self) -> Sense:
        """What the form names."""
        return self.form.sense


class Text:
    """A text as tokens, with what the rules ask of it worked out once and only when asked."""

    __slots__ = (
        "_folded",
        "_has_capitals",
        "_is_title_case",
        "_is_upper_case",
        "_whole",
        "lexicon",
        "tokens",
    )

    def __init__(self, lexicon: Lexicon, tokens: list[str]) -> None:
        self.lexicon = lexicon
        self.tokens = tokens
        self._folded: dict[int, str] = {}
        self._has_capitals: bool | None = None
        self._is_upper_case: bool | None = None
        self._is_title_case: bool | None = None
        self._whole: str | None = None

    @property
    def has_capitals(self) -> bool:
        """Say whether the writer uses capitals: some letter is one, or the text starts with none that could be."""
        if self._has_capitals is None:
            self._has_capitals = not "".join(self.tokens).islower() or not self.tokens[0].isalpha()
        return self._has_capitals

    @property
    def is_upper_case(self) -> bool:
        """Say whether all letters are capitals, as in headlines of old wires."""
        if self._is_upper_case is None:
            self._is_upper_case = len(self.tokens) > 2 and "".join(self.tokens).isupper()
        return self._is_upper_case

    @property
    def is_title_case(self) -> bool:
        """Say whether nearly every long word has a capital, as English headlines like, so that capitals tell nothing."""
        if self._is_title_case is None:
            words = [token for token in self.tokens if len(token) > 3 and token.isascii() and token.isalpha()]
            capitals = sum(token[0].isupper() for token in words)
            self._is_title_case = len(words) > 2 and capitals > 0.7 * len(words)
        return self._is_title_case

    @property
    def whole(self) -> str:
        """The folded text with a blank before every token, to look for context words in."""
        if self._whole is None:
            self._whole = "".join(" " + self.folded(at) for at in range(len(self.tokens)))
        return self._whole

    def folded(self, at: int) -> str:
        """Return the folded spelling of the token at a position."""
        known = self._folded.get(at)
        if known is None:
            known = self._folded[at] = fold(self.tokens[at])
        return known

    def words(self, start: int, end: int) -> str:
        """Return the words of a stretch, a hyphen or a dot closed up again."""
        if end - start == 1:
            return self.tokens[start]
        return _CLOSED_UP.sub(r"\1", " ".join(self.tokens[start:end]))


def find_spans(text: Text) -> list[Span]:
    """Return every form found in a text; they may overlap."""
    found = []
    tokens = text.tokens
    for at, hits in text.lexicon.anchors(tokens):
        for form, ending in hits:
            if form.side:
                if _may_stand(text, at + form.side, form):
                    extent = _extent(text, at, form)
                    if extent:
                        found.append(Span(*extent, form, ending))
            elif _is_written_so(text, at, form.words[0]):
                found.append(Span(at, at + 1, form, ending))
    return found


def _may_stand(text: Text, at: int, form: Form) -> bool:
    """Refuse most phrases by one look at the letter beside their anchor, and most others by the word that it begins.

    Letters with accents and signs may stand for another, or for nothing.
    """
    head = text.tokens[at][0].lower() if 0 <= at < len(text.tokens) else ""
    if head != form.head:
        return head not in PLAIN_HEADS
    word = form.words[form.anchor + form.side]
    return bool(word.exact) or text.folded(at).startswith(word.stem)


def _extent(text: Text, at: int, form: Form) -> tuple[int, int] | None:
    """Return where the whole form stands around its anchor, or None if its other words are not there."""
    words = form.words
    start, end = at, at
    for word in reversed(words[: form.anchor]):
        start = _neighbour(text, start, -1)
        if not _stands(text, start, word):
            return None
    for word in words[form.anchor + 1 :]:
        end = _neighbour(text, end, 1)
        if not _stands(text, end, word):
            return None
    return (start, end + 1) if _is_written_so(text, at, words[form.anchor]) else None


def _neighbour(text: Text, at: int, step: int) -> int:
    """Return the next place in a direction; a hyphen, a dot or a quotation mark does not part a name."""
    at += step
    while 0 <= at < len(text.tokens) and text.tokens[at] in JOINERS:
        at += step
    return at


def _stands(text: Text, at: int, word: Word) -> bool:
    if not 0 <= at < len(text.tokens):
        return False
    return word.fits(text.tokens[at], text.folded(at)) and _is_written_so(text, at, word)


def _is_written_so(text: Text, at: int, word: Word) -> bool:
    """Ask for the capital of a proper name, unless the text has no capitals at all."""
    return not word.capital or text.tokens[at][0].isupper() or not text.has_capitals


def longest(spans: list[Span]) -> list[list[Span]]:
    """Keep the longest spans at each place; those of equal extent stay together as senses to choose from."""
    if len(spans) == 1:
        return [spans]
    by_extent: dict[tuple[int, int], list[Span]] = {}
    for span in spans:
        by_extent.setdefault((span.start, span.end), []).append(span)
    taken: set[int] = set()
    kept = []
    for start, end in sorted(by_extent, key=lambda extent: (extent[0] - extent[1], extent[0])):
        places = range(start, end)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(by_extent[start, end])
    kept.sort(key=lambda senses: senses[0].start)
    return kept
