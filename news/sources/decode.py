"""Bytes → text: as marked, as declared, else as detected."""

from __future__ import annotations

import codecs
import re

_MARKS = (  # the longer mark first: UTF-32 LE begins with UTF-16 LE's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BARE_XML = (  # "<?xml" without a mark, as appendix F of the XML recommendation tells it
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
# Browsers read these names as the wider code pages that their users meant.
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-9": "cp1254",
}
# Codecs that are not character sets: some run decompressors.
_UNWANTED = frozenset(
    {"zlib", "bz2", "hex", "base64", "quopri", "uu", "rot13", "punycode", "idna", "unicode_escape"}
)
_DETECT_BYTES = 20_000


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a body: byte order mark, then UTF-8 where it fits, then the declared character set, then a guess.

    Valid UTF-8 with letters beyond ASCII is taken at its word whatever a header says: no other encoding gives that by
    accident. Never raises; what fits nothing is read as windows-1252.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for opening, encoding in _BARE_XML:
        if body.startswith(opening):
            return body.decode(encoding, "replace")
    declared = [name for name in _declared(body, content_type) if name]
    if not (body.isascii() and declared):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for encoding in declared:
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return _guess(body, declared)


def _declared(body: bytes, content_type: str) -> list[str]:
    head = body[:2_048]
    names = [
        _known(match[1] if isinstance(match[1], str) else match[1].decode("ascii"))
        for match in (_CHARSET.search(content_type), _XML_ENCODING.search(head), _META_CHARSET.search(head))
        if match
    ]
    return [name for name in names if name]


def _known(name: str) -> str:
    """Python's name of a character set, "" if it is none."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return "" if found in _UNWANTED else _WIDER.get(found, found)


def _guess(body: bytes, declared: list[str]) -> str:
    # A declared set with a few broken bytes is likelier than another set.
    for encoding in (*declared, "utf-8"):
        text = body.decode(encoding, "replace")
        if text.count("\ufffd") * 100 <= len(text):
            return text
    # Hardly a body comes to this, and it would take 3 MiB of each process that reads.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    best = from_bytes(body[:_DETECT_BYTES], steps=5, chunk_size=512).best()
    return body.decode(best.encoding if best else "cp1252", "replace")
