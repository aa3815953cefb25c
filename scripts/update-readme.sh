#!/usr/bin/env bash
# Fills the screen of README.md with what the command really prints, at 80 columns and without colour.
#   scripts/update-readme.sh           rewrites the block
#   scripts/update-readme.sh --check   fails when the block is stale
# GUARD_LINT names a built guard-lint; without it, one is built.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/guard-lint.sh

readonly ARGUMENTS=(tickets tests/fixtures/engine-py)
readonly LINES_SHOWN=40

case "${1:-}" in
'' | --check) ;;
*)
    echo "usage: scripts/update-readme.sh [--check]" >&2
    exit 2
    ;;
esac

for marker in begin end; do
    if [[ $(grep -cx "<!-- screen:$marker -->" README.md) != 1 ]]; then
        echo "README.md: needs exactly one line <!-- screen:$marker -->" >&2
        exit 1
    fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

COLUMNS=80 NO_COLOR=1 LC_ALL=C.UTF-8 guard_lint_output "${ARGUMENTS[@]}" >"$work/output"
if [[ ! -s "$work/output" ]]; then
    echo "guard-lint ${ARGUMENTS[*]}: printed nothing" >&2
    exit 1
fi

{
    echo '```console'
    echo "\$ cargo run --release -p guard-lint -- ${ARGUMENTS[*]}"
    head -n "$LINES_SHOWN" "$work/output" | sed 's/[[:space:]]*$//'
    rest=$(($(wc -l <"$work/output") - LINES_SHOWN))
    if ((rest > 0)); then
        echo "... $rest more lines"
    fi
    echo '```'
} >"$work/screen"

awk -v screen="$work/screen" '
    /^<!-- screen:end -->$/ { inside = 0 }
    !inside { print }
    /^<!-- screen:begin -->$/ { inside = 1; while ((getline line < screen) > 0) print line }
' README.md >"$work/README.md"

if [[ "${1:-}" == --check ]]; then
    if ! diff -u README.md "$work/README.md"; then
        echo "README.md is stale: run scripts/update-readme.sh" >&2
        exit 1
    fi
elif ! cmp -s "$work/README.md" README.md; then
    cat "$work/README.md" >README.md
fi
