#!/bin/sh
# The admin center on a demo tenant, in a store of its own: makes the tenant the first time, serves until Ctrl-C.
# Never touches the store of whoever runs it. PORT=… chooses another port.
set -eu
cd "$(dirname "$0")/.."
LICENTIA_HOME="$PWD/.licentia/admin"
unset LICENTIA_DATABASE_URL LICENTIA_TENANT LICENTIA_AS || true
export LICENTIA_HOME
[ "$(.venv/bin/licentia tenants list --json)" != "[]" ] || .venv/bin/licentia demo
exec .venv/bin/licentia serve --port "${PORT:-8365}"
