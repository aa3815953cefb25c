//! From dotted module names to files: source roots, packages, and packages that stand for another.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use super::scan::Proof;

/// The files of a tree as modules.
#[derive(Debug, Default)]
pub struct Tree {
    /// Path without `.py` or `/__init__.py` → file.
    modules: FxHashMap<String, u32>,
    /// Every folder that holds source at any depth.
    folders: FxHashSet<String>,
    /// Folders that hold top-level packages, by evidence, shallowest first, with their places in this order.
    roots: Vec<String>,
    root_order: FxHashMap<String, u32>,
    /// Every name that a module or folder has anywhere → the source roots that hold it, in order. Most imports are of
    /// things outside the tree, and end here.
    heads: FxHashMap<String, Vec<u32>>,
    /// Path of a package → dotted name of the module that it replaces itself with.
    aliases: FxHashMap<String, String>,
}

/// Where a dotted name leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// To this file.
    File(u32),
    /// To a folder without `__init__.py`, by its path.
    Namespace(String),
}

/// Packages that stand for each other in a circle end here.
const HOPS: u32 = 8;

impl Tree {
    /// Builds the tree from the paths of all its files and what would prove its source roots:
    /// `engines/chat/routes.py` that says `from engines.common import …` proves the folder above `engines`, where there is
    /// an `engines/common`. A folder that is only called like a package from outside, `server/fastapi`, proves nothing: most
    /// of what is imported by its name is not there.
    pub(super) fn new<'p>(paths: impl Iterator<Item = &'p str>, proofs: impl IntoIterator<Item = Proof>) -> Self {
        let mut tree = Self::default();
        for (index, path) in paths.enumerate() {
            let key = module_key(path);
            // `a.py` beside `a/__init__.py`: Python takes the package.
            if path.ends_with("__init__.py") || !tree.modules.contains_key(key) {
                tree.modules.insert(key.to_owned(), index as u32);
            }
            for folder in folders_above(path) {
                if folder.is_empty() || !tree.folders.insert(folder.to_owned()) {
                    break;
                }
            }
        }
        let mut weights: FxHashMap<String, i32> = FxHashMap::default();
        for proof in proofs {
            let is_there = tree.modules.contains_key(&proof.module) || tree.folders.contains(&proof.module);
            *weights.entry(proof.root).or_default() += if is_there { 1 } else { -1 };
        }
        let proven = weights
            .into_iter()
            .filter(|(_, weight)| *weight > 0)
            .map(|(root, _)| root);
        let roots: FxHashSet<String> = proven.chain([String::new()]).collect();
        tree.roots = roots.into_iter().collect();
        tree.roots
            .sort_by_key(|root| (root.matches('/').count() + usize::from(!root.is_empty()), root.clone()));
        tree.root_order = tree
            .roots
            .iter()
            .enumerate()
            .map(|(order, root)| (root.clone(), order as u32))
            .collect();
        tree.list_heads();
        tree
    }

    fn list_heads(&mut self) {
        let mut heads: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for path in self.modules.keys().chain(&self.folders) {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let holders = match heads.get_mut(name) {
                Some(holders) => holders,
                None => heads.entry(name.to_owned()).or_default(),
            };
            holders.extend(self.root_order.get(folder));
        }
        for holders in heads.values_mut() {
            holders.sort_unstable();
            holders.dedup();
        }
        self.heads = heads;
    }

    /// Says that the package at this path replaces itself with another module in `sys.modules`; whether that is new.
    pub fn alias(&mut self, path: &str, target: String) -> bool {
        self.aliases.insert(module_key(path).to_owned(), target).is_none()
    }

    /// The packages that stand for another: (path of the package, dotted target), sorted.
    pub fn aliases(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<_> = self
            .aliases
            .iter()
            .map(|(path, target)| (path.as_str(), target.as_str()))
            .collect();
        all.sort_unstable();
        all
    }

    /// Whether an absolute import of this name can lead to a file at all.
    pub fn knows(&self, dotted: &str) -> bool {
        self.heads.contains_key(head(dotted))
    }

    /// The file or folder that `dotted` names in an absolute import of the file at `importer`, and every package on the
    /// way.
    ///
    /// It is looked up below proven source roots above the file, nearest first, so that a copy of a tree finds itself;
    /// then below the file's own folder and those above it, unless they are packages or stand in one; then below the
    /// other roots.
    pub fn resolve(&self, dotted: &str, importer: &str, on_the_way: &mut Vec<u32>) -> Option<Found> {
        self.resolve_within(dotted, importer, on_the_way, HOPS)
    }

    fn resolve_within(&self, dotted: &str, importer: &str, on_the_way: &mut Vec<u32>, hops: u32) -> Option<Found> {
        let holders = self.heads.get(head(dotted))?;
        let is_root = |folder: &&str| self.root_order.contains_key(*folder);
        let is_package = |folder: &str| !folder.is_empty() && self.modules.contains_key(folder);
        let own = folders_above(importer).next();
        let is_bare = |folder: &&str| {
            let mut above = folders_above(folder);
            !is_root(folder) && !is_package(folder) && (Some(*folder) == own || !above.any(is_package))
        };
        let above = folders_above(importer)
            .filter(is_root)
            .chain(folders_above(importer).filter(is_bare));
        let others = holders.iter().map(|order| self.roots[*order as usize].as_str());
        for folder in above.chain(others) {
            let before = on_the_way.len();
            let found = self.resolve_below(folder, dotted, on_the_way, hops);
            // The first package of this name is the one: what it lacks is not looked up elsewhere. Only folders without
            // `__init__.py` are shared between roots.
            if found.is_some() || on_the_way.len() > before {
                return found;
            }
        }
        None
    }

    /// As [`Self::resolve`], from one folder: a source root, or where a relative import starts. An empty name is the
    /// folder itself.
    pub fn resolve_from(&self, folder: &str, dotted: &str, on_the_way: &mut Vec<u32>) -> Option<Found> {
        if dotted.is_empty() {
            return self.child(folder);
        }
        self.resolve_below(folder, dotted, on_the_way, HOPS)
    }

    fn resolve_below(&self, folder: &str, dotted: &str, on_the_way: &mut Vec<u32>, hops: u32) -> Option<Found> {
        // A package that replaces itself with itself would go round for ever.
        let hops = hops.checked_sub(1)?;
        let mut path = String::with_capacity(folder.len() + dotted.len() + 1);
        path.push_str(folder);
        let mut rest = dotted;
        loop {
            let (head, tail) = rest.split_once('.').unwrap_or((rest, ""));
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(head);
            let file = self.modules.get(path.as_str()).copied();
            if let Some(target) = self.aliases.get(path.as_str()) {
                on_the_way.extend(file);
                let full = if tail.is_empty() {
                    target.clone()
                } else {
                    format!("{target}.{tail}")
                };
                // The package looks its target up from its own place.
                path.push('/');
                return self.resolve_within(&full, &path, on_the_way, hops);
            }
            if file.is_none() && !self.folders.contains(path.as_str()) {
                // The packages so far stay on the way: one of them may turn out to stand for another.
                return None;
            }
            if tail.is_empty() {
                return Some(file.map_or(Found::Namespace(path), Found::File));
            }
            on_the_way.extend(file);
            rest = tail;
        }
    }

    /// The module or folder that stands at this path itself, whatever its package stands for.
    pub fn plain(&self, path: &str) -> Option<Found> {
        match self.modules.get(path) {
            Some(file) => Some(Found::File(*file)),
            None => self.folders.contains(path).then(|| Found::Namespace(path.to_owned())),
        }
    }

    /// The module that the package at this path puts in its own place.
    pub fn stands_for(&self, path: &str) -> Option<&str> {
        self.aliases.get(module_key(path)).map(String::as_str)
    }

    /// The module or folder at this path without ending, where its package leads to it. The empty path is the scanned
    /// root.
    pub fn child(&self, path: &str) -> Option<Found> {
        if let Some(target) = self.aliases.get(path) {
            return self.resolve(target, &format!("{path}/"), &mut Vec::new());
        }
        match self.modules.get(path) {
            Some(file) => Some(Found::File(*file)),
            None => (path.is_empty() || self.folders.contains(path)).then(|| Found::Namespace(path.to_owned())),
        }
    }

    /// The dotted name of a file: relative to its nearest source root, unless an earlier root has the same name; then
    /// from the scanned root, so that names are unique.
    pub fn dotted(&self, path: &str) -> String {
        let key = module_key(path);
        let (root, rest) = self.split(key);
        let own = self.root_order.get(root).copied().unwrap_or(0);
        let holders = self
            .heads
            .get(rest.split('/').next().unwrap_or(rest))
            .into_iter()
            .flatten();
        let shadowed = holders.take_while(|order| **order < own).any(|order| {
            self.modules
                .contains_key(joined(&self.roots[*order as usize], rest).as_ref())
        });
        if shadowed { key } else { rest }.replace('/', ".")
    }

    /// Whether the copy of the tree that holds the file at `path` has its own version of the module at `of`, so that the
    /// two files do not belong to one program.
    pub fn has_own(&self, path: &str, of: &str) -> bool {
        let (root, (other, rest)) = (self.split(path).0, self.split(module_key(of)));
        root != other && self.modules.contains_key(joined(root, rest).as_ref())
    }

    /// A path as its nearest source root and the rest.
    fn split<'p>(&self, path: &'p str) -> (&'p str, &'p str) {
        let root = folders_above(path)
            .find(|folder| self.root_order.contains_key(*folder))
            .unwrap_or("");
        (root, if root.is_empty() { path } else { &path[root.len() + 1..] })
    }

    /// The file at this path below the shallowest source root that has the path's first folder: where the tree itself has
    /// it, a copy beside the tree does not stand in for what is missing.
    pub fn file_at(&self, path: &str) -> Option<u32> {
        let key = module_key(path);
        let first = key.split('/').next().unwrap_or(key);
        let has_first = |root: &&String| {
            let first = joined(root, first);
            self.folders.contains(first.as_ref()) || self.modules.contains_key(first.as_ref())
        };
        let root = self.roots.iter().find(has_first)?;
        self.modules.get(joined(root, key).as_ref()).copied()
    }

    /// The module with this dotted name, below any source root, shallowest first.
    pub fn module(&self, dotted: &str) -> Option<Found> {
        self.resolve(dotted, "", &mut Vec::new())
    }
}

/// The path of a module without `.py` and `/__init__.py`.
pub fn module_key(path: &str) -> &str {
    let stem = path.strip_suffix(".py").unwrap_or(path);
    stem.strip_suffix("/__init__")
        .unwrap_or(if stem == "__init__" { "" } else { stem })
}

fn joined<'p>(folder: &str, rest: &'p str) -> Cow<'p, str> {
    if folder.is_empty() {
        Cow::Borrowed(rest)
    } else {
        Cow::Owned(format!("{folder}/{rest}"))
    }
}

fn head(dotted: &str) -> &str {
    dotted.split('.').next().unwrap_or(dotted)
}

/// The folders above a path, nearest first; the scanned root, last, is empty.
fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| match path.rsplit_once('/') {
        Some((folder, _)) => Some(folder),
        None => (!path.is_empty()).then_some(""),
    })
    .skip(1)
}
