#!/bin/sh
# What is checked without running anything: formatting, lint, types, who imports whom.
set -eu
ruff format --check --quiet .
ruff check --quiet .
mypy
lint-imports
