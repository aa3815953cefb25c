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

/// Walks the tree under `root` in parallel, honouring `.gitignore` and `.ignore` files. Each source file goes to `found` at
/// once, in no order; what could not be read or followed is returned.
///
/// Hidden entries, virtual environments (any folder with a `pyvenv.cfg`) and vendored code are left out, and so are the
/// `exclude` globs of the configuration. Symbolic links are not followed, so that a loop cannot hold the walk and no file
/// is judged twice; each one that would have led to source is listed as unchecked.
pub fn walk(root: &Path, exclude: &[String], found: impl Fn(Entry) + Sync) -> Result<Vec<Unchecked>, ignore::Error> {
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
        let (sender, found) = (sender.clone(), &found);
        Box::new(move |entry| {
            let sorted = entry.map_or_else(|error| Some(Err(unread(root, &error))), |entry| sort(root, &entry));
            match sorted {
                Some(Ok(source)) => found(source),
                Some(Err(reason)) => {
                    // A closed channel cannot happen while the receiver lives; the walk simply goes on.
                    let _ = sender.send(reason);
                }
                None => {}
            }
            WalkState::Continue
        })
    });
    drop(sender);
    Ok(receiver.into_iter().collect())
}

fn is_skipped(entry: &ignore::DirEntry) -> bool {
    let Some(name) = entry.file_name().to_str() else {
        return false;
    };
    entry.file_type().is_some_and(|kind| kind.is_dir())
        && (SKIPPED.contains(&name) || entry.path().join("pyvenv.cfg").is_file() || is_build(name, entry.path()))
}

/// What Cargo builds, which it marks itself. Where nothing ignores it, generated code would be judged.
fn is_build(name: &str, path: &Path) -> bool {
    name == "target" && path.join("CACHEDIR.TAG").is_file()
}

/// A source file, or a link that would lead to source.
fn sort(root: &Path, entry: &ignore::DirEntry) -> Option<Result<Entry, Unchecked>> {
    let kind = entry.file_type()?;
    if kind.is_symlink() {
        let leads_to_source = is_source(entry.path()) || entry.path().is_dir();
        leads_to_source.then(|| {
            Err(Unchecked {
                file: relative(root, entry.path()),
                line: 1,
                reason: "symbolic link, not followed; scan its target instead".to_owned(),
            })
        })
    } else {
        (kind.is_file() && is_source(entry.path())).then(|| {
            let path = relative(root, entry.path());
            if path.contains("{{") || path.contains("{%") {
                return Err(Unchecked {
                    file: path,
                    line: 1,
                    reason: "a template, no source yet; scan what is made of it".to_owned(),
                });
            }
            Ok(Entry {
                path,
                open: entry.path().to_owned(),
            })
        })
    }
}

fn unread(root: &Path, error: &ignore::Error) -> Unchecked {
    Unchecked {
        file: place(root, error),
        line: 1,
        reason: error.to_string(),
    }
}

fn is_source(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "py" || extension == "rs")
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
