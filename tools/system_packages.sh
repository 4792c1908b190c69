#!/bin/sh
# What the tests use from Debian where it can be installed: PostgreSQL (else a wheel of it) and Chromium (else no pictures).
set -eu
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 0
missing=
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
command -v chromium >/dev/null || missing="$missing chromium fonts-noto-core fonts-noto-color-emoji"
[ -n "$missing" ] || exit 0
apt-get update -qq
# shellcheck disable=SC2086 (a list of names)
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
