"""Commands for operators: db, doctor."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.options import Commands, add_action, add_command, utc_now
from bot.cli.output import Output
from bot.doctor import examine
from bot.settings import Settings
from storage.backup import backup, restore
from storage.upgrade import check, newest_revision, upgrade


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    parser = add_command(commands, "db", database, "Upgrade, check, back up or restore the database.")
    actions = parser.add_subparsers(dest="what", required=True, metavar="ACTION")
    add_action(actions, "upgrade", "bring the tables to this version")
    add_action(actions, "check", "say which revision the database has")
    for name, help_text in (
        ("backup", "write everything to FILE"),
        ("restore", "replace everything by FILE's content"),
    ):
        add_action(actions, name, help_text).add_argument("file", type=Path)

    add_command(commands, "doctor", doctor, "Check everything that Jarchi needs; say what to do.")


async def database(settings: Settings, options: argparse.Namespace) -> int:
    """One action on the database."""
    output, url = Output(as_json=options.json), settings.database_url
    if url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    if options.what == "upgrade":
        output.facts({"revision": await upgrade(url)})
    elif options.what == "check":
        revision = await check(url)
        output.facts(
            {"revision": revision, "newest": newest_revision(), "is_current": revision == newest_revision()}
        )
        return int(revision != newest_revision())
    elif options.what == "backup":
        await backup(url, options.file)
        output.facts({"backup": options.file, "bytes": options.file.stat().st_size})
    else:
        await restore(url, options.file)
        output.facts({"restored": options.file, "revision": await upgrade(url)})
    return 0


async def doctor(settings: Settings, options: argparse.Namespace) -> int:
    """A row a check; exit status 1 when one failed."""
    output = Output(as_json=options.json)
    findings = await examine(settings, now=utc_now())
    output.rows(
        ("check", "result", "what_to_do"),
        [
            {
                "check": f.check,
                "result": f"{'ok' if f.is_ok else 'FAILED'}: {f.result}",
                "what_to_do": f.advice,
            }
            for f in findings
        ],
    )
    return int(not all(finding.is_ok for finding in findings))
