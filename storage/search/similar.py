"""Headlines that share weighted tokens: candidates for "more like this" and for stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storage.search import reading
from storage.search.asking import language_facets
from storage.search.keys import lower_bound, upper_bound
from storage.search.rows import Reader

_EACH = 400
"""The newest headlines of a token that are looked at."""


async def similar_keys(
    reader: Reader,
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
    facet = syntax.any_of(map(syntax.token, language_facets(languages))) if languages else ""
    values: dict[str, Any] = {
        "lowest": lower_bound(since),
        "highest": upper_bound(until),
        "each": _EACH,
        "limit": limit,
    }
    for number, (term, weight) in enumerate(terms.items()):
        values[f"match_{number}"] = syntax.all_of(filter(None, (syntax.token(term), facet)))
        values[f"weight_{number}"] = weight
    rows = await reader.rows(reading.sharing(reader.dialect, len(terms)), values)
    return [(key, weight) for key, weight in rows]
