#!/bin/sh
# Makes .venv: uv at the version of uv.lock, then everything else that uv.lock names. Safe to run again.
# Never installs outside the project's folder.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null 2>&1; then
    say "Licentia needs Python 3.11 or newer; there is no '$python' here. On Debian: apt-get install python3 python3-venv"
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "Licentia needs Python 3.11 or newer; '$python' is $("$python" -V). Name another one: make setup PYTHON=/path/to/python3"
    exit 1
fi

version=$(awk '/^name = "uv"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' uv.lock)
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    rm -rf .venv
fi
if [ "$(.venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" != "$version" ]; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        say "Python's venv module is incomplete here. On Debian: apt-get install python3-venv"
        exit 1
    fi
    say "Setting up .venv (once; about half a minute)"
    "$python" -m venv .venv
    .venv/bin/python -m pip install -qq --disable-pip-version-check "uv==$version"
fi

unset VIRTUAL_ENV || true
export UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never
exec .venv/bin/uv sync --locked --quiet
