#!/bin/sh
# The main job by the real command line, in a store of its own: find, preview, apply, look, undo, verify.
# Never touches the store of whoever runs it.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
LICENTIA_HOME="$root/.licentia/demo"
unset LICENTIA_DATABASE_URL || true
export LICENTIA_HOME
rm -rf "$LICENTIA_HOME"

PRODUCT="Microsoft 365 E3"
WHO="department eq 'Contract Logistics'"

# Prints the command as a person would type it, then runs it.
licentia() {
    line='$ licentia'
    for word in "$@"; do
        case $word in
            *[!A-Za-z0-9_./:=@%+,-]*) line="$line \"$word\"" ;;
            *) line="$line $word" ;;
        esac
    done
    printf '\n%s\n' "$line"
    status=0
    "$root/.venv/bin/licentia" "$@" || status=$?
    case "$status $1" in
        0\ * | "1 unassign" | "1 plans") ;; # 1: done, and some users were refused
        *)
            printf '\nThe walk stopped here: exit status %s\n' "$status"
            exit "$status"
            ;;
    esac
}

# ask EXPRESSION WORDS…: a value of `licentia WORDS… --json`, whose document is `it`.
ask() {
    expression=$1
    shift
    "$root/.venv/bin/licentia" "$@" --json |
        "$root/.venv/bin/python" -c "import json, sys; it = json.load(sys.stdin); print($expression)"
}

licentia demo
licentia products list
licentia unassign "$PRODUCT" --filter "$WHO" --plan
licentia plans show 1
users=$(ask 'it["plan"]["ready"]' plans show 1)
# Somebody with this one license, assigned directly: who loses the mailbox and gets it back.
only='next(u["userPrincipalName"] for u in it if [x["path"] for x in u["licenses"]] == ["direct"])'
user=$(ask "$only" users list --product "$PRODUCT" --filter "$WHO" --top 1000)
licentia users show "$user"
licentia plans apply 1 --confirm "$users"
licentia plans show 1
licentia users show "$user"
licentia tenants set-clock +29d
licentia plans undo 1 --yes --confirm "$users"
licentia users show "$user"
licentia audit verify

printf '\nThe store of this walk is in %s; look around with:\n' ".licentia/demo"
printf '  LICENTIA_HOME=%s .venv/bin/licentia --help\n' ".licentia/demo"
