#!/usr/bin/env bash
# Lays out a new rule of guard-lint: its file, its registration, a trap with its compliant twin, and their expected verdicts.
#   scripts/new-rule.sh GL408 reply-too-late [GROUP]
# GROUP is a folder below tests/fixtures/engine-py/engines/traps; without it, the one that goes with the code. What is left
# to write says TODO, and the tests fail until it is written. GUARD_ROOT names another workspace to write to.
set -euo pipefail
cd "${GUARD_ROOT:-$(dirname "$0")/..}"

usage() {
    echo "usage: scripts/new-rule.sh GLnnn rule-name [GROUP]" >&2
    exit 2
}

[[ $# -ge 2 && $# -le 3 ]] || usage
readonly CODE=$1 NAME=$2
[[ $CODE =~ ^GL[0-9]{3}$ && $NAME =~ ^[a-z]+(-[a-z]+)*$ ]] || usage
case "$CODE" in
GL1*) group=identity ;;
GL2*) group=errors ;;
GL3*) group=gates ;;
*) group=calls ;;
esac
readonly GROUP=${3:-$group}
readonly MODULE=${NAME//-/_}
readonly RULES=guard-lint/src/rules
readonly FIXTURE=tests/fixtures/engine-py
readonly TRAPS=$FIXTURE/engines/traps/$GROUP

for file in "$RULES/mod.rs" "$FIXTURE/EXPECTED.tsv" "$TRAPS/server.py"; do
    [[ -f "$file" ]] || { echo "$file does not exist" >&2; exit 2; }
done
for file in "$RULES/$MODULE.rs" "$TRAPS/$MODULE.py" "$TRAPS/${MODULE}_ok.py"; do
    [[ ! -e "$file" ]] || { echo "$file exists already" >&2; exit 2; }
done
if grep -rqw "$CODE" "$RULES"; then
    echo "$CODE is taken; codes are never used again" >&2
    exit 2
fi

# GateAfterWrite
type=$(sed -E 's/(^|-)([a-z])/\U\2/g' <<<"$NAME")

cat >"$RULES/$MODULE.rs" <<RUST
//! $CODE: $NAME

use super::{Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// TODO: what it finds, in one sentence.
    ///
    /// TODO: why that is wrong, and what it never reports.
    $type {
        code: "$CODE",
        name: "$NAME",
        severity: Warning,
        confidence: Medium,
        help: "TODO: how to mend it",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        // TODO: ask the endpoint's summary.
        let broken = false;
        if broken {
            let message = format!("\`{}\` TODO", program.handler(endpoint));
            sink.endpoint(endpoint, program.place(endpoint), "", message);
        }
    }
}
RUST

trap() {
    cat <<PYTHON
"""$1"""
from fastapi import APIRouter, Depends

from engines.common.identity import RequestContext, get_request_context

router = APIRouter(prefix="/$2")


@router.get("")
def $MODULE(ctx: RequestContext = Depends(get_request_context)):
    return {"tenant": ctx.tenant_id}  # TODO
PYTHON
}
trap "Trap: TODO." "$NAME" >"$TRAPS/$MODULE.py"
trap "Twin of $MODULE: TODO." "$NAME-ok" >"$TRAPS/${MODULE}_ok.py"

# The registration: a mod line among its like, and a line in RULES by code.
python3 - "$CODE" "$MODULE" "$type" "$RULES" "$FIXTURE" "$GROUP" "$NAME" <<'PYTHON'
import re
import sys
from pathlib import Path

code, module, kind, rules, fixture, group, name = sys.argv[1:]

path = Path(rules, "mod.rs")
text = path.read_text()
mods = [line for line in re.findall(r"^mod \w+;$", text, re.M) if line != "mod sink;"]
after = max((line for line in mods if line < f"mod {module};"), default=None)
if after:
    text = text.replace(f"{after}\n", f"{after}\nmod {module};\n", 1)
else:
    text = text.replace(f"{mods[0]}\n", f"mod {module};\n{mods[0]}\n", 1)
entries = re.findall(r"^    &(\w+)::\w+,\n", text, re.M)


def code_of(entry: str) -> str:
    found = re.search(r'code: "(GL\d+)"', Path(rules, f"{entry}.rs").read_text())
    return found.group(1) if found else ""


line = f"    &{module}::{kind},\n"
later = next((entry for entry in entries if code_of(entry) > code), None)
place = text.index(f"    &{later}::") if later else text.index("];", text.index("pub static RULES"))
path.write_text(text[:place] + line + text[place:])

path = Path(fixture, "EXPECTED.tsv")
heading, *rows = path.read_text().splitlines()
for suffix, dash in (("", ""), ("_ok", "-ok")):
    cells = [f"engines/traps/{group}/{module}{suffix}.py", module, "GET", f"/{name}{dash}"]
    cells += ["enforced", "none", "silent", "not_required", "bare", "-", "-", "TODO"]
    rows.append("\t".join(cells))
path.write_text("\n".join([heading, *sorted(rows)]) + "\n")
PYTHON

cat <<TEXT
$CODE $NAME:
  $RULES/$MODULE.rs                    the rule; what it needs to know of a function belongs into guard-lint/src/analysis
  $RULES/mod.rs                        registered, in the order of codes
  $TRAPS/$MODULE.py                    the trap, to be written
  $TRAPS/${MODULE}_ok.py               its compliant twin, that differs in nothing else
  $FIXTURE/EXPECTED.tsv                the verdicts of both, to be read
Left to do by hand:
  mount both in $TRAPS/server.py
  guard-lint/src/verdict/clause.rs, where its findings decide a clause
Then:
  python3 tests/fixtures/list_routes.py --write
  UPDATE_DOCS=1 cargo test -p guard-lint --lib rules::docs
  INSTA_UPDATE=always cargo test -p guard-lint
TEXT
