# Sourced by the other scripts: guard_lint runs the program, from $GUARD_LINT or built from this checkout.
guard_lint() {
    if [[ -n "${GUARD_LINT:-}" ]]; then
        "$GUARD_LINT" "$@"
    else
        cargo run --quiet --locked -p guard-lint -- "$@"
    fi
}

# Runs guard_lint and passes on what it prints. Findings (exit code 1) are an answer; anything else than 0 and 1 is not.
guard_lint_output() {
    local code=0
    guard_lint "$@" || code=$?
    if ((code > 1)); then
        echo "guard-lint $*: exit code $code" >&2
        return "$code"
    fi
}
