"""The product without Telegram: read, attribute, group, rank, compose, search text."""
