"""The process: settings, composition root, clock, planner, courier, command line."""

from __future__ import annotations

import os

# Without it python-telegram-bot warns whenever RetryAfter is constructed, and our warnings are errors.
os.environ.setdefault("PTB_TIMEDELTA", "1")
