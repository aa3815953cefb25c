//! From dotted module names to files: source roots, packages, and packages that stand for another.

use rustc_hash::{FxHashMap, FxHashSet};

/// The files of a tree as modules.
#[derive(Debug, Default)]
pub struct Tree {
    /// Path without `.py` or `/__init__.py` → file.
    modules: FxHashMap<String, u32>,
    /// Every folder that holds source at any depth.
    folders: FxHashSet<String>,
    /// Folders that hold top-level packages, by evidence, shallowest first.
    roots: Vec<String>,
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

impl Tree {
    /// Builds the tree from the paths of all its files; `evidence` says for a file which of the names of the folders
    /// above it it imports by (`engines` for `engines/chat/routes.py` that says `from engines.common import …`): the
    /// folder above such a folder is a source root.
    pub fn new<'p>(paths: impl Iterator<Item = &'p str>, evidence: impl IntoIterator<Item = String>) -> Self {
        let mut tree = Self::default();
        for (index, path) in paths.enumerate() {
            let stem = path.strip_suffix(".py").unwrap_or(path);
            let key = stem
                .strip_suffix("/__init__")
                .unwrap_or(if stem == "__init__" { "" } else { stem });
            // `a.py` beside `a/__init__.py`: Python takes the package.
            if stem != key || !tree.modules.contains_key(key) {
                tree.modules.insert(key.to_owned(), index as u32);
            }
            let mut folder = path;
            while let Some((parent, _)) = folder.rsplit_once('/') {
                if !tree.folders.insert(parent.to_owned()) {
                    break;
                }
                folder = parent;
            }
        }
        let roots: FxHashSet<String> = evidence.into_iter().chain([String::new()]).collect();
        tree.roots = roots.into_iter().collect();
        tree.roots
            .sort_by_key(|root| (root.matches('/').count() + usize::from(!root.is_empty()), root.clone()));
        tree
    }

    /// Says that the package at this path replaces itself with another module in `sys.modules`.
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

    /// The file or folder that `dotted` names in an import of the file at `importer`, and every package on the way.
    pub fn resolve(&self, dotted: &str, importer: &str, on_the_way: &mut Vec<u32>) -> Option<Found> {
        self.search_path(importer)
            .into_iter()
            .find_map(|root| self.resolve_under(root, dotted, on_the_way, 0))
    }

    /// As [`Self::resolve`], from one source root.
    fn resolve_under(&self, root: &str, dotted: &str, on_the_way: &mut Vec<u32>, hops: u32) -> Option<Found> {
        // A package that replaces itself with itself would go round for ever.
        if dotted.is_empty() || hops > 8 {
            return None;
        }
        let mut path = root.to_owned();
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
                return self.resolve_under(root, &full, on_the_way, hops + 1);
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

    /// The folders that an absolute import of this file is looked up in, first match wins: proven source roots above the
    /// file, nearest first, so that a copy of a tree finds itself; then folders above it that are no package; then the
    /// other roots.
    fn search_path<'t>(&'t self, importer: &'t str) -> Vec<&'t str> {
        let above = |root: &&String| {
            root.is_empty()
                || importer
                    .strip_prefix(root.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        let mut path: Vec<&str> = self.roots.iter().rev().filter(above).map(String::as_str).collect();
        let mut folder = importer;
        while let Some((parent, _)) = folder.rsplit_once('/') {
            if !path.contains(&parent) && !self.modules.contains_key(parent) {
                path.push(parent);
            }
            folder = parent;
        }
        path.extend(self.roots.iter().filter(|root| !above(root)).map(String::as_str));
        path
    }

    /// The module or folder at this path without ending, where its package leads to it.
    pub fn child(&self, path: &str) -> Option<Found> {
        if let Some(target) = self.aliases.get(path) {
            return self.module(target);
        }
        match self.modules.get(path) {
            Some(file) => Some(Found::File(*file)),
            None => self.folders.contains(path).then(|| Found::Namespace(path.to_owned())),
        }
    }

    /// The dotted name of a file: relative to its nearest source root, unless a shallower root has the same name; then
    /// from the scanned root, so that names are unique.
    pub fn dotted(&self, path: &str) -> String {
        let key = module_key(path);
        for root in self.roots.iter().rev() {
            let Some(rest) = strip_root(key, root) else { continue };
            let shadowed = self.roots.iter().any(|other| {
                other != root && other.len() < root.len() && {
                    let other = if other.is_empty() {
                        rest.to_owned()
                    } else {
                        format!("{other}/{rest}")
                    };
                    self.modules.contains_key(&other)
                }
            });
            return if shadowed { key } else { rest }.replace('/', ".");
        }
        key.replace('/', ".")
    }

    /// The file at this path, or else at this path below a source root.
    pub fn file_at(&self, path: &str) -> Option<u32> {
        let key = module_key(path);
        let below = |root: &String| {
            if root.is_empty() {
                key.to_owned()
            } else {
                format!("{root}/{key}")
            }
        };
        self.roots
            .iter()
            .find_map(|root| self.modules.get(&below(root)).copied())
    }

    /// The module with this dotted name, below any source root, shallowest first.
    pub fn module(&self, dotted: &str) -> Option<Found> {
        self.roots
            .iter()
            .find_map(|root| self.resolve_under(root, dotted, &mut Vec::new(), 0))
    }
}

/// The path of a module without `.py` and `/__init__.py`.
pub fn module_key(path: &str) -> &str {
    let stem = path.strip_suffix(".py").unwrap_or(path);
    stem.strip_suffix("/__init__")
        .unwrap_or(if stem == "__init__" { "" } else { stem })
}

fn strip_root<'p>(path: &'p str, root: &str) -> Option<&'p str> {
    if root.is_empty() {
        Some(path)
    } else {
        path.strip_prefix(root)?.strip_prefix('/')
    }
}
