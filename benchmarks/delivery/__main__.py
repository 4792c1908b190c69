"""python -m benchmarks.delivery [--short] [--database sqlite|postgres] [SCENARIO…] prints the table."""

from __future__ import annotations

import argparse
import importlib
import sys

from benchmarks.delivery.ground import HEADER, POSTGRES, SQLITE

SCENARIOS = ("fan_out", "crashes", "weather", "speed", "offices", "calendar", "disasters")


def main() -> int:
    """Run what was asked for; exit status 1 when a bar is not met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(SCENARIOS)} (all)")
    parser.add_argument("--short", action="store_true", help="the short forms that the tests run")
    parser.add_argument("--database", choices=(SQLITE, POSTGRES), help="only this one (both)")
    chosen = parser.parse_args()
    print(HEADER, flush=True)
    is_fine = True
    for name in chosen.scenarios or SCENARIOS:
        scenario = importlib.import_module(f"benchmarks.delivery.{name}")
        for kind in (chosen.database,) if chosen.database else (SQLITE, POSTGRES):
            for measure in scenario.run(kind, is_short=chosen.short):
                print(measure, flush=True)
                is_fine = is_fine and measure.holds
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
