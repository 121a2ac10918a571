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
# step HIGHEST WORDS…: a command whose exit status may be at most HIGHEST (1: some users were refused).
step() {
    highest=$1
    shift
    printf 'wheel: licentia %s\n' "$*"
    status=0
    "$licentia" "$@" >"$work/said" 2>&1 || status=$?
    if [ "$status" -gt "$highest" ] || grep -q '^Traceback' "$work/said"; then
        cat "$work/said"
        echo "wheel: ended with $status"
        exit 1
    fi
}

for catalog in $(cd "$root/src" && find licentia/locale -name '*.po'); do
    find "$work/venv/lib" -path "*/${catalog%.po}.mo" | grep -q . || {
        echo "wheel: ${catalog%.po}.mo is not in it"
        exit 1
    }
done
step 0 demo --users 200
step 1 unassign "Microsoft 365 E3" --filter "department eq 'Contract Logistics'" --plan
step 0 audit verify
echo "wheel: all good"
