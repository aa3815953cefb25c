//! Which modules cannot be imported, and through which imports.
//!
//! Only what is certain counts: an import that always runs when the module is loaded, of a module of the program's own that
//! is nowhere, of a symbol that its module never binds, of one that a circle of imports asks for too early, or of a file
//! that is no Python.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::cycles::{self, Broken};
use super::resolve::Entity;
use super::types::each_statement;
use super::words::STANDARD;
use super::{ModId, Model, Place, binders};
use crate::source::facts::{Expr, Import, Name, Span, Stmt};
use crate::source::imports::start;
use crate::source::tree::Found;
use crate::spread;

/// Why a module cannot be imported.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What is wrong, at the end of the chain.
    pub what: String,
    /// Where it is wrong.
    pub place: Place,
    /// The imports that lead there, the module's own first, each with the module that it loads.
    pub chain: Vec<(Place, ModId)>,
}

/// What loading one module does.
#[derive(Default)]
pub(super) struct Loads {
    /// The first import that cannot succeed, or where the file stops to be Python.
    pub(super) fault: Option<(Place, String)>,
    /// What it loads before that.
    pub(super) modules: Vec<(Place, ModId)>,
    /// What it loads under a condition.
    pub(super) perhaps: Vec<(Place, ModId)>,
}

impl Model<'_> {
    /// For each of these modules that cannot be imported: why.
    pub fn failures(&self, modules: &[ModId]) -> FxHashMap<ModId, Failure> {
        let all: Vec<ModId> = (0..self.sources.files.len() as u32).map(ModId).collect();
        let loads = spread::over(self, &all, |model, module| model.loads(module));
        let broken = cycles::find(self, &loads);
        if broken.0.is_empty() && loads.iter().all(|loads| loads.fault.is_none()) {
            return FxHashMap::default();
        }
        let failing = modules
            .iter()
            .filter_map(|module| Some((*module, failure(&loads, &broken, *module)?)));
        failing.collect()
    }

    fn loads(&self, module: ModId) -> Loads {
        let mut loads = Loads::default();
        if let Some((span, message)) = self.file(module).facts.errors.first() {
            let what = format!("`{}` is no Python: {message}", self.dotted[module.0 as usize]);
            loads.fault = Some((Place { module, span: *span }, what));
            return loads;
        }
        for import in run_at_import(self, &self.file(module).facts.body) {
            let place = Place {
                module,
                span: import.span,
            };
            for (name, _) in &import.names {
                if let Some(what) = self.import_fault(module, import, *name) {
                    loads.fault = Some((place, what));
                    return loads;
                }
                self.loaded(module, import, *name, |target| loads.modules.push((place, target)));
            }
        }
        self.perhaps(module, &mut loads);
        loads
    }

    /// What a module loads under a condition, or where what goes wrong is caught.
    fn perhaps(&self, module: ModId, loads: &mut Loads) {
        let body = &self.file(module).facts.body;
        let known: Vec<Span> = run_at_import(self, body).iter().map(|import| import.span).collect();
        let mut visit = |import: &Import| {
            if known.contains(&import.span) {
                return;
            }
            let place = Place {
                module,
                span: import.span,
            };
            for (name, _) in &import.names {
                self.loaded(module, import, *name, |target| loads.perhaps.push((place, target)));
            }
        };
        for statement in body {
            let conditional = match statement {
                Stmt::Import(_) => continue,
                // What is only for type checkers never runs.
                Stmt::If(branch) if is_type_checking(self, &branch.test) => &branch.otherwise,
                other => std::slice::from_ref(other),
            };
            each_statement(conditional, &mut |statement| {
                if let Stmt::Import(import) = statement {
                    visit(import);
                }
            });
        }
    }

    /// Whether a module binds names in ways that are not read: by stars, by `globals()`, by a `__getattr__`.
    pub(super) fn binds_openly(&self, module: ModId) -> bool {
        let file = self.file(module);
        let open = ["globals()", "exec(", "vars()", "locals()", "setattr("];
        open.iter().any(|open| file.text.contains(open)) || self.has_function(module, "__getattr__")
    }

    /// Whether any module sets an attribute of this name on something as it is loaded.
    pub(super) fn is_set_at_import(&self, name: Name) -> bool {
        self.sources.files.iter().any(|file| {
            let mut found = false;
            binders::each_attribute(&file.facts.body, &mut |set| found |= set == name);
            found
        })
    }

    /// Every module that one name of an import loads: the packages on the way, the module, and a submodule of that name.
    pub(super) fn loaded(&self, module: ModId, import: &Import, name: Name, mut load: impl FnMut(ModId)) {
        let path = &self.file(module).path;
        let tree = &self.sources.tree;
        let text = self.text(name);
        let (mut entries, dotted) = (Vec::new(), import.module.map_or(text, |module| self.text(module)));
        let found = match import.level {
            0 => tree.resolve(dotted, path, &mut entries),
            level => start(level, path).and_then(|folder| tree.resolve_from(folder, dotted, &mut entries)),
        };
        let file = |found: Option<Found>| match found {
            Some(Found::File(entry)) => Some(entry),
            _ => None,
        };
        entries.extend(file(found));
        for entry in entries {
            if let Some(parsed) = self.sources.parsed[entry as usize] {
                load(ModId(parsed));
            }
        }
        if import.module.is_some()
            && let Some(Entity::Module(target)) = self.imported(module, import, name, None)
        {
            load(target);
        }
    }

    /// Why one name of an import statement can never be imported.
    pub fn import_fault(&self, module: ModId, import: &Import, name: Name) -> Option<String> {
        let text = self.text(name);
        let Some(from) = import.module else {
            return self.module_fault(module, 0, text);
        };
        let dotted = self.text(from);
        if let Some(fault) = self.module_fault(module, import.level, dotted) {
            return Some(fault);
        }
        if text == "*" {
            return None;
        }
        match self.source(module, import)? {
            Entity::Module(source) if self.member(Entity::Module(source), name).is_none() => {
                let fault = || format!("`{}` does not define `{text}`", self.dotted[source.0 as usize]);
                self.is_no_symbol(source, name).then(fault)
            }
            Entity::Namespace(path) => {
                let child = format!("{}/{text}", self.text(path));
                let missing = self.sources.tree.child(&child).is_none() && self.is_own(module, self.text(path));
                (missing && !self.is_on_disk(&child)).then(|| format!("`{}` has no module `{text}`", self.text(path)))
            }
            _ => None,
        }
    }

    /// Why a module of the program's own cannot be found.
    fn module_fault(&self, module: ModId, level: u32, dotted: &str) -> Option<String> {
        let path = &self.file(module).path;
        let tree = &self.sources.tree;
        let fault = |key: &str| (!self.is_on_disk(key)).then(|| format!("there is no module `{dotted}`"));
        if level > 0 {
            let folder = start(level, path)?;
            if dotted.is_empty() || tree.resolve_from(folder, dotted, &mut Vec::new()).is_some() {
                return None;
            }
            return fault(&format!("{folder}/{}", dotted.replace('.', "/")));
        }
        if !tree.knows(dotted) || tree.resolve(dotted, path, &mut Vec::new()).is_some() {
            return None;
        }
        let (head, rest) = dotted.split_once('.')?;
        if STANDARD.contains(&head) {
            return None;
        }
        let folder = match tree.resolve(head, path, &mut Vec::new())? {
            Found::File(entry) => self.sources.entries[entry as usize]
                .path
                .strip_suffix("/__init__.py")?
                .to_owned(),
            Found::Namespace(folder) => folder,
        };
        // A package from outside may have the name of a folder here: only what lies in the package itself is sure of it.
        if !self.is_own(module, &folder) || self.extends_its_path(&folder, rest) {
            return None;
        }
        fault(&format!("{folder}/{}", rest.replace('.', "/")))
    }

    fn is_own(&self, module: ModId, folder: &str) -> bool {
        self.file(module)
            .path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether a package on the way looks for its modules elsewhere too.
    fn extends_its_path(&self, folder: &str, rest: &str) -> bool {
        let mut path = folder.to_owned();
        let mut parts = rest.split('.');
        loop {
            if let Some(Found::File(entry)) = self.sources.tree.plain(&path)
                && self.sources.parsed[entry as usize]
                    .is_none_or(|parsed| self.sources.files[parsed as usize].text.contains("__path__"))
            {
                return true;
            }
            let Some(part) = parts.next() else { return false };
            path = format!("{path}/{part}");
        }
    }
}

/// The shortest way from a module to a fault.
fn failure(loads: &[Loads], broken: &(Vec<Vec<Broken>>, FxHashMap<ModId, usize>), module: ModId) -> Option<Failure> {
    let mut came: FxHashMap<ModId, Option<(Place, ModId)>> = FxHashMap::default();
    came.insert(module, None);
    let mut next = VecDeque::from([module]);
    while let Some(current) = next.pop_front() {
        let loads = &loads[current.0 as usize];
        if let Some((place, what)) = &loads.fault {
            return Some(Failure {
                what: what.clone(),
                place: *place,
                chain: way(&came, current),
            });
        }
        if let Some(circle) = broken.1.get(&current) {
            // Whichever of its modules comes first, the circle fails; the way from here says it best.
            let ways = &broken.0[*circle];
            let from_here = ways.iter().find(|way| way.entry == current);
            let mut chain = from_here.map_or_else(Vec::new, |_| way(&came, current));
            let circle = from_here.or(ways.first())?;
            chain.extend(&circle.chain);
            return Some(Failure {
                what: circle.what.clone(),
                place: circle.place,
                chain,
            });
        }
        for (place, target) in &loads.modules {
            came.entry(*target).or_insert_with(|| {
                next.push_back(*target);
                Some((*place, current))
            });
        }
    }
    None
}

/// The imports that led to a module.
fn way(came: &FxHashMap<ModId, Option<(Place, ModId)>>, to: ModId) -> Vec<(Place, ModId)> {
    let (mut chain, mut at) = (Vec::new(), to);
    while let Some(Some((place, from))) = came.get(&at) {
        chain.push((*place, at));
        at = *from;
    }
    chain.reverse();
    chain
}

/// The imports that always run when a module is loaded, and that nothing catches.
fn run_at_import<'b>(model: &Model<'_>, body: &'b [Stmt]) -> Vec<&'b Import> {
    let mut found = Vec::new();
    for statement in body {
        match statement {
            Stmt::Import(import) => found.push(&**import),
            Stmt::Try(attempt) if attempt.handlers.is_empty() => found.extend(run_at_import(model, &attempt.body)),
            // `if TYPE_CHECKING: … else: …`; which branch of another condition runs is not known.
            Stmt::If(branch) if is_type_checking(model, &branch.test) => {
                found.extend(run_at_import(model, &branch.otherwise));
            }
            // What stands behind it may never run.
            Stmt::Raise(..) => break,
            _ => {}
        }
    }
    found
}

pub(super) fn is_type_checking(model: &Model<'_>, test: &Expr) -> bool {
    match test {
        Expr::Name(name, _) => model.text(*name) == "TYPE_CHECKING",
        Expr::Attr(attr) => model.text(attr.name) == "TYPE_CHECKING",
        _ => false,
    }
}
