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


def main():
    features = [
        f"{package['name']}/{feature}"
        for package in cargo_metadata("--no-deps")["packages"]
        if package["name"] in PROMISED
        for feature in package["features"]
        if not LATER & reached(feature, package["features"])
    ]
    metadata = cargo_metadata("--features", ",".join(features))
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    members = [package for package in packages.values() if package["id"] in metadata["workspace_members"]]
    roots = [package for package in members if package["name"] in PROMISED]
    promised = min(version(package["rust_version"]) for package in roots)

    seen, waiting = set(), [package["id"] for package in roots]
    while waiting:
        package = waiting.pop()
        if package in seen:
            continue
        seen.add(package)
        for dependency in nodes[package]["deps"]:
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])

    later = [
        f"{packages[package]['name']} {packages[package]['version']} needs Rust {packages[package]['rust_version']}"
        for package in seen
        if version(packages[package]["rust_version"] or "0") > promised
    ]
    if later:
        print("\n".join(sorted(later)), file=sys.stderr)
    print(f"{len(seen)} packages, {len(later)} need more than Rust {'.'.join(map(str, promised))}")
    return 1 if later else 0


if __name__ == "__main__":
    sys.exit(main())
