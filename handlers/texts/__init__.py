"""Everything that Jarchi says, as data: one JSON file a language, the same keys in each."""

from handlers.texts.lookup import LANGUAGES, Texts

__all__ = ["LANGUAGES", "Texts"]
