#!/bin/sh
# A virtual environment with pip in it. Debian ships Python without ensurepip; root may install it.
set -eu
python=$1 venv=$2
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Jarchi needs Python 3.11 or newer; $python is $("$python" --version)." >&2
    exit 2
}
if "$python" -m venv "$venv" 2>/dev/null && [ -x "$venv/bin/pip" ]; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3-venv >/dev/null
    rm -rf "$venv"
    exec "$python" -m venv "$venv"
fi
rm -rf "$venv"
echo "$python cannot make virtual environments. Install Debian's package python3-venv and try again." >&2
exit 2
