"""RSS 0.9x–2.0, RDF and Atom, well formed: the fast reader, on lxml without entities, network or huge trees.

What it does not understand it leaves (``None``) to the tolerant reader; it guesses nothing.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from lxml import etree

from news.model import Item
from news.sources.clean import (
    RAW_LIMIT,
    SUMMARY_LIMIT,
    TITLE_LIMIT,
    clean_guid,
    clean_html,
    clean_text,
    guid_of,
)
from news.sources.dates import parse_date
from news.sources.document import ITEM_LIMIT, Document
from news.sources.links import absolute_link
from news.sources.trees import local_name

_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
# Namespaces by what they mean to us. Anything unlisted (itunes, geo …) is passed over.
_SPACES = {
    "": "",
    "http://www.w3.org/2005/atom": "",
    "https://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://example.com/newformat#": "",
    "http://example.com/necho": "",
    "http://purl.org/echo/": "",
    "uri/of/echo/namespace#": "",
    "http://purl.org/pie/": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://backend.userland.com/rss091": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/net/rss1.1#": "",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/elements/1.0/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
    "http://purl.org/rss/1.0/modules/syndication/": "sy:",
    "http://search.yahoo.com/mrss": "media:",
    "http://search.yahoo.com/mrss/": "media:",
}
_SILENT = frozenset({"script", "style"})
_BREAKING = frozenset({"p", "div", "li", "br", "tr", "td", "h1", "h2", "h3"})
_ROOTS = frozenset({"rss", "RDF", "feed", "Channel"})
_TITLES = ("title", "dc:title", "media:title")
_SUMMARIES = ("description", "summary", "content:encoded", "content", "dc:description")
_DATES = ("published", "pubdate", "issued", "dcterms:issued", "dc:date", "dcterms:created", "created", "updated", "modified", "dcterms:modified")  # fmt: skip
_IDS = ("guid", "id", "dc:identifier")
_PERIODS_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


def read_xml_feed(text: bytes, url: str, now: datetime) -> Document | None:
    """A well-formed feed of UTF-8 bytes (whatever its declaration says); None when this is not one.

    Entity declarations are left to the tolerant reader too: here no entity is ever expanded.
    """
    if b"<!ENTITY" in text:
        return None
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if local_name(root) not in _ROOTS:
        return None
    # Undeclared entities become nodes that would silently lose a letter.
    if next(root.iter(etree.Entity), None) is not None:
        return None
    return _document(root, url, now)


def _document(root: etree._Element, url: str, now: datetime) -> Document:
    head = next(root.iterchildren("{*}channel"), root)
    fields = _fields(head)
    base = absolute_link(root.get(_XML_BASE, ""), url) or url
    items = (_item(element, base, now) for element in _entries(root))
    return Document(
        items=tuple(item for item in items if item is not None),
        title=_title(fields),
        language=_text(fields, ("language", "dc:language")) or root.get(_XML_BASE.replace("base", "lang")),
        ttl_s=_ttl_s(fields),
    )


def _entries(root: etree._Element) -> Iterator[etree._Element]:
    for count, element in enumerate(root.iter("{*}item", "{*}entry")):
        if count == ITEM_LIMIT:
            return
        yield element


def _fields(element: etree._Element) -> dict[str, list[etree._Element]]:
    """The children by prefixed name, in lower case: some writers of RSS shout."""
    fields: dict[str, list[etree._Element]] = {}
    for child in element:
        if name := _prefixed(child.tag):
            fields.setdefault(name, []).append(child)
    return fields


@lru_cache(maxsize=256)
def _prefixed(tag: str) -> str:
    """A tag with the namespace's meaning before its name; "" for what is passed over."""
    space, _, local = tag.rpartition("}")
    prefix = _SPACES.get(space[1:].lower())
    return "" if prefix is None else prefix + local.lower()


def _item(element: etree._Element, base: str, now: datetime) -> Item | None:
    fields = _fields(element)
    base = absolute_link(element.get(_XML_BASE, ""), base) or base
    summary = _first_rich(fields, _SUMMARIES, SUMMARY_LIMIT)
    # A title-less entry (a micro post) is told by its first words.
    title = _title(fields) or clean_text(summary, TITLE_LIMIT)
    if not title:
        return None
    guid, link = _guid_and_link(fields, base)
    stamps = list(_texts(fields, _DATES))
    published = next((date for stamp in stamps if (date := parse_date(stamp, now))), None)
    return Item(
        guid=guid or link or guid_of(title, *stamps[:1]),
        title=title,
        url=link,
        summary="" if summary == title else summary,
        published=published,
    )


def _title(fields: dict[str, list[etree._Element]]) -> str:
    return _first_rich(fields, _TITLES, TITLE_LIMIT)


def _first_rich(fields: dict[str, list[etree._Element]], names: tuple[str, ...], limit: int) -> str:
    for name in names:
        for element in fields.get(name, ()):
            if text := _rich(element, limit):
                return text
    return ""


def _rich(element: etree._Element, limit: int) -> str:
    """Text of an element that may hold markup as children (xhtml), escaped (html), in base64, or not at all (text)."""
    kind = (element.get("type") or "").lower()
    if len(element):
        return clean_text(_joined(element), limit)
    text = (element.text or "")[:RAW_LIMIT]
    if element.get("mode") == "base64" or _is_binary(kind):
        text = _from_base64(text)
    return clean_text(text, limit) if kind in {"text", "text/plain"} else clean_html(text, limit)


def _is_binary(kind: str) -> bool:
    """Atom: a media type that is neither text nor XML is given in base64."""
    return "/" in kind and not kind.startswith("text/") and not kind.endswith(("xml", "html"))


def _from_base64(text: str) -> str:
    try:
        return b64decode(text, validate=False).decode("utf-8", "replace")
    except ValueError:
        return text


def _joined(element: etree._Element) -> str:
    """The text of child elements, what is between scripts and styles apart."""
    parts: list[str] = [element.text or ""]
    size = len(parts[0])
    for child in element.iterdescendants():
        name = child.tag.rpartition("}")[2].lower()
        if name not in _SILENT:
            parts += [" " if name in _BREAKING else "", child.text or ""]
        parts.append(child.tail or "")
        size += len(parts[-1]) + len(parts[-2])
        if size > RAW_LIMIT:
            break
    return "".join(parts)


def _texts(fields: dict[str, list[etree._Element]], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        for element in fields.get(name, ()):
            if text := (element.text or "").strip():
                yield text[:RAW_LIMIT]


def _text(fields: dict[str, list[etree._Element]], names: tuple[str, ...]) -> str:
    return clean_text(next(_texts(fields, names), ""), TITLE_LIMIT)


def _guid_and_link(fields: dict[str, list[etree._Element]], base: str) -> tuple[str, str | None]:
    guid = clean_guid(next(_texts(fields, _IDS), ""))
    candidates = [*_texts(fields, ("feedburner:origlink",)), *_hrefs(fields), *_texts(fields, ("link",))]
    is_permalink = any(element.get("isPermaLink", "true") != "false" for element in fields.get("guid", ()))
    if guid and is_permalink and guid.startswith(("http://", "https://")):
        candidates.append(guid)
    links = (absolute_link(candidate, base) for candidate in candidates)
    return guid, next((link for link in links if link), None)


def _hrefs(fields: dict[str, list[etree._Element]]) -> list[str]:
    """Atom's links: the page itself first, then whatever has no relation stated."""
    links = fields.get("link", ())
    return [
        element.get("href", "")
        for element in sorted(links, key=lambda element: "html" not in element.get("type", "html"))
        if element.get("href") and element.get("rel", "alternate") == "alternate"
    ]


def _ttl_s(fields: dict[str, list[etree._Element]]) -> float | None:
    """``ttl`` in minutes, or the syndication module's period and frequency."""
    minutes = _text(fields, ("ttl",))
    if minutes.isdecimal():
        return float(minutes[:9]) * 60
    period = _PERIODS_S.get(_text(fields, ("sy:updateperiod",)).lower())
    times = _text(fields, ("sy:updatefrequency",)) or "1"
    return period / max(1, int(times[:6])) if period and times.isdecimal() else None
