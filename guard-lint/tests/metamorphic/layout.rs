//! Where the text stands.

use crate::common::Scratch;
use crate::{BOTH, COMPLIANT, VIOLATING, VIOLATING_TEXT, cut, fingerprints, replace, same_findings, tree, verdicts};

#[test]
fn comments_docstrings_and_blank_lines() {
    same_findings(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let text = text.replace(
                    "\n@router",
                    "\n# raise HTTPException(400, \"in a comment\")\n\n\n@router",
                );
                let text = text.replace(
                    "):\n    ",
                    "):\n    \"\"\"Raises HTTPException(404) without identity.\"\"\"\n\n    # next\n    ",
                );
                format!("\n\n# -*- coding: utf-8 -*-\n{text}\n\n# error_response\n")
            });
        }
    });
}

#[test]
fn line_ends() {
    same_findings(|tree| {
        for path in [
            COMPLIANT,
            VIOLATING,
            "engines/common/identity.py",
            "engines/common/error_envelope.py",
        ] {
            tree.edit(path, |text| text.replace('\n', "\r\n"));
        }
    });
    same_findings(|tree| {
        for path in BOTH {
            tree.edit(path, |text| format!("\u{feff}{}", text.trim_end()));
        }
    });
}

#[test]
fn spaces_and_broken_lines() {
    same_findings(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let text = text.replace("    ", "\t").replace("(ctx, ", "(\n\t\tctx,\n\t\t");
                text.replace("Depends(", "Depends( ")
                    .replace("return ", "return \\\n\t\t")
            });
        }
    });
}

#[test]
fn the_order_of_functions() {
    same_findings(|tree| {
        for path in BOTH {
            let helper = cut(tree, path, "def find(");
            let other = cut(tree, path, "def ask(");
            tree.edit(path, |text| format!("{}\n\n\n{other}\n\n{helper}", text.trim_end()));
        }
    });
    same_findings(|tree| {
        let route = cut(tree, VIOLATING, "@router.delete(");
        tree.edit(VIOLATING, |text| {
            text.replacen("def find(", &format!("{route}\n\ndef find("), 1)
        });
    });
}

#[test]
fn the_order_of_imports() {
    same_findings(|tree| {
        for path in BOTH {
            let gate = "from engines.nexus.hardening.gate_chain import get_gate_chain\n";
            replace(tree, path, gate, "");
            tree.edit(path, |text| {
                text.replacen("from fastapi", &format!("{gate}from fastapi"), 1)
            });
        }
    });
}

#[test]
fn a_tree_that_stands_deeper() {
    let before = tree().report();
    let deeper = Scratch::new();
    let shallow = tree();
    std::fs::create_dir_all(deeper.root().join("backend/src")).unwrap();
    std::fs::rename(
        shallow.root().join("engines"),
        deeper.root().join("backend/src/engines"),
    )
    .unwrap();
    let after = deeper.report();
    assert_eq!(verdicts(&before), verdicts(&after));
    assert_eq!(fingerprints(&before), fingerprints(&after));
}

#[test]
fn neighbours_change_nothing() {
    same_findings(|tree| {
        tree.write(
            "engines/shop/other.py",
            "from fastapi import HTTPException\n\n\ndef find():\n    raise HTTPException(418)\n",
        );
        tree.write("engines/shop/tests/test_wrong.py", VIOLATING_TEXT);
        tree.write("notes/engines.md", "# APIRouter\n");
    });
}
