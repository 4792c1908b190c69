"""News sitemaps: pages with the title and date that a site gives to news search engines."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from news.errors import UnreadableError
from news.model import Item
from news.sources.clean import TITLE_LIMIT, clean_text
from news.sources.dates import parse_date
from news.sources.document import ITEM_LIMIT, Document
from news.sources.links import absolute_link
from news.sources.trees import local_name, parse_loose_xml


def read_sitemap(text: bytes, url: str, now: datetime) -> Document:
    """The titled pages of a news sitemap, newest first. Raise UnreadableError for a plain one: it has no titles."""
    root = parse_loose_xml(text, "utf-8")
    name = "" if root is None else local_name(root)
    if name == "sitemapindex":
        raise UnreadableError(url, "it is an index of sitemaps. Add the news sitemap that it lists instead.")
    if root is None or name != "urlset":
        raise UnreadableError(url, "it is not a sitemap.")
    items = [item for element in root.iterchildren("{*}url") if (item := _item(element, url, now))]
    if not items and len(root):
        raise UnreadableError(
            url, "this sitemap has no news titles. Add the site's feed or its news page instead."
        )
    items.sort(key=lambda item: item.published.timestamp() if item.published else 0.0, reverse=True)
    return Document(items=tuple(items[:ITEM_LIMIT]))


def _item(element: etree._Element, base: str, now: datetime) -> Item | None:
    # By full path: an image's or a video's title is not the page's.
    title = clean_text(element.findtext("{*}news/{*}title") or "", TITLE_LIMIT)
    link = absolute_link(element.findtext("{*}loc") or "", base)
    if not title or link is None:
        return None
    stamp = element.findtext("{*}news/{*}publication_date") or element.findtext("{*}lastmod") or ""
    language = (element.findtext("{*}news/{*}publication/{*}language") or "").strip().lower()[:2]
    return Item(
        link, title, link, published=parse_date(stamp, now), language=language if language.isalpha() else None
    )
