"""The collector of garbage, told what stays."""

from __future__ import annotations

import gc

# New objects between two looks at them. With Python's 700, what a fetch or a broadcast is about to write is looked through
# again and again, and every hundredth time all that the process holds, which stops it for a twentieth of a second.
BETWEEN = 10_000


def spare_what_stays() -> None:
    """Call once all is imported and loaded: none of it is ever garbage, and little of what comes is."""
    gc.freeze()
    gc.set_threshold(BETWEEN)
