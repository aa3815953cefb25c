//! Circles of imports that break: a name that is asked of a module which is still being loaded, before it is bound.
//!
//! Most circles work: by the time a name is asked for it is there, or it is asked for inside a function. So the loading is
//! played through, statement by statement as Python does it, in every order in which the program can come to the circle.
//! The circle is broken where none of them succeeds; where a condition, or anything else that only running tells, decides
//! on the order, nothing is said.

use rustc_hash::{FxHashMap, FxHashSet};

use super::loading::{Loads, is_type_checking};
use super::resolve::Entity;
use super::{ModId, Model, Place, binders};
use crate::source::facts::{Expr, Import, Name, Stmt};
use crate::source::visit::descend;

/// How deep modules may load each other.
const DEPTH: usize = 400;

/// A circle that cannot be loaded.
pub(super) struct Broken {
    /// What is asked for too early.
    pub(super) what: String,
    /// Where it is asked for.
    pub(super) place: Place,
    /// The module that is loaded first.
    pub(super) entry: ModId,
    /// The imports from there on, each with the module that it loads.
    pub(super) chain: Vec<(Place, ModId)>,
}

/// The circles that are broken, each by all ways into it, and the circle of each module that is never loaded.
pub(super) fn find(model: &Model<'_>, loads: &[Loads]) -> (Vec<Vec<Broken>>, FxHashMap<ModId, usize>) {
    let (mut all, mut of) = (Vec::new(), FxHashMap::default());
    let circles = circles(loads);
    if circles.is_empty() {
        return (all, of);
    }
    let above = above(loads);
    for circle in circles {
        let members: FxHashSet<ModId> = circle.iter().copied().collect();
        // A file that does not parse is a fault of its own.
        if circle.iter().any(|module| loads[module.0 as usize].fault.is_some()) {
            continue;
        }
        let orders = orders(loads, &above, &circle, &members);
        let tried = orders.iter().map(|order| Loading::new(model, &members).in_order(order));
        if let Some(ways) = tried.collect::<Option<Vec<Broken>>>() {
            for broken in &ways {
                let begun = broken.chain.iter().map(|(_, module)| *module);
                of.extend(begun.chain([broken.entry]).map(|module| (module, all.len())));
            }
            all.push(ways);
        }
    }
    (all, of)
}

/// The orders in which the program loads modules of the circle from outside, one for each module that it may begin at:
/// those that nothing loads, or any of the circle where none of these leads here.
fn orders(loads: &[Loads], above: &[Vec<u32>], circle: &[ModId], members: &FxHashSet<ModId>) -> Vec<Vec<ModId>> {
    let leads = leading(above, circle);
    let roots = (0..loads.len()).filter(|module| leads[*module] && above[*module].is_empty());
    let mut orders: Vec<Vec<ModId>> = roots
        .flat_map(|root| [true, false].map(|guessing| order_from(loads, root, &leads, members, guessing)))
        .filter(|order| !order.is_empty())
        .collect();
    if orders.is_empty() {
        orders.extend(circle.iter().map(|module| vec![*module]));
    }
    orders.sort_unstable();
    orders.dedup();
    orders
}

/// For each module, those that load it.
fn above(loads: &[Loads]) -> Vec<Vec<u32>> {
    let mut above = vec![Vec::new(); loads.len()];
    for (index, loads) in loads.iter().enumerate() {
        for (_, target) in loads.modules.iter().chain(&loads.perhaps) {
            above[target.0 as usize].push(index as u32);
        }
    }
    above
}

/// The modules from which the circle is reached.
fn leading(above: &[Vec<u32>], circle: &[ModId]) -> Vec<bool> {
    let mut leads = vec![false; above.len()];
    let mut next: Vec<usize> = circle.iter().map(|module| module.0 as usize).collect();
    while let Some(module) = next.pop() {
        if !std::mem::replace(&mut leads[module], true) {
            next.extend(above[module].iter().map(|module| *module as usize));
        }
    }
    leads
}

/// The modules of the circle that are loaded from outside when the program begins here; `guessing` whether conditions hold.
fn order_from(loads: &[Loads], root: usize, leads: &[bool], members: &FxHashSet<ModId>, guessing: bool) -> Vec<ModId> {
    let (mut seen, mut order) = (FxHashSet::default(), Vec::new());
    let mut next = vec![ModId(root as u32)];
    while let Some(module) = next.pop() {
        if !leads[module.0 as usize] || !seen.insert(module) {
            continue;
        }
        if members.contains(&module) {
            order.push(module);
            continue;
        }
        let loads = &loads[module.0 as usize];
        let mut below: Vec<(Place, ModId)> = loads.modules.clone();
        if guessing {
            below.extend(&loads.perhaps);
            below.sort_by_key(|(place, _)| place.span.start);
        }
        next.extend(below.into_iter().rev().map(|(_, target)| target));
    }
    order
}

/// The groups of modules that load each other, by Tarjan's algorithm without recursion.
fn circles(loads: &[Loads]) -> Vec<Vec<ModId>> {
    const NEW: u32 = u32::MAX;
    let count = loads.len();
    let (mut order, mut low, mut open) = (vec![NEW; count], vec![0_u32; count], vec![false; count]);
    let (mut stack, mut found, mut next) = (Vec::new(), Vec::new(), 0_u32);
    let after = |module: usize, index: usize| {
        let (sure, perhaps) = (&loads[module].modules, &loads[module].perhaps);
        let target = sure.get(index).or_else(|| perhaps.get(index - sure.len().min(index)));
        target.map(|(_, target)| target.0 as usize)
    };
    for root in 0..count {
        if order[root] != NEW {
            continue;
        }
        let mut walk = vec![(root, 0_usize)];
        while let Some((module, index)) = walk.last_mut() {
            let (here, at) = (*module, *index);
            if at == 0 {
                (order[here], low[here], open[here]) = (next, next, true);
                next += 1;
                stack.push(here);
            }
            *index += 1;
            match after(here, at) {
                Some(target) if order[target] == NEW => walk.push((target, 0)),
                Some(target) if open[target] => low[here] = low[here].min(order[target]),
                Some(_) => {}
                None => {
                    walk.pop();
                    if let Some((above, _)) = walk.last() {
                        low[*above] = low[*above].min(low[here]);
                    }
                    if low[here] == order[here] {
                        let start = stack.iter().rposition(|module| *module == here).unwrap_or(0);
                        let group: Vec<usize> = stack.split_off(start);
                        group.iter().for_each(|module| open[*module] = false);
                        if group.len() > 1 {
                            found.push(group.into_iter().map(|module| ModId(module as u32)).collect());
                        }
                    }
                }
            }
        }
    }
    found
}

/// Why loading stops.
enum Stop {
    /// It fails here.
    Fails(Place, String),
    /// Only running tells how it goes on.
    Unknown,
}

/// A module that was begun.
#[derive(Default)]
struct Begun {
    /// The names that it has so far.
    bound: FxHashSet<Name>,
    /// Whether it may have any.
    open: bool,
    /// Whether it is loaded to its end.
    done: bool,
}

/// Loads the modules of one circle as Python does.
struct Loading<'l, 's> {
    model: &'l Model<'s>,
    members: &'l FxHashSet<ModId>,
    begun: FxHashMap<ModId, Begun>,
    chain: Vec<(Place, ModId)>,
}

impl<'l, 's> Loading<'l, 's> {
    fn new(model: &'l Model<'s>, members: &'l FxHashSet<ModId>) -> Self {
        Self {
            model,
            members,
            begun: FxHashMap::default(),
            chain: Vec::new(),
        }
    }

    /// How loading these modules one after the other first fails.
    fn in_order(mut self, order: &[ModId]) -> Option<Broken> {
        for entry in order {
            if self.begun.contains_key(entry) {
                continue;
            }
            match self.run(*entry) {
                Ok(()) => {}
                Err(Stop::Fails(place, what)) => {
                    return Some(Broken {
                        what,
                        place,
                        entry: *entry,
                        chain: self.chain,
                    });
                }
                Err(Stop::Unknown) => return None,
            }
        }
        None
    }

    fn load(&mut self, module: ModId, place: Place) -> Result<(), Stop> {
        if !self.members.contains(&module) || self.begun.contains_key(&module) {
            return Ok(());
        }
        if self.chain.len() >= DEPTH {
            return Err(Stop::Unknown);
        }
        self.chain.push((place, module));
        self.run(module)?;
        self.chain.pop();
        Ok(())
    }

    fn run(&mut self, module: ModId) -> Result<(), Stop> {
        let model = self.model;
        let file = model.file(module);
        let begun = Begun {
            open: model.binds_openly(module),
            ..Begun::default()
        };
        self.begun.insert(module, begun);
        self.statements(module, &file.facts.body)?;
        if let Some(begun) = self.begun.get_mut(&module) {
            begun.done = true;
        }
        // A loaded module becomes an attribute of its package.
        if let Some((package, name)) = self.package(module)
            && let Some(package) = self.begun.get_mut(&package)
        {
            package.bound.insert(name);
        }
        Ok(())
    }

    fn package(&self, module: ModId) -> Option<(ModId, Name)> {
        let path = &self.model.file(module).path;
        let key = path.strip_suffix(".py")?;
        let key = key.strip_suffix("/__init__").unwrap_or(key);
        let (folder, name) = key.rsplit_once('/')?;
        let package = self.members.iter().find(|other| {
            let init = self.model.file(**other).path.strip_suffix("/__init__.py");
            init == Some(folder)
        })?;
        Some((*package, self.model.intern(name)))
    }

    fn statements(&mut self, module: ModId, body: &'s [Stmt]) -> Result<(), Stop> {
        for statement in body {
            match statement {
                Stmt::Import(import) => self.import(module, import)?,
                Stmt::Try(attempt) if attempt.handlers.is_empty() => {
                    self.statements(module, &attempt.body)?;
                    self.statements(module, &attempt.finally)?;
                }
                Stmt::If(branch) if is_type_checking(self.model, &branch.test) => {
                    self.statements(module, &branch.otherwise)?;
                    continue;
                }
                // What stands behind it may never run.
                Stmt::Raise(..) => return Err(Stop::Unknown),
                Stmt::Function(index) => {
                    let facts = &self.model.file(module).facts.functions[*index as usize];
                    let defaults = facts.params.iter().filter_map(|param| param.default.as_ref());
                    for expr in facts.decorators.iter().chain(defaults) {
                        self.uses(module, expr)?;
                    }
                }
                Stmt::Class(index) => {
                    let facts = &self.model.file(module).facts.classes[*index as usize];
                    for expr in facts.decorators.iter().chain(&facts.bases) {
                        self.uses(module, expr)?;
                    }
                    self.guess(module, &facts.body)?;
                }
                Stmt::Assign(assign) => {
                    // `sys.modules[__name__] = other`, `globals()["x"] = 1`
                    if let (Expr::Index(_), Some(begun)) = (&assign.target, self.begun.get_mut(&module)) {
                        begun.open = true;
                    }
                    if let Some(value) = &assign.value {
                        self.uses(module, value)?;
                    }
                }
                Stmt::Expr(value) => self.uses(module, value)?,
                other => self.guess(module, std::slice::from_ref(other))?,
            }
            let mut bound = Vec::new();
            let facts = &self.model.file(module).facts;
            binders::each(facts, self.model.names, std::slice::from_ref(statement), &mut |name| {
                bound.push(name)
            });
            if let Some(begun) = self.begun.get_mut(&module) {
                begun.bound.extend(bound);
            }
        }
        Ok(())
    }

    /// Statements that may run or not: as long as they load nothing of the circle, that makes no difference to it.
    fn guess(&mut self, module: ModId, body: &'s [Stmt]) -> Result<(), Stop> {
        let mut stops = false;
        super::types::each_statement(body, &mut |statement| {
            if let Stmt::Import(import) = statement {
                for (name, _) in &import.names {
                    self.model.loaded(module, import, *name, |target| {
                        stops |= self.members.contains(&target);
                    });
                }
            }
        });
        if stops { Err(Stop::Unknown) } else { Ok(()) }
    }

    fn import(&mut self, module: ModId, import: &'s Import) -> Result<(), Stop> {
        let place = Place {
            module,
            span: import.span,
        };
        for (name, _) in &import.names {
            let mut targets = Vec::new();
            self.model.loaded(module, import, *name, |target| targets.push(target));
            // A package that puts another module in its own place is itself until it has done so.
            let replaced = |target: &ModId| {
                self.model
                    .sources
                    .tree
                    .stands_for(&self.model.file(*target).path)
                    .is_some()
                    && self.begun.get(target).is_some_and(|begun| !begun.done)
            };
            if let Some(itself) = targets.iter().copied().find(replaced) {
                if import.module.is_none() || self.model.text(*name) == "*" || self.is_there(itself, *name) {
                    return Err(Stop::Unknown);
                }
                return self.fails(place, itself, *name);
            }
            let source = match self.model.source(module, import) {
                Some(Entity::Module(source)) if import.module.is_some() => source,
                _ => {
                    for target in targets {
                        self.load(target, place)?;
                    }
                    continue;
                }
            };
            // The module comes first, then the name is asked for, and only then a submodule of that name.
            let child = match self.model.imported(module, import, *name, None) {
                Some(Entity::Module(child)) if child != source => Some(child),
                _ => None,
            };
            for target in targets.iter().filter(|target| Some(**target) != child) {
                self.load(*target, place)?;
            }
            if self.model.text(*name) == "*" {
                if let Some(begun) = self.begun.get_mut(&module) {
                    begun.open = true;
                }
                continue;
            }
            match child.filter(|child| self.is_child(source, *child, *name)) {
                Some(child) => self.load(child, place)?,
                None if self.is_there(source, *name) => {}
                None => return self.fails(place, source, *name),
            }
        }
        Ok(())
    }

    /// Whether a module has a name by now, as far as anyone can tell.
    fn is_there(&self, source: ModId, name: Name) -> bool {
        let begun = self.begun.get(&source);
        if begun.is_some_and(|begun| begun.open || begun.bound.contains(&name)) {
            return true;
        }
        // A submodule is an attribute of its package when it is loaded to its end.
        if let Some(Entity::Module(child)) = self.model.member(Entity::Module(source), name)
            && self.is_child(source, child, name)
        {
            return self.begun.get(&child).is_none_or(|child| child.done);
        }
        begun.is_none_or(|begun| begun.done)
    }

    /// Whether a module is the submodule of this name.
    fn is_child(&self, package: ModId, child: ModId, name: Name) -> bool {
        let folder = self.model.file(package).path.strip_suffix("__init__.py");
        let key = folder.map(|folder| format!("{folder}{}", self.model.text(name)));
        let path = &self.model.file(child).path;
        key.is_some_and(|key| *path == format!("{key}.py") || *path == format!("{key}/__init__.py"))
    }

    fn fails(&self, place: Place, source: ModId, name: Name) -> Result<(), Stop> {
        // What sets it from outside, or by a way that is not read, leaves it open.
        if self.model.is_set_at_import(name) {
            return Err(Stop::Unknown);
        }
        let what = format!(
            "`{}` has no `{}` yet when it is asked for: it is still being imported",
            self.model.dotted[source.0 as usize],
            self.model.text(name)
        );
        Err(Stop::Fails(place, what))
    }

    /// The attributes of modules that an expression reads as it is evaluated.
    fn uses(&mut self, module: ModId, expr: &'s Expr) -> Result<(), Stop> {
        let (mut read, mut called) = (Vec::new(), Vec::new());
        descend(expr, &mut |inner| match inner {
            Expr::Attr(attr) => read.push(attr),
            Expr::Call(call) => called.push(&call.func),
            _ => {}
        });
        for attr in read {
            let Some(source) = self.module_of(module, &attr.base) else {
                continue;
            };
            if source == module || self.is_there(source, attr.name) {
                continue;
            }
            let place = Place {
                module,
                span: attr.span,
            };
            self.fails(place, source, attr.name)?;
        }
        // A function that is called may load modules of the circle itself.
        for function in called {
            if let Expr::Name(name, _) = function
                && let Some(Entity::Function(function)) = self.model.global(module, *name)
            {
                let info = self.model.function(function);
                self.guess(info.module, &info.facts.body)?;
            }
        }
        Ok(())
    }

    /// The module that a name or dotted name stands for.
    fn module_of(&self, module: ModId, expr: &Expr) -> Option<ModId> {
        let entity = match expr {
            Expr::Name(name, _) => self.model.global(module, *name)?,
            Expr::Attr(attr) => {
                let base = self.module_of(module, &attr.base)?;
                self.model.member(Entity::Module(base), attr.name)?
            }
            _ => return None,
        };
        match entity {
            Entity::Module(found) => Some(found),
            _ => None,
        }
    }
}
