#!/bin/sh
# Fails when the models say something that no migration does. Needs no store: it opens an empty folder.
set -eu
cd "$(dirname "$0")/.."
LICENTIA_HOME=$(mktemp -d)
trap 'rm -rf "$LICENTIA_HOME"' EXIT
unset LICENTIA_DATABASE_URL || true
export LICENTIA_HOME
.venv/bin/python -m django makemigrations --settings licentia.store.settings --check --dry-run >"$LICENTIA_HOME/said" 2>&1 || {
    cat "$LICENTIA_HOME/said"
    exit 1
}
