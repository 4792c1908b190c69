"""Files that were sent: kept in memory, bounded, served back under an id."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass, field

MAX_KEPT_BYTES = 64 * 2**20
MAX_PHOTO_BYTES = 10 * 2**20
MAX_DOCUMENT_BYTES = 50 * 2**20

_UNSAFE = re.compile(r"[^\w.\- ]+")
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
# Markers of a JPEG frame header: SOF0–SOF15 without DHT, JPG and DAC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as Telegram knows it; width and height are pixels, 0 unless it is a picture."""

    file_id: str
    name: str
    content_type: str
    body: bytes = field(repr=False)
    width: int = 0
    height: int = 0

    @property
    def path(self) -> str:
        """The ``file_path`` under which it is downloaded."""
        return f"{'photos' if self.width else 'documents'}/{self.file_id}"


class FileStore:
    """Remembers files up to a number of bytes; the oldest go first."""

    def __init__(self, max_bytes: int = MAX_KEPT_BYTES) -> None:
        self.max_bytes = max_bytes
        self._files: dict[str, StoredFile] = {}
        self._bytes = 0
        self._count = 0

    def add(self, name: str, body: bytes) -> StoredFile:
        """Keep ``body``; its type is read from its first bytes, never believed from the sender."""
        self._count += 1
        file_id = f"SIM{self._count}-{hashlib.blake2b(body, digest_size=12).hexdigest()}"
        width, height = picture_size(body) or (0, 0)
        kind = "image/png" if body.startswith(_PNG) else "image/jpeg"
        content_type = kind if width else "application/octet-stream"
        clean = _UNSAFE.sub("_", name)[-120:] or "file"
        stored = StoredFile(file_id, clean, content_type, body, width, height)
        self._files[file_id] = stored
        self._bytes += len(body)
        while self._bytes > self.max_bytes and len(self._files) > 1:
            oldest = self._files.pop(next(iter(self._files)))
            self._bytes -= len(oldest.body)
        return stored

    def find(self, file_id: str) -> StoredFile | None:
        """The file with this id, unless it was never sent or is forgotten."""
        return self._files.get(file_id)


def picture_size(body: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG or JPEG, None for anything else."""
    if body.startswith(_PNG) and len(body) >= 24:
        width, height = struct.unpack(">II", body[16:24])
        return (width, height) if width and height else None
    return _jpeg_size(body) if body.startswith(_JPEG) else None


def _jpeg_size(body: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(body) and body[at] == 0xFF:
        marker, length = body[at + 1], int.from_bytes(body[at + 2 : at + 4], "big")
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            return (width, height) if width and height else None
        at += 2 + length
    return None
