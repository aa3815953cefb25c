//! Which file an import means.

use crate::Tree;

const APP: &str = "from fastapi import APIRouter\nrouter = APIRouter()\n";

/// The files that were parsed.
fn parsed(tree: &Tree) -> Vec<String> {
    tree.sources().files.iter().map(|file| file.path.clone()).collect()
}

#[test]
fn a_file_that_nothing_reaches_is_not_parsed() {
    let tree = Tree::new(&[
        ("app.py", &format!("{APP}import used")),
        ("used.py", "x = 1\n"),
        ("unused.py", "x = 1\n"),
    ]);
    assert_eq!(parsed(&tree), ["app.py", "used.py"]);
}

#[test]
fn source_roots_are_proven_by_imports() {
    for root in ["", "src/", "backend/services/"] {
        let tree = Tree::new(&[
            (&format!("{root}app/__init__.py"), ""),
            (
                &format!("{root}app/main.py"),
                &format!("{APP}from app.inner.store import Store\n"),
            ),
            (
                &format!("{root}app/inner/store.py"),
                "from ..other import x\nclass Store: ...\n",
            ),
            (&format!("{root}app/other.py"), "x = 1\n"),
        ]);
        let expected = ["__init__.py", "inner/store.py", "main.py", "other.py"].map(|file| format!("{root}app/{file}"));
        assert_eq!(parsed(&tree), expected, "below {root:?}");
    }
}

#[test]
fn a_copy_of_the_tree_finds_itself() {
    let main = format!("{APP}from engine.util import helper\n");
    let tree = Tree::new(&[
        ("engine/__init__.py", ""),
        ("engine/main.py", &main),
        ("engine/util.py", "def helper(): ...\n"),
        ("old/engine/__init__.py", ""),
        ("old/engine/main.py", &main),
        ("old/engine/util.py", "def helper(): ...\n"),
    ]);
    let sources = tree.sources();
    let find = |importer: &str| match sources.tree.resolve("engine.util", importer, &mut Vec::new()) {
        Some(guard_lint::source::tree::Found::File(file)) => sources.entries[file as usize].path.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!(find("engine/main.py"), "engine/util.py");
    assert_eq!(find("old/engine/main.py"), "old/engine/util.py");
    assert_eq!(sources.tree.dotted("engine/util.py"), "engine.util");
    assert_eq!(
        sources.tree.dotted("old/engine/util.py"),
        "old.engine.util",
        "names are unique"
    );
    assert!(sources.tree.has_own("old/engine/main.py", "engine/util.py"));
    assert!(!sources.tree.has_own("engine/main.py", "engine/util.py"));
}

#[test]
fn a_package_may_stand_for_another() {
    let alias = "import importlib, sys\nsys.modules[__name__] = importlib.import_module('real.chat')\n";
    let tree = Tree::new(&[
        ("old/__init__.py", ""),
        ("old/chat/__init__.py", alias),
        ("real/__init__.py", ""),
        ("real/chat/__init__.py", ""),
        (
            "real/chat/routes.py",
            &format!("{APP}@router.get('/x')\ndef x(): ...\n"),
        ),
        (
            "main.py",
            "from fastapi import FastAPI\nfrom old.chat.routes import router\napp = FastAPI()\napp.include_router(router)\n",
        ),
    ]);
    assert_eq!(tree.served(), ["app /x"]);
}

#[test]
fn circles_end() {
    let tree = Tree::new(&[
        (
            "a.py",
            &format!("{APP}from b import thing\nfrom c import *\n@thing.get('/x')\ndef x(): return thing.y.z()\n"),
        ),
        ("b.py", "from a import thing\nfrom a import *\n"),
        ("c.py", "from c import *\nfrom a import *\n"),
        (
            "self/__init__.py",
            "import sys, importlib\nsys.modules[__name__] = importlib.import_module('self')\n",
        ),
        (
            "d.py",
            &format!("{APP}import self.x\np = q\nq = p\nA = [*A]\nfor r in A:\n    router.include_router(r)\n"),
        ),
    ]);
    assert_eq!(tree.routes(), Vec::<String>::new());
}

#[test]
fn relative_imports_stay_in_their_folder_whatever_its_name() {
    let tree = Tree::new(&[
        (
            "v1.2/app-x/main.py",
            &format!("{APP}from .store import S\nfrom ..util import u\nfrom ....beyond import z\n"),
        ),
        ("v1.2/app-x/store.py", "S = 1\n"),
        ("v1.2/util.py", "u = 1\n"),
    ]);
    assert_eq!(
        parsed(&tree),
        ["v1.2/app-x/main.py", "v1.2/app-x/store.py", "v1.2/util.py"]
    );
}

#[test]
fn namespace_packages_are_shared_between_folders() {
    let tree = Tree::new(&[
        (
            "one/space/a.py",
            &format!("{APP}from space.a import router\nfrom space.b import x\n"),
        ),
        ("two/space/b.py", "from space.b import x\nx = 1\n"),
    ]);
    assert_eq!(parsed(&tree), ["one/space/a.py", "two/space/b.py"]);
}
