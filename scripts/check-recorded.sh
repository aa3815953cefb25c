#!/usr/bin/env bash
# Compares the tickets' statuses over the Python fixture with the recorded ones.
#   scripts/check-recorded.sh            fails and shows the difference
#   scripts/check-recorded.sh --update   records what guard-lint says now; read the difference before you keep it
# GUARD_LINT names a built guard-lint; without it, one is built.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/guard-lint.sh

readonly FIXTURE=tests/fixtures/engine-py
readonly RECORDED=$FIXTURE/recorded-tickets.tsv

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

guard_lint_output tickets "$FIXTURE" --output-format tsv >"$work/now.tsv"
if [[ ! -s "$work/now.tsv" ]]; then
    echo "guard-lint tickets $FIXTURE: printed nothing" >&2
    exit 1
fi

case "${1:-}" in
'')
    if [[ ! -f "$RECORDED" ]]; then
        echo "$RECORDED does not exist: run scripts/check-recorded.sh --update and read it" >&2
        exit 1
    fi
    if ! diff -u "$RECORDED" "$work/now.tsv"; then
        echo "the statuses moved: mend the cause, or record them with scripts/check-recorded.sh --update" >&2
        exit 1
    fi
    ;;
--update)
    cat "$work/now.tsv" >"$RECORDED"
    ;;
*)
    echo "usage: scripts/check-recorded.sh [--update]" >&2
    exit 2
    ;;
esac
