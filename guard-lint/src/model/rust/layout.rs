//! Which module each file is: its parents say so, by `mod`.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{ModId, Model};
use crate::report::model::Unchecked;
use crate::source::Sources;
use crate::source::rust::facts::Facts;

/// Where the files of a tree stand in their crates.
#[derive(Default)]
pub(super) struct Layout {
    /// File → the file and inline module that declare it.
    pub(super) parents: FxHashMap<ModId, (ModId, u32)>,
    /// The files that belong to a crate, in path order.
    pub(super) live: Vec<ModId>,
    /// The files that belong to none.
    pub(super) unchecked: Vec<Unchecked>,
}

/// The files by path.
struct Files<'s> {
    parsed: BTreeMap<&'s str, (ModId, &'s Facts)>,
    /// Those that could not be read: what they declare is not known.
    failed: FxHashSet<&'s str>,
}

pub(super) fn layout(model: &Model<'_>) -> Layout {
    let sources = model.sources;
    let parsed = sources.files.iter().enumerate().filter_map(|(index, file)| {
        let facts = file.facts.rust.as_deref()?;
        Some((file.path.as_str(), (ModId(index as u32), facts)))
    });
    let unread = sources.entries.iter().zip(&sources.parsed);
    let unread = unread.filter(|(entry, parsed)| parsed.is_none() && entry.path.ends_with(".rs"));
    let files = Files {
        parsed: parsed.collect(),
        failed: unread.map(|(entry, _)| entry.path.as_str()).collect(),
    };
    let mut layout = Layout::default();
    let mut tests: FxHashSet<ModId> = FxHashSet::default();
    for (path, (file, facts)) in &files.parsed {
        for (child, within, is_test) in files.children(path, facts) {
            if is_test {
                tests.insert(child);
            } else if child != *file {
                layout.parents.entry(child).or_insert((*file, within));
            }
        }
    }
    let mut targets = Targets::new(model.sources);
    for (path, (file, _)) in &files.parsed {
        let mut above = *file;
        let mut hops = 0;
        let mut is_test = tests.contains(&above) && !layout.parents.contains_key(&above);
        while let Some((parent, _)) = layout.parents.get(&above) {
            above = *parent;
            is_test |= tests.contains(&above) && !layout.parents.contains_key(&above);
            hops += 1;
            if hops > files.parsed.len() {
                break;
            }
        }
        if is_test {
            continue;
        }
        let above = model.file(above).path.as_str();
        if files.is_root(above) || targets.has(above) {
            layout.live.push(*file);
        } else {
            layout.unchecked.push(Unchecked {
                file: (*path).to_owned(),
                line: 1,
                reason: "no `mod` declares it, so it is part of no crate".to_owned(),
            });
        }
    }
    files.adopt(&mut layout);
    layout
}

/// The files that manifests name: `[[bin]] path = "src/server.rs"`. They are read only for a file that nothing else explains.
struct Targets<'s> {
    sources: &'s Sources,
    /// By the folder of the manifest.
    known: FxHashMap<String, Option<Vec<String>>>,
}

impl<'s> Targets<'s> {
    fn new(sources: &'s Sources) -> Self {
        Self {
            sources,
            known: FxHashMap::default(),
        }
    }

    /// Whether the nearest manifest above a file names it.
    fn has(&mut self, path: &str) -> bool {
        let Some(entry) = self.sources.entries.iter().find(|entry| entry.path == path) else {
            return false;
        };
        let mut folder = path;
        for open in entry.open.ancestors().skip(1) {
            folder = split(folder).0;
            let named = self
                .known
                .entry(folder.to_owned())
                .or_insert_with(|| named_in(open, folder));
            match named {
                Some(named) => return named.iter().any(|named| named == path),
                None if folder.is_empty() => return false,
                None => {}
            }
        }
        false
    }
}

/// The files that the manifest of a folder names, if there is one.
fn named_in(open: &Path, folder: &str) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(open.join("Cargo.toml")).ok()?;
    let table: toml::Table = text.parse().ok()?;
    let many = ["bin", "example"]
        .into_iter()
        .filter_map(|kind| table.get(kind)?.as_array());
    let targets = many.flatten().chain(table.get("lib"));
    let paths = targets.filter_map(|target| target.get("path")?.as_str());
    Some(paths.map(|path| normal(&join(folder, path))).collect())
}

impl Files<'_> {
    /// The files that a file's `mod` declarations lead to.
    fn children(&self, path: &str, facts: &Facts) -> Vec<(ModId, u32, bool)> {
        let (folder, stem) = split(path);
        let mut found = Vec::new();
        for declared in facts.modules.iter().filter(|declared| declared.inline.is_none()) {
            let inner = inline_path(facts, declared.within);
            let own = if is_special(stem) {
                folder.to_owned()
            } else {
                join(folder, stem)
            };
            let candidates: Vec<String> = if let Some(given) = &declared.path {
                let base = if inner.is_empty() {
                    folder.to_owned()
                } else {
                    join(&own, &inner)
                };
                vec![normal(&join(&base, given))]
            } else {
                // A root with a name of its own has its modules beside it.
                [own.as_str(), folder]
                    .into_iter()
                    .flat_map(|base| {
                        let base = join(&join(base, &inner), &declared.name);
                        [format!("{base}.rs"), format!("{base}/mod.rs")]
                    })
                    .collect()
            };
            let file = candidates.iter().find_map(|path| self.parsed.get(path.as_str()));
            found.extend(file.map(|(file, _)| (*file, declared.within, declared.is_test)));
        }
        found
    }

    /// Whether a file that nobody declares begins a crate, or may do so because what would declare it cannot be read.
    fn is_root(&self, path: &str) -> bool {
        let (folder, stem) = split(path);
        let last = folder.rsplit('/').next().unwrap_or(folder);
        if matches!(stem, "lib" | "main" | "build") || matches!(last, "bin" | "examples") {
            return true;
        }
        let above = self.above(path);
        let known = above.iter().any(|above| self.parsed.contains_key(above.as_str()));
        let unread = above.iter().any(|above| self.failed.contains(above.as_str()));
        !known || unread
    }

    /// The files that could declare one.
    fn above(&self, path: &str) -> Vec<String> {
        let (folder, stem) = split(path);
        let folder = if stem == "mod" { split(folder).0 } else { folder };
        let mut above: Vec<String> = ["mod.rs", "lib.rs", "main.rs"]
            .iter()
            .map(|name| join(folder, name))
            .collect();
        if !folder.is_empty() {
            above.push(format!("{folder}.rs"));
        }
        above.retain(|above| above != path);
        above
    }

    /// Gives a root that lost its parent to a syntax error the nearest root of its folder as one, so that its paths still
    /// lead somewhere.
    fn adopt(&self, layout: &mut Layout) {
        let roots: Vec<(&str, ModId)> = self
            .parsed
            .iter()
            .filter(|(path, _)| is_special(split(path).1))
            .map(|(path, (file, _))| (*path, *file))
            .collect();
        for (path, (file, _)) in &self.parsed {
            if layout.parents.contains_key(file) || is_special(split(path).1) {
                continue;
            }
            let lost = self
                .above(path)
                .iter()
                .any(|above| self.failed.contains(above.as_str()));
            let (folder, _) = split(path);
            let nearest = roots
                .iter()
                .filter(|(root, _)| split(root).0 == folder || folder.starts_with(&format!("{}/", split(root).0)))
                .max_by_key(|(root, _)| split(root).0.len());
            if let Some((_, root)) = nearest.filter(|_| lost) {
                layout.parents.insert(*file, (*root, 0));
            }
        }
    }
}

/// The names of the inline modules from the file down to this one, as a path.
fn inline_path(facts: &Facts, within: u32) -> String {
    let mut names: Vec<&str> = Vec::new();
    let mut at = within;
    while at != 0 {
        let Some(declared) = facts.modules.iter().find(|declared| declared.inline == Some(at)) else {
            break;
        };
        names.push(&declared.name);
        at = declared.within;
    }
    names.reverse();
    names.join("/")
}

fn is_special(stem: &str) -> bool {
    matches!(stem, "mod" | "lib" | "main")
}

/// A path as its folder and its name without `.rs`.
pub(super) fn split(path: &str) -> (&str, &str) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    (folder, name.strip_suffix(".rs").unwrap_or(name))
}

fn join(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

/// A path without `.` and `..`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
