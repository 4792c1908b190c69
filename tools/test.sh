#!/bin/sh
# Every test, on both databases, with branch coverage and its gates.
set -eu
rm -f .coverage .coverage.*
python -m pytest -q -n "${WORKERS:-2}" --dist loadfile --cov --cov-report= "$@"
coverage report --fail-under=95 | tail -n 40
coverage report --fail-under=98 --include='news/*' | tail -n 3
