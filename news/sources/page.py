"""Web pages: an article by trafilatura, a page that lists headlines by the shape of its links."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from news.canonical import canonical_url
from news.errors import UnreadableError
from news.model import Item
from news.sources.clean import SUMMARY_LIMIT, TITLE_LIMIT, clean_text
from news.sources.dates import parse_date
from news.sources.document import ITEM_LIMIT, Document
from news.sources.links import absolute_link, same_site
from news.sources.trees import parse_html

_ARTICLE_TYPES = re.compile(
    r'"@type"\s*:\s*\[?\s*"(?:\w*NewsArticle|Article|BlogPosting|LiveBlogPosting|ReportageNewsArticle)"'
)
_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_FEEDS_LIMIT = 20
_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_FURNITURE = frozenset({"nav", "footer", "aside", "form", "button", "select"})
_HEADLINE_MINIMUM = 20
_WORDS_MINIMUM = 3
_GROUP_MINIMUM = 3
_ARTICLE_MINIMUM = 600
_ANCESTORS = 4
# The site of a saved page that does not say where it stood: its links tell entries apart and lead nowhere.
_NOWHERE = "https://saved.invalid/"
_DENSE_MINIMUM = 8
# Scripts that write without spaces: a short run of them is a headline already.
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says: ``text`` is all of it, uncapped."""

    title: str
    text: str
    published: datetime | None
    url: str | None


def read_article(text: str, url: str, now: datetime) -> Article | None:
    """The article of a page, by trafilatura; None when it finds none."""
    # Here, because it weighs 30 MB and half a second, and only the reading processes need it.
    import trafilatura  # noqa: PLC0415
    from trafilatura.settings import Document as Extracted  # noqa: PLC0415

    found = trafilatura.bare_extraction(
        text,
        url=url or None,
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        favor_precision=False,
    )
    if not isinstance(found, Extracted):
        return None
    return Article(
        title=clean_text(found.title or "", TITLE_LIMIT),
        text=found.text or "",
        published=parse_date(found.date or "", now),
        url=absolute_link(found.url or "", url),
    )


def read_page(text: str, url: str, now: datetime) -> Document:
    """A saved page, told apart: the article where it says that it is one or reads like one, else the headlines it lists."""
    root = parse_html(text, url)
    listed = _listed(root, url, now)
    if _claims_article(root, text) or len(listed) < _GROUP_MINIMUM or _reads_like_article(root):
        article = _article_item(root, text, url, now)
        if article is not None:
            return Document(items=(article,))
    return _listing(listed, root, url)


def read_list_page(text: str, url: str, now: datetime) -> Document:
    """The headlines that a page lists and the feeds that it offers. Raise UnreadableError when it has neither."""
    root = parse_html(text, url)
    return _listing(_listed(root, url, now), root, url)


def _listing(items: list[Item], root: etree._Element, url: str) -> Document:
    feeds = _offered_feeds(root, url)
    if not items and not feeds:
        raise UnreadableError(url, "no headlines were found on this page.")
    title = clean_text(root.findtext(".//title") or "", TITLE_LIMIT)
    language = (root.get("lang") or "")[:2].lower() or None
    return Document(items=tuple(items[:ITEM_LIMIT]), title=title, language=language, feeds=feeds)


def _offered_feeds(root: etree._Element, url: str) -> tuple[str, ...]:
    """The feeds that a page names in its head, comments on single articles left out."""
    base = absolute_link(root.xpath("string(//base/@href)"), url) or url
    found: dict[str, None] = {}
    for link in root.iter("link"):
        kind = link.get("type", "").split(";")[0].strip().lower()
        if "alternate" in link.get("rel", "").lower().split() and kind in _FEED_TYPES:
            address = absolute_link(link.get("href", ""), base)
            if address and "/comments/" not in address:
                found[address] = None
    return tuple(found)[:_FEEDS_LIMIT]


def _claims_article(root: etree._Element, text: str) -> bool:
    kinds = root.xpath("//meta[@property='og:type']/@content")
    return "article" in {kind.lower() for kind in kinds} or bool(_ARTICLE_TYPES.search(text))


def _reads_like_article(root: etree._Element) -> bool:
    """Long paragraphs, most of whose letters are outside links."""
    prose = linked = 0
    for paragraph in root.iter("p"):
        size = sum(len(part.strip()) for part in paragraph.itertext())
        if size >= _HEADLINE_MINIMUM * 3:
            prose += size
            linked += sum(len(part) for anchor in paragraph.iter("a") for part in anchor.itertext())
    return prose >= _ARTICLE_MINIMUM and linked * 3 < prose


def _article_item(root: etree._Element, text: str, url: str, now: datetime) -> Item | None:
    article = read_article(text, url, now)
    if article is None:
        return None
    title = _stated_title(root) or article.title
    if not title:
        return None
    link = article.url or absolute_link(url, "")
    return Item(
        guid=canonical_url(link) or f"page:{title}",
        title=title,
        url=link,
        summary=clean_text(article.text.removeprefix(title), SUMMARY_LIMIT),
        published=_stated_time(root, text, now) or article.published,
    )


def _stated_title(root: etree._Element) -> str:
    """The page's only main heading, else what it tells to social networks, without the site's name at the end."""
    headings = [clean_text(" ".join(heading.itertext()), TITLE_LIMIT) for heading in root.iter("h1")]
    headings = [heading for heading in headings if heading]
    if len(headings) == 1:
        return headings[0]
    title = clean_text(root.xpath("string((//meta[@property='og:title'])[1]/@content)"), TITLE_LIMIT)
    site = clean_text(root.xpath("string((//meta[@property='og:site_name'])[1]/@content)"), TITLE_LIMIT)
    bare = title.removesuffix(site).rstrip()
    return bare[:-1].rstrip() if site and bare != title and bare.endswith(tuple("-–—|·:•")) else title


def _stated_time(root: etree._Element, text: str, now: datetime) -> datetime | None:
    """To the minute, where the page says so to networks or search engines; trafilatura knows days only."""
    stamps = root.xpath(
        "//meta[@property='article:published_time' or @itemprop='datePublished' or @name='pubdate']/@content"
    )
    stamps += [match[1] for match in islice(_PUBLISHED.finditer(text), 1)]
    return next((moment for stamp in stamps if (moment := parse_date(stamp, now))), None)


def _listed(root: etree._Element, url: str, now: datetime) -> list[Item]:
    """Links that look like headlines and come in groups of the same shape, in the page's order."""
    address = _address(root, url)
    base = absolute_link(root.xpath("string(//base/@href)"), address) or address
    times = _times(root)
    groups: dict[tuple[str, ...], list[tuple[int, Item]]] = defaultdict(list)
    for position, anchor in enumerate(root.iter("a")):
        title = _anchor_title(anchor)
        link = _anchor_link(anchor, base, address) if title else None
        if link is not None:
            stamp = next((times[around] for around in _around(anchor) if around in times), "")
            item = Item(
                guid=canonical_url(link) or link,
                title=title,
                url=None if link.startswith(_NOWHERE) else link,
                published=parse_date(stamp or "", now),
            )
            groups[_shape(anchor)].append((position, item))
    kept = sorted(entry for group in groups.values() if len(group) >= _GROUP_MINIMUM for entry in group)
    best: dict[str, Item] = {}
    for _, item in kept:
        best.setdefault(item.guid, item)
    return list(best.values())


def _address(root: etree._Element, url: str) -> str:
    """Where the page stands: for a saved one where it says that it stood."""
    stated = root.xpath("string((//link[@rel='canonical']/@href | //meta[@property='og:url']/@content)[1])")
    return absolute_link(url, "") or absolute_link(stated, "") or _NOWHERE


def _anchor_title(anchor: etree._Element) -> str:
    """What a link says when it reads like a headline, else ""."""
    title = clean_text(" ".join(part.strip() for part in anchor.itertext() if part.strip()), TITLE_LIMIT)
    if len(title) >= _HEADLINE_MINIMUM and len(title.split()) >= _WORDS_MINIMUM:
        return title
    return title if len(title) >= _DENSE_MINIMUM and len(_DENSE.findall(title)) * 2 > len(title) else ""


def _anchor_link(anchor: etree._Element, base: str, address: str) -> str | None:
    """Where a link leads when that is a page of the same site, and the link is no furniture of the page."""
    link = absolute_link(anchor.get("href", ""), base)
    if link is None or not same_site(link, address) or urlsplit(link).path in {"", "/"}:
        return None
    return None if any(ancestor.tag in _FURNITURE for ancestor in anchor.iterancestors()) else link


def _around(element: etree._Element) -> list[etree._Element]:
    """The nearest containers, innermost first."""
    return list(islice(element.iterancestors(), _ANCESTORS))


def _shape(anchor: etree._Element) -> tuple[str, ...]:
    """Tags and classes of the link and of the elements around it: alike for all entries of one list."""
    return tuple(
        f"{element.tag}.{(element.get('class') or '').split(' ')[0]}"
        for element in [anchor, *_around(anchor)]
    )


def _times(root: etree._Element) -> dict[etree._Element, str | None]:
    """The stated time of each container; None where there are several, so that none is the link's own."""
    found: dict[etree._Element, str | None] = {}
    for element in root.iter("time"):
        stamp = element.get("datetime") or "".join(element.itertext())
        for container in _around(element):
            found[container] = None if container in found else stamp
    return found
