#!/usr/bin/env bash
# An engine that is built with panic = "abort" must not start: a panic in one handler would end every request.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}/abort
if said=$(CARGO_TARGET_DIR=$target timeout 900 cargo run --quiet --locked --config 'profile.dev.panic="abort"' \
    -p engine-server -- --demo --store memory: --address 127.0.0.1:0 2>&1); then
    echo "an engine built with panic = \"abort\" started" >&2
    exit 1
fi
grep -q 'panic = "abort"' <<<"$said" || { echo "it did not start for another reason: $said" >&2; exit 1; }
