#!/usr/bin/env bash
# Counts the instructions of one call of each case of guard's benchmark `layer`, with callgrind: the same on any day.
# The cost of making the request is in every line alike; read the differences to bare_get and bare_status.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v valgrind >/dev/null || { echo "valgrind is not there (Debian: apt-get install valgrind)" >&2; exit 1; }
binary=$(cargo bench --quiet -p guard --bench instructions --no-run --message-format=json |
    python3 -c 'import json,sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("executable"): print(message["executable"])')
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

counted() {
    valgrind --tool=callgrind --callgrind-out-file="$scratch/out" "$binary" "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : //p'
}

printf '%-20s%12s\n' case instructions
for case in bare_get guarded_get bare_parameter guarded_parameter bare_status exempt_status error_answer assembled_get; do
    few=$(counted "$case" 500)
    many=$(counted "$case" 2500)
    printf '%-20s%12d\n' "$case" $(((many - few) / 2000))
done
