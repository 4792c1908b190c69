"""Headlines that share weighted tokens: candidates for "more like this" and for stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storage.search import reading
from storage.search.asking import language_facets
from storage.search.keys import lower_bound, upper_bound
from storage.search.reading import Window
from storage.search.rows import Reader
from storage.search.statistics import Frequencies

_EACH = 400
"""The newest headlines of a token that are looked at."""


def similar_keys(
    reader: Reader,
    frequencies: Frequencies,
    terms: Mapping[str, float],
    *,
    since: datetime,
    until: datetime,
    languages: Sequence[str] = (),
    limit: int,
) -> list[tuple[int, float]]:
    """Index keys with the sum of the weights they share, best first."""
    if not terms:
        return []
    syntax = reader.dialect.syntax
    facets = language_facets(languages)
    readable = (syntax.any_of(map(syntax.token, facets)),) if facets else ()
    windows: list[tuple[Window, float]] = []
    for term, weight in terms.items():
        window = Window(
            parts=(syntax.token(term), *readable),
            lowest=lower_bound(since),
            highest=upper_bound(until),
            groups=((term,), tuple(facets)) if facets else ((term,),),
        )
        windows.append((frequencies.narrowed(reader, window, _EACH, until), weight))
    # Those that read alike side by side: fewer statements for the server to plan, which takes longer than some answers.
    windows.sort(key=lambda one: (len(one[0].parts), one[0].recent is None))
    values: dict[str, Any] = {"limit": _EACH, "most": limit}
    for number, (window, weight) in enumerate(windows):
        values |= window.values(reader.dialect, f"_{number}")
        values[f"weight_{number}"] = weight
    rows = reader.rows(reading.sharing([window for window, _ in windows], reader.dialect), values)
    return [(key, weight) for key, weight in rows]
