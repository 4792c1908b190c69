"""Headlines that share weighted tokens: candidates for "more like this" and for stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from storage.search import reading
from storage.search.asking import language_facets
from storage.search.keys import lower_bound, upper_bound
from storage.search.reading import dialect_of

_EACH = 400
"""The newest headlines of a token that are looked at."""


async def similar_keys(
    session: AsyncSession,
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
    dialect = dialect_of(session)
    syntax = dialect.syntax
    facet = syntax.any_of(syntax.token(facet) for facet in language_facets(languages)) if languages else ""
    expressions = [syntax.all_of(filter(None, (syntax.token(term), facet))) for term in terms]
    values: dict[str, Any] = {
        "lowest": lower_bound(since),
        "highest": upper_bound(until),
        "each": _EACH,
        "limit": limit,
    }
    values |= {f"match_{number}": expression for number, expression in enumerate(expressions)}
    values |= {f"weight_{number}": weight for number, weight in enumerate(terms.values())}
    rows = await session.execute(reading.sharing(dialect, expressions), values)
    return [(key, weight) for key, weight in rows]
