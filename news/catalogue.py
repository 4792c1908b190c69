"""The catalogue of sources: the bundled one, and catalogues exchanged as OPML."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from lxml import etree

from news.errors import UnreadableError
from news.model import Source, SourceKind
from news.sources.clean import clean_text
from news.sources.links import absolute_link
from news.sources.telegram import preview_url
from news.sources.trees import local_name, parse_loose_xml

NAME_LIMIT = 80
ID_LIMIT = 40
OPML_LIMIT = 4 * 2**20
OUTLINES_LIMIT = 10_000
# Parts of a host name that do not tell who speaks.
_PLAIN_HOST = re.compile(r"^(?:www\d?|rss|feeds?|m|news)\.")
_COUNTRY_SUFFIXES = {"uk": "GB"}
# Two-letter endings that the whole world uses.
_WORLD_SUFFIXES = frozenset({"tv", "me", "io", "co", "ai", "fm", "la", "cc", "to", "eu", "su", "ly", "gg"})


@cache
def bundled_sources() -> tuple[Source, ...]:
    """The sources that come with Jarchi, by id (``data/sources.toml``)."""
    table = tomllib.loads(files("news.data").joinpath("sources.toml").read_text(encoding="utf-8"))
    sources = (
        Source(
            id=entry["id"],
            name=entry["name"],
            kind=SourceKind(entry["kind"]),
            url=entry["url"],
            country=entry.get("country"),
            languages=tuple(entry["languages"]),
            tier=entry["tier"],
            outlet=entry["outlet"],
            note=entry["reason"],
        )
        for entry in table["source"]
    )
    return tuple(sorted(sources, key=lambda source: source.id))


def source_id(name: str, url: str, taken: Iterable[str] = ()) -> str:
    """A short id that nobody has: from the host, else the name; letters, figures and hyphens."""
    channel = preview_url(url)
    host = _PLAIN_HOST.sub("", urlsplit(url).hostname or "")
    stem = channel.rsplit("/", 1)[1] if channel else host.removesuffix(".com") or name
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:ID_LIMIT].rstrip("-") or "source"
    used = set(taken)
    return next(
        candidate
        for candidate in (base, *(f"{base}-{number}" for number in range(2, len(used) + 3)))
        if candidate not in used
    )


def country_of_host(url: str) -> str | None:
    """The country of a national domain; None for general ones and for those that the world uses as such."""
    suffix = (urlsplit(url).hostname or "").rsplit(".", 1)[-1].lower()
    if len(suffix) != 2 or not suffix.isalpha() or suffix in _WORLD_SUFFIXES:
        return None
    return _COUNTRY_SUFFIXES.get(suffix, suffix.upper())


def read_opml(body: bytes, origin: str, taken: Iterable[str] = ()) -> list[Source]:
    """The feeds of an OPML file, also of a broken one. Raise UnreadableError when it holds none."""
    if len(body) > OPML_LIMIT:
        raise UnreadableError(origin, f"it is larger than {OPML_LIMIT // 2**20} MiB.")
    root = parse_loose_xml(body)
    if root is None or local_name(root).lower() != "opml":
        raise UnreadableError(origin, "it is not an OPML file.")
    used, seen = set(taken), set[str]()
    sources: list[Source] = []
    for outline in list(root.iter("outline"))[:OUTLINES_LIMIT]:
        source = _source_of(outline, used)
        if source is not None and source.url not in seen:
            seen.add(source.url)
            used.add(source.id)
            sources.append(source)
    if not sources:
        raise UnreadableError(origin, "it lists no feeds with an http(s) address.")
    return sources


def _source_of(outline: etree._Element, used: set[str]) -> Source | None:
    """Attribute names differ by program in letter case only."""
    values = {str(name).lower(): str(value) for name, value in outline.attrib.items()}
    url = absolute_link(values.get("xmlurl", ""), "")
    if url is None:
        return None
    name = clean_text(values.get("title") or values.get("text") or "", NAME_LIMIT) or url
    kind = values.get("jarchikind", SourceKind.FEED)
    country = values.get("country", "").upper()
    languages = (code.strip().lower() for code in values.get("language", "").split(","))
    wanted = values.get("jarchiid", "")
    return Source(
        id=wanted if _is_free_id(wanted, used) else source_id(name, url, used),
        name=name,
        kind=SourceKind(kind) if kind in set(SourceKind) else SourceKind.FEED,
        url=url,
        country=country if re.fullmatch("[A-Z]{2}", country) else country_of_host(url),
        languages=tuple(code for code in languages if re.fullmatch("[a-z]{2,3}", code)),
    )


def _is_free_id(wanted: str, used: set[str]) -> bool:
    return bool(re.fullmatch(rf"[a-z0-9-]{{1,{ID_LIMIT}}}", wanted)) and wanted not in used


def write_opml(sources: Sequence[Source]) -> str:
    """An OPML 2.0 document of these sources; ``read_opml`` gives them back."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "Jarchi's sources"
    body = etree.SubElement(root, "body")
    for source in sources:
        values = {
            "type": "rss",
            "text": source.name,
            "title": source.name,
            "xmlUrl": source.url,
            "country": source.country or "",
            "language": ",".join(source.languages),
            "jarchiId": source.id,
            "jarchiKind": str(source.kind),
        }
        etree.SubElement(body, "outline", {name: value for name, value in values.items() if value})
    return str(etree.tostring(root, encoding="unicode", pretty_print=True))
