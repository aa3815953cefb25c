#!/usr/bin/env python3
"""Reads from cargo's metadata whether everything that guard and guard-macros are built from declares a Rust version that
they promise, or none. It needs no toolchain of that version, and proves less than building with it. guard promises a later
version for some features, which bring sqlx."""

import json
import subprocess
import sys

PROMISED = ("guard", "guard-macros")
# What needs 1.94, as guard's documentation says.
LATER = {"sqlite", "postgres"}


def version(text):
    return tuple(int(part) for part in (text + ".0.0").split(".")[:3])


def cargo_metadata(*arguments):
    command = ["cargo", "metadata", "--format-version", "1", "--locked", *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def reached(feature, features):
    """The feature, and all of the package's own that it turns on."""
    found, waiting = set(), [feature]
    while waiting:
        feature = waiting.pop()
        if feature in features and feature not in found:
            found.add(feature)
            waiting.extend(features[feature])
    return found


def built(features):
    """Name and version of all that the promised packages are built from on any platform, with these features."""
    command = ["cargo", "tree", "--locked", "--edges", "normal,build", "--target", "all", "--prefix", "none"]
    command += [argument for name in PROMISED for argument in ("--package", name)]
    command += ["--format", "{p}", "--features", ",".join(features)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    words = (line.split() for line in lines if line)
    return {(name, number.removeprefix("v")) for name, number, *_ in words}


def main():
    features = [
        f"{package['name']}/{feature}"
        for package in cargo_metadata("--no-deps")["packages"]
        if package["name"] in PROMISED
        for feature in package["features"]
        if not LATER & reached(feature, package["features"])
    ]
    packages = cargo_metadata("--features", ",".join(features))["packages"]
    roots = [package for package in packages if package["name"] in PROMISED and package["source"] is None]
    promised = min(version(package["rust_version"]) for package in roots)

    # Metadata is of the whole workspace, whose other members turn on features of guard; the tree is of these two alone.
    seen = built(features)
    packages = [package for package in packages if (package["name"], package["version"]) in seen]

    later = [
        f"{package['name']} {package['version']} needs Rust {package['rust_version']}"
        for package in packages
        if version(package["rust_version"] or "0") > promised
    ]
    if later:
        print("\n".join(sorted(later)), file=sys.stderr)
    print(f"{len(packages)} packages, {len(later)} need more than Rust {'.'.join(map(str, promised))}")
    return 1 if later else 0


if __name__ == "__main__":
    sys.exit(main())
