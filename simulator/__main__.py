"""``python -m simulator``: a Telegram to point any bot at."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from simulator import DEFAULT_HOST, DEFAULT_PORT, TOKEN, Simulator, SimulatorError, run


def main(arguments: list[str] | None = None) -> int:
    """Run until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--host", default=DEFAULT_HOST, help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port, 0 for a free one (%(default)s)")
    parser.add_argument("--token", default=TOKEN, help="the bot's token (%(default)s)")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the chance by which faults strike (%(default)s)"
    )
    parser.add_argument("--keep", type=int, default=10_000, help="messages remembered (%(default)s)")
    parser.add_argument(
        "--population",
        type=int,
        nargs=2,
        metavar=("FIRST", "BEYOND"),
        help="ids of readers who exist already",
    )
    parser.add_argument("--flood", action="store_true", help="refuse what is faster than Telegram allows")
    parser.add_argument("--no-texts", action="store_true", help="keep only digests of texts in the ledger")
    chosen = parser.parse_args(arguments)
    try:
        simulator = Simulator(
            token=chosen.token,
            seed=chosen.seed,
            keep_messages=chosen.keep,
            keep_texts=not chosen.no_texts,
            population=range(*chosen.population) if chosen.population else None,
        )
        simulator.flood.is_on = chosen.flood
        for name, language in (("Anna", "ru"), ("Aibek", "kk"), ("Olim", "uz"), ("Kate", "en")):
            simulator.person(name, language=language)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(run(chosen.host, chosen.port, simulator=simulator, started=_announce))
    except SimulatorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _announce(url: str) -> None:
    sys.stdout.write(f"Chat page: {url}\nBot API:   {url}/bot<token>/<method>\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
