#!/bin/sh
# Every test, on both databases, with branch coverage and its gates.
set -eu
rm -f .coverage .coverage.*
# A worker that dies ends the run: xdist would wait for its files for ever.
python -m pytest -q -n "${WORKERS:-3}" --dist loadfile --max-worker-restart 0 --cov --cov-report= "$@"
coverage report --fail-under=95
coverage report --fail-under=98 --include='news/*'
