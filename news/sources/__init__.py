"""Bytes → headlines. One module per kind of source, one common item; ``read`` and ``read_file`` are the doors."""

from __future__ import annotations

from news.sources.document import Document
from news.sources.reading import read, read_document, read_file

__all__ = ["Document", "read", "read_document", "read_file"]
