#!/usr/bin/env python3
"""Makes corpus/ of the fixtures: one input for a router file, with what it imports or what mounts it."""
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE / "../../tests/fixtures"


def seed(target, name, parts):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / re.sub(r"\W", "_", name)).write_bytes(b"".join(parts))


def part(root, path, mark):
    return f"{mark} file: {path.relative_to(root)}\n".encode() + path.read_bytes().rstrip() + b"\n"


def python(root):
    files = [path for path in sorted(root.rglob("*.py")) if path.stat().st_size and path.name != "__init__.py"]
    for path in files:
        beside = [other for other in files if other.parent == path.parent and other.stem in path.read_text() and other != path]
        mounting = [other for other in files if other.parent == path.parent and other.name == "server.py"]
        parts = [part(root, other, "#") for other in [path, *beside[:3], *mounting] if other.stat().st_size < 8000]
        seed("python", str(path.relative_to(root)), parts)


def rust(root):
    heads = [root / path for path in ("legacy/src/main.rs", "legacy/src/auth.rs", "legacy/src/errors/mod.rs", "src/lib.rs", "src/main.rs")]
    for path in sorted(root.rglob("*.rs")):
        crate = [head for head in heads if head.relative_to(root).parts[0] == path.relative_to(root).parts[0] and head != path]
        above = [path.parent / "mod.rs"] if (path.parent / "mod.rs").is_file() and path.name != "mod.rs" else []
        seed("rust", str(path.relative_to(root)), [part(root, other, "//") for other in [path, *above, *crate]])


def documents():
    for path in sorted((HERE / "../src/catalog/builtin").glob("*.md")) + sorted((HERE / "../tests/fixtures").rglob("*.md")):
        text = path.read_text()
        seed("catalog", path.stem, [text.encode()])
        for number, block in enumerate(re.split(r"\n(?=#|- )", text)):
            seed("catalog", f"{path.stem}_{number}", [block.encode(), b"\n"])


def configurations():
    readme = (HERE / "../README.md").read_text()
    texts = re.findall(r"```toml\n(.*?)```", readme, re.S)
    texts += [path.read_text() for path in sorted((HERE / "../..").glob("**/guard-lint.toml"))]
    source = "".join(path.read_text() for path in sorted((HERE / "../src").rglob("vocabulary*.rs")))
    for name in sorted(set(re.findall(r"pub (\w+): Vec<", source))):
        texts.append(f"[vocabulary]\n{name.replace('_', '-')} = [\"x\", \"a.b.c\"]\n")
    texts.append('exclude = ["old/**"]\ncatalog = ["tickets.md"]\nenvelope = "wire"\n[rules]\nGL301 = "off"\nbare-error = "note"\n')
    for number, text in enumerate(texts):
        seed("config", f"config_{number}", [text.encode()])


python(FIXTURES / "engine-py")
rust(FIXTURES / "engine-rs")
for target in ("python", "rust"):
    for number in range(0, 256, 4):
        seed(target, f"choices_{number}", [bytes([number, number * 7 % 256, number % 12, number * 3 % 256, 3])])
documents()
configurations()
