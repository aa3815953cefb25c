//! What compiles, what does not, and what the compiler says.
//!
//! `TRYBUILD=overwrite cargo test -p guard-macros --test ui` rewrites the outputs; read the difference before you keep it.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}

/// Every mistake has its own output, and no output is left of a case that went.
#[test]
fn every_failure_has_its_output() {
    let sources = names("rs");
    assert_eq!(sources, names("stderr"));
    assert!(sources.len() >= 60, "{}", sources.len());
}

/// Without what cannot be read: the comparison then misses it.
fn names(extension: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/fail");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect()
}
