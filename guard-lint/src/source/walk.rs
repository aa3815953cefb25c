//! Which files of a tree are read.

use std::path::{Path, PathBuf};

use ignore::{WalkBuilder, WalkState};

use crate::report::model::Unchecked;

/// A file of the tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Relative to the root, `/`-separated.
    pub path: String,
    /// Where to open it.
    pub open: PathBuf,
}

/// What a walk found, sorted by path.
#[derive(Debug, Default)]
pub struct Walked {
    /// The source files.
    pub files: Vec<Entry>,
    /// Links that were not followed and entries that could not be read.
    pub unchecked: Vec<Unchecked>,
}

/// Folders that never hold the project's own source. A package may well be called `build` or `target`: what a build makes
/// is for `.gitignore` to say.
const SKIPPED: [&str; 10] = [
    "__pycache__",
    "node_modules",
    "site-packages",
    "venv",
    "virtualenv",
    "vendor",
    "vendored",
    "_vendor",
    "third_party",
    "thirdparty",
];

/// Walks the tree under `root`, honouring `.gitignore` and `.ignore` files, in parallel.
///
/// Hidden entries, virtual environments (any folder with a `pyvenv.cfg`) and vendored code are left out, and so are the
/// `exclude` globs of the configuration. Symbolic links are not followed, so that a loop cannot hold the walk and no file
/// is judged twice; each one that would have led to source is listed as unchecked.
pub fn walk(root: &Path, exclude: &[String]) -> Result<Walked, ignore::Error> {
    let mut overrides = ignore::overrides::OverrideBuilder::new(root);
    for glob in exclude {
        overrides.add(&format!("!{glob}"))?;
    }
    let walker = WalkBuilder::new(root)
        .overrides(overrides.build()?)
        .require_git(false)
        .parents(true)
        .follow_links(false)
        .filter_entry(|entry| !(entry.depth() > 0 && is_skipped(entry)))
        .threads(rayon::current_num_threads())
        .build_parallel();
    let (sender, receiver) = std::sync::mpsc::channel();
    walker.run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            // A closed channel cannot happen while the receiver lives; the walk simply goes on.
            let _ = sender.send(entry);
            WalkState::Continue
        })
    });
    drop(sender);
    let mut walked = Walked::default();
    for entry in receiver {
        match entry {
            Ok(entry) => keep(root, &entry, &mut walked),
            Err(error) => walked.unchecked.push(Unchecked {
                file: place(root, &error),
                line: 1,
                reason: error.to_string(),
            }),
        }
    }
    walked.files.sort();
    walked.unchecked.sort();
    Ok(walked)
}

fn is_skipped(entry: &ignore::DirEntry) -> bool {
    let Some(name) = entry.file_name().to_str() else {
        return false;
    };
    entry.file_type().is_some_and(|kind| kind.is_dir())
        && (SKIPPED.contains(&name) || entry.path().join("pyvenv.cfg").is_file())
}

fn keep(root: &Path, entry: &ignore::DirEntry, walked: &mut Walked) {
    let Some(kind) = entry.file_type() else { return };
    if kind.is_symlink() {
        let leads_to_source = is_source(entry.path()) || entry.path().is_dir();
        if leads_to_source {
            let reason = "symbolic link, not followed; scan its target instead".to_owned();
            walked.unchecked.push(Unchecked {
                file: relative(root, entry.path()),
                line: 1,
                reason,
            });
        }
    } else if kind.is_file() && is_source(entry.path()) {
        walked.files.push(Entry {
            path: relative(root, entry.path()),
            open: entry.path().to_owned(),
        });
    }
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

fn place(root: &Path, error: &ignore::Error) -> String {
    match error {
        ignore::Error::WithPath { path, .. } => relative(root, path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place(root, err),
        ignore::Error::Loop { child, .. } => relative(root, child),
        _ => ".".to_owned(),
    }
}

/// Whether a file is a test by the conventions of pytest and unittest: its own name, or a folder above it.
pub fn is_test(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.strip_suffix(".py").unwrap_or(name);
    stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem == "conftest"
        || folders.split('/').any(|folder| matches!(folder, "tests" | "test"))
}
