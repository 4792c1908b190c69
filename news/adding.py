"""Use case: a new source joins the catalogue, after it has been asked and read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from news.canonical import canonical_url
from news.catalogue import NAME_LIMIT, country_of_host, source_id
from news.errors import SourceExistsError, UnreadableError
from news.model import Source, SourceKind
from news.ports import Storage
from news.sources.addresses import check_url
from news.sources.clean import shorten
from news.sources.document import Document
from news.sources.fetch import Fetched, Fetcher
from news.sources.reading import tell_kind
from news.sources.telegram import preview_url


@dataclass(frozen=True, slots=True)
class Wish:
    """What the editor said of the source beside its address; what is missing is found out."""

    name: str = ""
    country: str | None = None
    languages: tuple[str, ...] = ()
    kind: SourceKind | None = None
    tier: int = 2


async def add_source(
    storage: Storage, fetcher: Fetcher, url: str, *, now: datetime, wish: Wish | None = None
) -> Source:
    """Ask the address, read what it gives, and put it into the catalogue.

    Raise RefusedAddressError for an address that is never dialled, SourceExistsError when it is read already, FetchError
    when it does not answer, UnreadableError when it holds no headlines: for a web page that sentence names its feeds.
    """
    wish = wish or Wish()
    url = check_url(url, allow_private=fetcher.limits.allow_private)
    known = [source for source, _ in await storage.sources.list_all()]
    kind = wish.kind or (SourceKind.TELEGRAM if preview_url(url) else None)
    _refuse_known(known, url)
    fetched = await fetcher.fetch((preview_url(url) or url) if kind is SourceKind.TELEGRAM else url)
    kind, document = await _read(fetcher, fetched, url, kind, now)
    url = fetched.moved_to or url
    _refuse_known(known, url)
    name = shorten(wish.name or document.title or urlsplit(url).hostname or url, NAME_LIMIT)
    source = Source(
        id=source_id(name, url, [source.id for source in known]),
        name=name,
        kind=kind,
        url=url,
        country=wish.country or country_of_host(url),
        languages=wish.languages or _language(document),
        tier=wish.tier,
    )
    await storage.sources.add(source, now)
    return source


def _refuse_known(known: list[Source], url: str) -> None:
    key = canonical_url(url)
    for source in known:
        if canonical_url(source.url) == key:
            raise SourceExistsError(source.id, url)


async def _read(
    fetcher: Fetcher, fetched: Fetched, url: str, wanted: SourceKind | None, now: datetime
) -> tuple[SourceKind, Document]:
    """Read as what the editor says it is, else as what it looks like. A page that nobody asked for is an offer of feeds."""
    kind = wanted or tell_kind(fetched.body)
    document = await fetcher.readers.read(
        fetched.body, kind=kind, url=fetched.url, content_type=fetched.content_type, now=now
    )
    if kind is SourceKind.PAGE and wanted is None:
        raise UnreadableError(url, _offer(document))
    if kind is SourceKind.PAGE and not document.items:
        raise UnreadableError(url, "no headlines were found on this page.")
    return kind, document


def _offer(document: Document) -> str:
    if document.feeds:
        return f"it is a web page. Add one of its feeds instead: {' or '.join(document.feeds[:5])}"
    return "it is a web page that names no feed. To read the headlines on the page itself, add it with: --kind page"


def _language(document: Document) -> tuple[str, ...]:
    """What the source claims, when that is a language code."""
    code = (document.language or "").replace("_", "-").split("-")[0].lower()
    return (code,) if len(code) in {2, 3} and code.isascii() and code.isalpha() else ()
