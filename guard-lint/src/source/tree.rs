//! From dotted module names to files: source roots, packages, and packages that stand for another.

use rustc_hash::{FxHashMap, FxHashSet};

use super::scan::Proof;

/// The files of a tree as modules.
#[derive(Debug)]
pub struct Tree {
    /// Folders and modules, each known to the one that holds it; the scanned root is the first.
    nodes: Vec<Node>,
    /// Folders that hold top-level packages, by evidence, shallowest first.
    roots: Vec<u32>,
    /// Every name that a module or folder has anywhere → the places in `roots` of those that hold it, in order. Most
    /// imports are of things outside the tree, and end here.
    heads: FxHashMap<Box<str>, Vec<u32>>,
}

/// A folder that holds source at any depth, or a module, or both: a package.
#[derive(Debug, Default)]
struct Node {
    /// Its path, without `.py`.
    path: Box<str>,
    /// What it stands in; the scanned root stands in itself.
    parent: u32,
    children: FxHashMap<Box<str>, u32>,
    /// Its file, `__init__.py` for a folder.
    file: Option<u32>,
    /// The dotted name of the module that it replaces itself with.
    alias: Option<String>,
    /// Its place among the source roots.
    root: Option<u32>,
}

impl Node {
    fn found(&self) -> Found {
        self.file
            .map_or_else(|| Found::Namespace(self.path.as_ref().to_owned()), Found::File)
    }
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
        let mut tree = Self {
            nodes: vec![Node::default()],
            roots: Vec::new(),
            heads: FxHashMap::default(),
        };
        for (index, path) in paths.enumerate() {
            let node = tree.make(module_key(path));
            let file = &mut tree.nodes[node as usize].file;
            // `a.py` beside `a/__init__.py`: Python takes the package.
            if path.ends_with("__init__.py") || file.is_none() {
                *file = Some(index as u32);
            }
        }
        let mut weights: FxHashMap<String, i32> = FxHashMap::default();
        for proof in proofs {
            let is_there = tree.at(&proof.module).is_some();
            *weights.entry(proof.root).or_default() += if is_there { 1 } else { -1 };
        }
        let proven = weights.iter().filter(|(_, weight)| **weight > 0);
        let roots: FxHashSet<u32> = proven.filter_map(|(root, _)| tree.at(root)).chain([0]).collect();
        tree.roots = roots.into_iter().collect();
        let nodes = &tree.nodes;
        tree.roots.sort_by_key(|root| {
            let path = &nodes[*root as usize].path;
            (path.matches('/').count() + usize::from(!path.is_empty()), path)
        });
        for (order, root) in tree.roots.iter().enumerate() {
            tree.nodes[*root as usize].root = Some(order as u32);
        }
        tree.list_heads();
        tree
    }

    /// The node at a path, made with those above it where it is new.
    fn make(&mut self, path: &str) -> u32 {
        let mut at = 0;
        for (start, name) in parts(path) {
            let next = self.nodes.len() as u32;
            let node = &mut self.nodes[at as usize];
            at = match node.children.get(name) {
                Some(known) => *known,
                None => {
                    node.children.insert(name.into(), next);
                    self.nodes.push(Node {
                        path: path[..start + name.len()].into(),
                        parent: at,
                        ..Node::default()
                    });
                    next
                }
            };
        }
        at
    }

    fn list_heads(&mut self) {
        for node in &self.nodes {
            for name in node.children.keys() {
                let holders = match self.heads.get_mut(name) {
                    Some(holders) => holders,
                    None => self.heads.entry(name.clone()).or_default(),
                };
                holders.extend(node.root);
            }
        }
        self.heads.values_mut().for_each(|holders| holders.sort_unstable());
    }

    fn node(&self, node: u32) -> &Node {
        &self.nodes[node as usize]
    }

    /// What stands at a path.
    fn at(&self, path: &str) -> Option<u32> {
        self.below(0, path)
    }

    /// What stands at a path below a folder.
    fn below(&self, folder: u32, path: &str) -> Option<u32> {
        parts(path).try_fold(folder, |at, (_, name)| self.node(at).children.get(name).copied())
    }

    /// The folders and packages from one up to the scanned root.
    fn up(&self, from: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(from), |at| (*at != 0).then(|| self.node(*at).parent))
    }

    /// Says that the package at this path replaces itself with another module in `sys.modules`; whether that is new.
    pub fn alias(&mut self, path: &str, target: String) -> bool {
        let node = self.at(module_key(path));
        node.is_some_and(|node| self.nodes[node as usize].alias.replace(target).is_none())
    }

    /// The packages that stand for another: (path of the package, dotted target), sorted.
    pub fn aliases(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<(&str, &str)> = self
            .nodes
            .iter()
            .filter_map(|node| Some((&*node.path, node.alias.as_deref()?)))
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
        if !self.knows(dotted) {
            return None;
        }
        // A file that is nowhere stands in the nearest folder that is there.
        let folder = importer.rsplit_once('/').map_or("", |(folder, _)| folder);
        let above = parts(folder).try_fold(0, |at, (_, name)| self.node(at).children.get(name).copied().ok_or(at));
        let from = match (importer, above) {
            ("", _) => None,
            (_, Ok(own)) => Some((own, Some(own))),
            (_, Err(nearest)) => Some((nearest, None)),
        };
        self.resolve_within(dotted, from, on_the_way, HOPS)
    }

    /// `from` is the nearest folder above the importer, and whether it is its own.
    fn resolve_within(
        &self,
        dotted: &str,
        from: Option<(u32, Option<u32>)>,
        on_the_way: &mut Vec<u32>,
        hops: u32,
    ) -> Option<Found> {
        let head = head(dotted);
        let holders = self.heads.get(head)?;
        let is_package = |folder: u32| folder != 0 && self.node(folder).file.is_some();
        let is_root = |folder: &u32| self.node(*folder).root.is_some();
        let above = || from.into_iter().flat_map(|(nearest, _)| self.up(nearest));
        let is_bare = |folder: &u32| {
            let own = from.and_then(|(_, own)| own);
            !is_root(folder)
                && !is_package(*folder)
                && (Some(*folder) == own || !self.up(*folder).skip(1).any(is_package))
        };
        let others = holders.iter().map(|order| self.roots[*order as usize]);
        let folders = above().filter(is_root).chain(above().filter(is_bare)).chain(others);
        for folder in folders.filter(|folder| self.node(*folder).children.contains_key(head)) {
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
        self.resolve_below(self.at(folder)?, dotted, on_the_way, HOPS)
    }

    fn resolve_below(&self, folder: u32, dotted: &str, on_the_way: &mut Vec<u32>, hops: u32) -> Option<Found> {
        // A package that replaces itself with itself would go round for ever.
        let hops = hops.checked_sub(1)?;
        let (mut at, mut rest) = (folder, dotted);
        loop {
            let head = head(rest);
            let tail = rest.get(head.len() + 1..).unwrap_or("");
            // The packages so far stay on the way: one of them may turn out to stand for another.
            at = *self.node(at).children.get(head)?;
            let node = self.node(at);
            if let Some(target) = &node.alias {
                on_the_way.extend(node.file);
                // The package looks its target up from its own place.
                let from = Some((at, Some(at)));
                return if tail.is_empty() {
                    self.resolve_within(target, from, on_the_way, hops)
                } else {
                    self.resolve_within(&format!("{target}.{tail}"), from, on_the_way, hops)
                };
            }
            if tail.is_empty() {
                return Some(node.found());
            }
            on_the_way.extend(node.file);
            rest = tail;
        }
    }

    /// The module or folder that stands at this path itself, whatever its package stands for.
    pub fn plain(&self, path: &str) -> Option<Found> {
        self.at(path).map(|node| self.node(node).found())
    }

    /// The module that the package at this path puts in its own place.
    pub fn stands_for(&self, path: &str) -> Option<&str> {
        self.node(self.at(module_key(path))?).alias.as_deref()
    }

    /// The module or folder at this path without ending, where its package leads to it. The empty path is the scanned
    /// root.
    pub fn child(&self, path: &str) -> Option<Found> {
        let at = self.at(path)?;
        let node = self.node(at);
        match &node.alias {
            Some(target) => self.resolve_within(target, Some((at, Some(at))), &mut Vec::new(), HOPS),
            None => Some(node.found()),
        }
    }

    /// The dotted name of a file: relative to its nearest source root, unless an earlier root has the same name; then
    /// from the scanned root, so that names are unique.
    pub fn dotted(&self, path: &str) -> String {
        let key = module_key(path);
        let (root, rest) = self.split(key);
        let own = self.node(root).root.unwrap_or(0);
        let holders = self.heads.get(parts(rest).next().map_or(rest, |(_, name)| name));
        let mut before = holders.into_iter().flatten().take_while(|order| **order < own);
        let shadowed = before.any(|order| self.is_module(self.roots[*order as usize], rest));
        if shadowed { key } else { rest }.replace('/', ".")
    }

    /// Whether the copy of the tree that holds the file at `path` has its own version of the module at `of`, so that the
    /// two files do not belong to one program.
    pub fn has_own(&self, path: &str, of: &str) -> bool {
        let (root, (other, rest)) = (self.split(path).0, self.split(module_key(of)));
        root != other && self.is_module(root, rest)
    }

    fn is_module(&self, folder: u32, path: &str) -> bool {
        self.below(folder, path)
            .is_some_and(|node| self.node(node).file.is_some())
    }

    /// The nearest source root above a path, and the rest of the path.
    fn split<'p>(&self, path: &'p str) -> (u32, &'p str) {
        let (mut at, mut nearest) = (0, (0, path));
        for (start, name) in parts(path) {
            if start > 0 && self.node(at).root.is_some() {
                nearest = (at, &path[start..]);
            }
            let Some(next) = self.node(at).children.get(name) else {
                break;
            };
            at = *next;
        }
        nearest
    }

    /// The file at this path below the shallowest source root that has the path's first folder: where the tree itself has
    /// it, a copy beside the tree does not stand in for what is missing.
    pub fn file_at(&self, path: &str) -> Option<u32> {
        let key = module_key(path);
        let first = key.split('/').next().unwrap_or(key);
        let root = self.roots.iter().find(|root| self.below(**root, first).is_some())?;
        self.node(self.below(*root, key)?).file
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

fn head(dotted: &str) -> &str {
    let end = memchr::memchr(b'.', dotted.as_bytes());
    &dotted[..end.unwrap_or(dotted.len())]
}

/// The names of a path, each with where it begins; the scanned root's has none.
fn parts(path: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = path.get(start..).filter(|_| !path.is_empty())?;
        let name = &rest[..memchr::memchr(b'/', rest.as_bytes()).unwrap_or(rest.len())];
        let at = start;
        start += name.len() + 1;
        Some((at, name))
    })
}
