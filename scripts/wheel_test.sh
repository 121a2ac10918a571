#!/bin/sh
# Builds the wheel, installs it alone in an empty environment, and does the main job there.
# Never reads the source tree from there: what the wheel forgot must be missed.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset VIRTUAL_ENV PYTHONPATH LICENTIA_DATABASE_URL || true
export UV_PYTHON_DOWNLOADS=never

.venv/bin/uv build --quiet --wheel --out-dir "$work/dist"
.venv/bin/uv export --quiet --locked --no-dev --no-emit-project --no-hashes --output-file "$work/locked.txt"
.venv/bin/uv venv --quiet --no-project --python "$root/.venv/bin/python" "$work/venv"
.venv/bin/uv pip install --quiet --python "$work/venv/bin/python" --constraints "$work/locked.txt" "$work"/dist/*.whl

cd "$work"
export LICENTIA_HOME="$work/home"
licentia="$work/venv/bin/licentia"
step() {
    printf 'wheel: licentia %s\n' "$*"
    "$licentia" "$@" >"$work/said" 2>&1 || {
        status=$?
        cat "$work/said"
        echo "wheel: ended with $status"
        exit "$status"
    }
}
"$work/venv/bin/python" - <<'CODE'
from importlib.resources import files

locale = files("licentia") / "locale" / "nl" / "LC_MESSAGES"
assert locale.joinpath("licentia.mo").is_file(), "the wheel has no Dutch messages"
CODE
step demo --users 200
step unassign "Microsoft 365 E3" --filter "department eq 'Customs'" --plan
step audit verify
echo "wheel: all good"
