"""Documents as trees: lxml with every door to the outside shut, and the oddities of recovered trees evened out."""

from __future__ import annotations

from lxml import etree, html

from news.errors import UnreadableError


def parse_html(text: str, origin: str) -> etree._Element:
    """The tree of a page. Raise UnreadableError when there is nothing in it."""
    try:
        # Bytes, because lxml refuses text that declares an encoding of its own.
        parser = html.HTMLParser(encoding="utf-8", recover=True, huge_tree=False, remove_comments=True)
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError(origin, "it is not a page that can be read.") from error


def parse_loose_xml(body: bytes, encoding: str | None = None) -> etree._Element | None:
    """The tree of XML that may be broken, no entity expanded, nothing loaded; None when there is none."""
    parser = etree.XMLParser(
        encoding=encoding,
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def local_name(element: etree._Element) -> str:
    """The name without namespace or prefix. Recovered trees hold names that etree.QName refuses, such as ``rdf:RDF``."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]
