#!/usr/bin/env python3
"""Times guard-lint against `ruff check --no-cache --select FAST` on the same tree, in turn, and against itself on twenty copies.

    scripts/compare-speed.py PATH [--runs N] [--guard-lint BINARY]

Quote the ratios: the two commands run one after the other in pairs, so that a machine that changes its speed changes
both. Needs ruff (`pip install ruff`). The copies are made in a temporary folder and removed.
"""

import argparse
import os
import shutil
import statistics

import tempfile
import time
from pathlib import Path

def ruff_binary() -> str | None:
    """ruff itself: the shim of a version manager would be timed with it."""
    try:
        from ruff.__main__ import find_ruff_bin

        return os.fsdecode(find_ruff_bin())
    except (ImportError, FileNotFoundError):
        return shutil.which("ruff")

def timed(command: list[str]) -> tuple[float, float, int]:
    """Wall seconds, processor seconds and peak memory in KiB of one run."""
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os.execvp(command[0], command)
    _, _, usage = os.wait4(pid, 0)
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss

def show(name: str, runs: list[tuple[float, float, int]]) -> None:
    wall, cpu, memory = zip(*runs)
    print(
        f"{name:<12} wall {statistics.median(wall) * 1000:7.1f} ms   cpu {statistics.median(cpu) * 1000:7.1f} ms"
        f"   peak {max(memory) / 1024:6.1f} MB"
    )

def ratio(left: list[tuple[float, float, int]], right: list[tuple[float, float, int]], field: int) -> float:
    return statistics.median(a[field] / b[field] for a, b in zip(left, right))

def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--guard-lint", default="target/dist/guard-lint")
    arguments = parser.parse_args()
    if shutil.which(arguments.guard_lint) is None:
        parser.error(f"{arguments.guard_lint} is not there: build it with `cargo build --profile dist -p guard-lint`")
    ruff_itself = ruff_binary()
    if ruff_itself is None:
        parser.error("ruff is not there: `pip install ruff`")

    tree = str(arguments.path)
    guard = [arguments.guard_lint, "tickets", tree]
    ruff = [ruff_itself, "check", "--no-cache", "--select", "FAST", tree]
    timed(guard), timed(ruff)
    ours, theirs = [], []
    for _ in range(arguments.runs):
        ours.append(timed(guard))
        theirs.append(timed(ruff))
    show("guard-lint", ours)
    show("ruff", theirs)
    print(f"guard-lint / ruff: wall {ratio(ours, theirs, 0):.2f}, cpu {ratio(ours, theirs, 1):.2f} (medians of pairs)")

    with tempfile.TemporaryDirectory() as folder:
        for copy in range(20):
            shutil.copytree(tree, Path(folder) / f"copy{copy:02}", ignore=shutil.ignore_patterns(".git"), symlinks=True)
        twenty = [arguments.guard_lint, "tickets", folder]
        timed(twenty)
        many = [timed(twenty) for _ in range(3)]
        show("20 copies", many)
        one = statistics.median(run[1] for run in ours)
        print(f"20 copies / one: cpu {statistics.median(run[1] for run in many) / one:.1f}")

if __name__ == "__main__":
    main()
