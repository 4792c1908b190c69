"""Bounded collecting of a body, gzip or not: a bomb is refused while it is small."""

from __future__ import annotations

import zlib

# Text shrinks to a tenth; a hundredth is a bomb. Small bodies may shrink as they like.
MAX_RATIO = 100
FREE_BYTES = 256 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class TooLargeError(ValueError):
    """More than the limit, on the wire or inflated."""


class Inflater:
    """Takes a body chunk by chunk and never holds more than ``limit`` bytes and one chunk."""

    def __init__(self, limit: int, *, is_gzip: bool) -> None:
        self._limit = limit
        self._is_gzip = is_gzip
        self._inflate = zlib.decompressobj(_GZIP)
        self._parts: list[bytes] = []
        self._size = 0
        self._wire = 0

    def feed(self, chunk: bytes) -> None:
        """Raise TooLargeError as soon as the limit or the ratio is passed, ValueError for broken gzip."""
        self._wire += len(chunk)
        if self._wire > self._limit:
            raise TooLargeError(f"it is larger than {self._limit / 2**20:g} MiB.")
        if not self._is_gzip:
            self._keep(chunk)
            return
        while chunk:
            try:
                self._keep(self._inflate.decompress(chunk, self._limit - self._size + 1))
            except zlib.error as error:
                raise ValueError("its gzip data is broken") from error
            chunk = self._inflate.unconsumed_tail
            if self._inflate.eof:
                chunk = self._inflate.unused_data
                if not chunk.startswith(b"\x1f\x8b"):
                    return  # padding after the last member
                self._inflate = zlib.decompressobj(_GZIP)

    def _keep(self, part: bytes) -> None:
        self._parts.append(part)
        self._size += len(part)
        if self._size > self._limit:
            raise TooLargeError(f"it is larger than {self._limit / 2**20:g} MiB.")
        if self._size > FREE_BYTES and self._size > self._wire * MAX_RATIO:
            raise TooLargeError("it inflates to more than a hundred times its size, as no news does.")

    def finish(self) -> bytes:
        """The whole body. Raise ValueError when the gzip data ends too early."""
        if self._is_gzip and self._wire and not self._inflate.eof:
            raise ValueError("its gzip data ends too early")
        return b"".join(self._parts)
