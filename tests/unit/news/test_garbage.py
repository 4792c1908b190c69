"""What stays is not looked through again."""

from __future__ import annotations

import gc

from news.garbage import BETWEEN, spare_what_stays


def test_what_is_there_is_spared_and_what_comes_is_looked_at_rarely() -> None:
    before = gc.get_threshold()
    gc.unfreeze()
    try:
        spare_what_stays()
        assert gc.get_freeze_count() > 1_000
        assert gc.get_threshold()[0] == BETWEEN
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
