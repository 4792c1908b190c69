"""The parts of country attribution; `news.attribute` puts them together."""
