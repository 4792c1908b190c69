"""The one tree of our errors: each carries the ids that a log needs and a sentence that a person can act on."""

from __future__ import annotations


class JarchiError(Exception):
    """Root of every expected failure; its text is one clear sentence with the next step."""


class WrongUseError(JarchiError):
    """The caller asked for something that cannot be: exit status 2 on the command line."""


class UnknownSourceError(JarchiError):
    def __init__(self, source_id: str) -> None:
        super().__init__(f"There is no source “{source_id}”. See them with: jarchi sources list")
        self.source_id = source_id


class SourceExistsError(JarchiError):
    def __init__(self, source_id: str, url: str) -> None:
        super().__init__(f"{url} is already read as source “{source_id}”.")
        self.source_id = source_id


class UnknownHeadlineError(JarchiError):
    def __init__(self, headline_id: int) -> None:
        super().__init__(f"There is no headline {headline_id}. Find its number with: jarchi search WORDS")
        self.headline_id = headline_id


class UnknownBroadcastError(JarchiError):
    def __init__(self, broadcast_id: int) -> None:
        super().__init__(f"There is no alert {broadcast_id}. See them with: jarchi alert list")
        self.broadcast_id = broadcast_id


class UnreadableError(JarchiError):
    """Bytes that hold no headlines: says which file or address, and why."""

    def __init__(self, origin: str, reason: str) -> None:
        super().__init__(f"{origin}: {reason}")
        self.origin = origin
        self.reason = reason


class FetchError(JarchiError):
    """A source that did not answer as it should. ``retry_after_s`` is what the server asked for, in seconds."""

    def __init__(self, url: str, reason: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason
        self.retry_after_s = retry_after_s


class RefusedAddressError(FetchError):
    """An address that we never dial: another scheme, a private network, credentials in the URL."""


class NewerDatabaseError(WrongUseError):
    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this version of Jarchi does not know. "
            "Install the newer version, or restore a backup."
        )
        self.revision = revision
