"""Which lane goes next: alerts take nine turns of ten, and yet digests move."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from news.model import Lane

# Of turns, while several lanes wait. Replies are not here: they take their turns before any lane (bot.pace).
SHARES: dict[Lane, int] = {Lane.REPLY: 100, Lane.ALERT: 88, Lane.WATCH: 8, Lane.DIGEST: 4}


@dataclass(slots=True)
class Turns:
    """Smooth weighted round robin (nginx's): every waiting lane moves, and the shares hold over any short run."""

    _credit: dict[Lane, int] = field(default_factory=dict)

    def choose(self, waiting: Collection[Lane]) -> Lane | None:
        """The lane whose turn it is among those that wait."""
        if not waiting:
            return None
        # A lane that had nothing to send must not come back with old credit or debt.
        self._credit = {lane: self._credit.get(lane, 0) + SHARES[lane] for lane in waiting}
        chosen = max(self._credit, key=lambda lane: (self._credit[lane], SHARES[lane]))
        self._credit[chosen] -= sum(SHARES[lane] for lane in waiting)
        return chosen
