#!/bin/sh
# Makes .clients: Microsoft's Graph clients for Python and JavaScript, which the suite runs unmodified. Safe to run again.
# Apart from .venv: half a gigabyte that nothing else needs. Node comes from PyPI where the machine has none.
set -eu
cd "$(dirname "$0")/.."
mark=.clients/ready
if [ -f "$mark" ] && [ "$mark" -nt uv.lock ] && [ "$mark" -nt tests/clients/package-lock.json ]; then
    exit 0
fi
printf '%s\n' "Setting up .clients (once; a minute or two)" >&2
UV_PROJECT_ENVIRONMENT="$PWD/.clients/venv" .venv/bin/uv sync --quiet --locked --only-group clients
mkdir -p .clients/js
cp tests/clients/package.json tests/clients/package-lock.json .clients/js/
npm=$(command -v npm || printf '%s' "$PWD/.clients/venv/bin/npm")
(cd .clients/js && PATH="$PWD/../venv/bin:$PATH" "$npm" ci --no-audit --no-fund --silent)
touch "$mark"
