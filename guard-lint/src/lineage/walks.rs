//! Which functions are walked, and what their walks saw, kept.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::effects::Effects;
use super::lookup::Lookup;
use super::needs::Needs;
use super::said::{self, Said};
use super::state::{WROTE, Ways};
use super::{Asked, DEPTH, Trail, walk};
use crate::analysis::Analyzer;
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::model::{FnId, ModId, Model};
use crate::source::facts::{Call, Expr, Name, Scope};
use crate::source::visit::{each_call, each_expr};
use crate::spread;

/// How deep the walks go that only look for log calls.
const NEAR: usize = 3;

/// What says of a name that it keeps a record.
const RECORD: u32 = said::USAGE_ROW | said::AUDIT_ROW;

/// What a function is walked for.
#[derive(Debug, Clone, Copy)]
enum For {
    Artifacts,
    Records,
    Logs,
}

/// The walks so far. Threads share them: which of them walks first does not change what is seen.
#[derive(Default)]
pub struct Walks {
    whole: Mutex<FxHashMap<FnId, Arc<Trail>>>,
    stored: Mutex<FxHashMap<FnId, Arc<Trail>>>,
    recorded: Mutex<FxHashMap<FnId, Arc<Trail>>>,
    needs: OnceLock<[Needs; 2]>,
    said: OnceLock<Said>,
    effects: Effects,
    wide: OnceLock<Wide>,
}

/// What is asked of the whole program, in its order.
#[derive(Default)]
struct Wide {
    storing: Vec<Arc<Trail>>,
    recording: Vec<(FnId, Arc<Trail>)>,
    logging: Vec<Arc<Trail>>,
}

impl Walks {
    /// What a walk from this function sees.
    pub fn of(&self, analyzer: &Analyzer<'_>, function: FnId) -> Arc<Trail> {
        kept(&self.whole, function, || {
            walk(analyzer, function, self.asked(analyzer, DEPTH, None))
        })
    }

    /// The same, of nothing but the artifacts that are stored.
    pub fn stored(&self, analyzer: &Analyzer<'_>, function: FnId) -> Arc<Trail> {
        let [needs, _] = self.needs(analyzer);
        kept(&self.stored, function, || {
            walk(analyzer, function, self.asked(analyzer, DEPTH, Some(needs)))
        })
    }

    /// The same, of nothing but the records, and the changes beside them. Of a function that leads to no record, the one
    /// exit stands for all.
    pub fn recorded(&self, analyzer: &Analyzer<'_>, function: FnId) -> Arc<Trail> {
        let model = analyzer.model();
        let [_, needs] = self.needs(analyzer);
        kept(&self.recorded, function, || {
            let lookup = Lookup::new(analyzer, self.said(model));
            if self.effects.is_leading(&lookup, needs, function) {
                return walk(analyzer, function, self.asked(analyzer, DEPTH, Some(needs)));
            }
            let mut trail = Trail::default();
            if needs.comes_back(model.function(function).facts) {
                let changes = self.effects.is_changing(&lookup, needs, function);
                let happened = if changes { WROTE } else { 0 };
                trail
                    .exits
                    .push((model.function_place(function), Ways::START.then(happened)));
            }
            trail
        })
    }

    /// Walks what rules will ask for, on all threads. What is shared by all walks is computed before, and `beside` it this.
    pub fn prepare(&self, analyzer: &Analyzer<'_>, beside: impl FnOnce()) {
        self.wide.get_or_init(|| self.walk_wide(analyzer, beside));
    }

    fn walk_wide(&self, analyzer: &Analyzer<'_>, beside: impl FnOnce()) -> Wide {
        let mut work: Vec<(For, FnId)> = Vec::new();
        rayon::in_place_scope(|scope| {
            let own = analyzer.clone();
            scope.spawn(move |_| {
                self.needs(&own);
            });
            beside();
            let artifacts = self.roots_where(analyzer, said::ARTIFACT_STORE).into_iter();
            work.extend(artifacts.map(|function| (For::Artifacts, function)));
            let records = self.roots_where(analyzer, RECORD).into_iter();
            work.extend(records.map(|function| (For::Records, function)));
            let logs = self.near_logs(analyzer).into_iter();
            work.extend(logs.map(|function| (For::Logs, function)));
        });
        let near = self.asked(analyzer, NEAR, None);
        let trails = spread::over(analyzer, &work, |analyzer, (what, function)| match what {
            For::Artifacts => self.stored(analyzer, function),
            For::Records => self.recorded(analyzer, function),
            For::Logs => Arc::new(walk(analyzer, function, near)),
        });
        let mut wide = Wide::default();
        for ((what, function), trail) in work.into_iter().zip(trails) {
            match what {
                For::Artifacts => wide.storing.push(trail),
                For::Records => wide.recording.push((function, trail)),
                For::Logs => wide.logging.push(trail),
            }
        }
        wide
    }

    fn wide(&self, analyzer: &Analyzer<'_>) -> &Wide {
        self.wide.get_or_init(|| self.walk_wide(analyzer, || ()))
    }

    /// Where the work of each module begins that calls something of such a name.
    fn roots_where(&self, analyzer: &Analyzer<'_>, what: u32) -> Vec<FnId> {
        let model = analyzer.model();
        let lookup = Lookup::new(analyzer, self.said(model));
        let modules = self.modules_calling(&lookup, |name| lookup.says(name, what));
        modules.iter().flat_map(|module| roots(model, &[*module])).collect()
    }

    fn asked<'w>(&'w self, analyzer: &Analyzer<'_>, depth: usize, needs: Option<&'w Needs>) -> Asked<'w> {
        Asked {
            depth,
            needs,
            effects: &self.effects,
            said: self.said(analyzer.model()),
        }
    }

    fn said(&self, model: &Model<'_>) -> &Said {
        self.said.get_or_init(|| Said::new(model))
    }

    /// What the questions after artifacts and after records need.
    fn needs(&self, analyzer: &Analyzer<'_>) -> &[Needs; 2] {
        self.needs.get_or_init(|| {
            let lookup = Lookup::new(analyzer, self.said(analyzer.model()));
            Needs::of_each(&lookup)
        })
    }

    /// The modules in which something of such a name is called.
    fn modules_calling(&self, lookup: &Lookup<'_, '_>, wanted: impl Fn(Name) -> bool) -> Vec<ModId> {
        let mut modules: Vec<ModId> = Vec::new();
        for function in &lookup.model.functions {
            if modules.last() != Some(&function.module) && function.facts.glance.calls(&wanted) {
                modules.push(function.module);
            }
        }
        modules
    }

    /// The artifacts that are stored by every function that leads to an artifact's store, in the program's order.
    pub fn storing(&self, analyzer: &Analyzer<'_>) -> &[Arc<Trail>] {
        &self.wide(analyzer).storing
    }

    /// The walks from every function that leads to a usage or audit record, in the program's order.
    pub fn recording(&self, analyzer: &Analyzer<'_>) -> &[(FnId, Arc<Trail>)] {
        &self.wide(analyzer).recording
    }

    /// Short walks from every function near a log call, in the program's order.
    pub fn logging(&self, analyzer: &Analyzer<'_>) -> &[Arc<Trail>] {
        &self.wide(analyzer).logging
    }

    /// The functions near a log call, in modules that name somebody.
    fn near_logs(&self, analyzer: &Analyzer<'_>) -> Vec<FnId> {
        let model = analyzer.model();
        let lookup = Lookup::new(analyzer, self.said(model));
        let logs = |name: Name| lookup.says(name, said::LOG_METHOD) || model.text(name) == "print";
        let modules = self.modules_calling(&lookup, logs).into_iter();
        let modules = modules.filter(|module| mentions(&lookup, *module, said::PERSONAL));
        modules.flat_map(|module| roots(model, &[module])).collect()
    }
}

/// What is known of a function, or else found now.
fn kept(known: &Mutex<FxHashMap<FnId, Arc<Trail>>>, function: FnId, find: impl FnOnce() -> Trail) -> Arc<Trail> {
    let all = || known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(trail) = all().get(&function) {
        return trail.clone();
    }
    let trail = Arc::new(find());
    all().entry(function).or_insert(trail).clone()
}

/// Whether a module uses a name that says this.
fn mentions(lookup: &Lookup<'_, '_>, module: ModId, what: u32) -> bool {
    let mut found = false;
    for function in &lookup.model.file(module).facts.functions {
        found |= function.params.iter().any(|param| lookup.says(param.name, what));
        each_expr(&function.body, &mut |expr| {
            found |= match expr {
                Expr::Name(name, _) => lookup.says(*name, what),
                Expr::Index(pair) => matches!(pair.index, Expr::Str(name, _) if lookup.says(name, what)),
                Expr::Attr(attr) => lookup.says(attr.name, what),
                _ => false,
            };
        });
    }
    found
}

/// The functions of these modules that no other function of them calls: where their work begins.
pub fn roots(model: &Model<'_>, modules: &[ModId]) -> Vec<FnId> {
    let mut own: Vec<FnId> = Vec::new();
    for module in modules {
        let functions = model.file(*module).facts.functions.iter().enumerate();
        for (index, facts) in functions {
            let id = model.local_function(*module, index as u32);
            let name = model.text(facts.name);
            let hidden = matches!(facts.scope, Scope::Function(_)) || name.starts_with("__") || name == "<lambda>";
            if !hidden && !model.is_abstract(id) {
                own.push(id);
            }
        }
    }
    let names: FxHashSet<Name> = own.iter().map(|id| model.function(*id).facts.name).collect();
    let mut called: FxHashSet<FnId> = FxHashSet::default();
    for id in &own {
        let info = model.function(*id);
        each_call(&info.facts.body, &mut |call| {
            if matches!(&call.func, Expr::Attr(attr) if !names.contains(&attr.name)) {
                return;
            }
            for callee in callees(model, info.module, *id, call) {
                if callee != *id {
                    called.insert(callee);
                }
            }
        });
    }
    let first: Vec<FnId> = own.iter().copied().filter(|id| !called.contains(id)).collect();
    if first.is_empty() { own } else { first }
}

fn callees(model: &Model<'_>, module: ModId, function: FnId, call: &Call) -> Vec<FnId> {
    let Expr::Attr(attr) = &call.func else {
        let types = model.infer(module, Some(function), &call.func);
        return types.all.iter().filter_map(function_of).collect();
    };
    let mut found = Vec::new();
    for ty in &model.infer(module, Some(function), &attr.base).all {
        match ty {
            Ty::Object { class, exact: false } => found.extend(model.implementations(*class, attr.name)),
            ty => found.extend(model.member_types(*ty, attr.name).all.iter().filter_map(function_of)),
        }
    }
    found
}

fn function_of(ty: &Ty) -> Option<FnId> {
    match ty {
        Ty::Entity(Entity::Function(function)) | Ty::Method(function) => Some(*function),
        _ => None,
    }
}
