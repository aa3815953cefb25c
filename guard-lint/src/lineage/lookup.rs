//! Where calls lead, and what their names say, whoever asks.

use crate::analysis::Analyzer;
use crate::model::bind::bind;
use crate::model::resolve::Entity;
use crate::model::types::{Ty, Types};
use crate::model::{ClassId, FnId, ModId, Model};
use crate::source::facts::{Call, Expr, Name};
use crate::vocabulary::Vocabulary;

use super::said::{self, Said};
use super::state::{AUDIT, USAGE};

/// What a call goes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// A function; whether its first parameter is the object.
    Function(FnId, bool),
    /// The constructor of a class.
    Class(ClassId),
    /// Something outside, by its dotted name.
    External(Name),
}

/// A program that calls are looked up in.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a, 's> {
    pub(super) analyzer: &'a Analyzer<'s>,
    pub(super) model: &'a Model<'s>,
    pub(super) vocabulary: &'a Vocabulary,
    said: &'a Said,
}

impl<'a, 's> Lookup<'a, 's> {
    pub(super) fn new(analyzer: &'a Analyzer<'s>, said: &'a Said) -> Self {
        Self {
            analyzer,
            model: analyzer.model(),
            vocabulary: analyzer.vocabulary(),
            said,
        }
    }

    /// Whether a name says any of these.
    pub(super) fn says(&self, name: Name, what: u32) -> bool {
        self.said.says(name, self.model.text(name), self.vocabulary, what)
    }

    /// Where a call leads that stands in this module and function, on an object of this class where that is known.
    pub(super) fn targets(
        &self,
        (module, function): (ModId, Option<FnId>),
        call: &Call,
        class: Option<ClassId>,
    ) -> Vec<Target> {
        let Expr::Attr(attr) = &call.func else {
            let types = self.model.infer(module, function, &call.func);
            return self.of_types(&types, false);
        };
        // An object that was made on this very path: no override but its own class's.
        if let Some(method) = class.and_then(|class| self.model.method(class, attr.name)) {
            return vec![Target::Function(method, self.takes_object(method))];
        }
        let mut targets = Vec::new();
        let types = self.model.infer(module, function, &attr.base);
        for ty in &types.all {
            let on_class = matches!(ty, Ty::Entity(Entity::Class(_)));
            let found = match ty {
                Ty::Object { class, exact: false } => {
                    let methods = self.model.implementations(*class, attr.name);
                    if methods.is_empty() {
                        self.of_types(&self.model.member_types(*ty, attr.name), on_class)
                    } else {
                        let target = |method| Target::Function(method, self.takes_object(method));
                        methods.into_iter().map(target).collect()
                    }
                }
                ty => self.of_types(&self.model.member_types(*ty, attr.name), on_class),
            };
            targets.extend(found);
        }
        targets.dedup();
        targets
    }

    pub(super) fn of_types(&self, types: &Types, on_class: bool) -> Vec<Target> {
        let target = |ty: &Ty| match ty {
            Ty::Entity(Entity::Function(function)) => Some(Target::Function(*function, false)),
            Ty::Entity(Entity::Class(class)) => Some(Target::Class(*class)),
            Ty::Entity(Entity::External(name)) => Some(Target::External(*name)),
            Ty::Method(method) => {
                let is_class = self.model.is_decorated(*method, "classmethod");
                Some(Target::Function(
                    *method,
                    is_class || (!on_class && self.takes_object(*method)),
                ))
            }
            Ty::Object { class, .. } => {
                let method = self.model.method(*class, self.model.literal("__call__"))?;
                Some(Target::Function(method, true))
            }
            _ => None,
        };
        types.all.iter().filter_map(target).collect()
    }

    fn takes_object(&self, method: FnId) -> bool {
        self.model.function(method).class.is_some() && !self.model.is_decorated(method, "staticmethod")
    }

    /// The targets that can be followed: of all that fits a protocol by its names, what cannot take these arguments is not
    /// meant.
    pub(super) fn followed(&self, targets: &[Target], call: &Call, can: impl Fn(Target) -> bool) -> Vec<Target> {
        let known = || targets.iter().copied().filter(|target| can(*target));
        if targets.len() < 2 {
            return known().collect();
        }
        let mut known: Vec<Target> = if known().any(|target| self.takes(target, call)) {
            known().filter(|target| self.takes(*target, call)).collect()
        } else {
            known().collect()
        };
        known.dedup();
        known
    }

    fn takes(&self, target: Target, call: &Call) -> bool {
        match target {
            Target::Function(function, has_object) => {
                bind(self.model.function(function).facts, call, has_object).is_ok()
            }
            Target::Class(_) | Target::External(_) => true,
        }
    }

    /// Whether a call that cannot be followed changes a store.
    pub(super) fn writes(&self, call: &Call) -> bool {
        let Some(name) = last_name(&call.func) else {
            return false;
        };
        if self.says(name, said::WRITES) {
            return true;
        }
        let Expr::Attr(attr) = &call.func else { return false };
        self.says(name, said::WRITE_VERB)
            && holder(&attr.base)
                .is_some_and(|holder| self.says(holder, said::STORE) && !self.says(holder, said::ASIDE))
    }

    /// Whether a call stores an artifact, by its name.
    pub(super) fn stores_artifacts(&self, call: &Call) -> bool {
        last_name(&call.func).is_some_and(|name| self.says(name, said::ARTIFACT_STORE))
    }

    /// Whether a call records usage or an audit event. What is only called so, and does nothing, is none.
    pub(super) fn is_emission(&self, call: &Call, targets: &[Target]) -> bool {
        if self.emission(call) == 0 {
            return false;
        }
        let idle = |function: &FnId| {
            let summary = self.analyzer.summary(*function);
            summary.write.is_none() && summary.opaque.is_none() && summary.exits.is_empty()
        };
        // A protocol's declaration does nothing either, and stands for what does.
        let declared =
            |function: &FnId| self.model.function(*function).class.is_some() && self.model.is_abstract(*function);
        let functions = targets_of(targets);
        functions.is_empty() || functions.iter().any(|function| !idle(function) || declared(function))
    }

    /// What a call records by its name: [`USAGE`], [`AUDIT`] or nothing.
    pub(super) fn emission(&self, call: &Call) -> u8 {
        let Some(name) = last_name(&call.func) else { return 0 };
        let of = |name: Name, usage: u32, audit: u32| {
            if self.says(name, usage) {
                USAGE
            } else if self.says(name, audit) {
                AUDIT
            } else {
                0
            }
        };
        match (of(name, said::USAGE_ROW, said::AUDIT_ROW), &call.func) {
            (0, Expr::Attr(attr)) if self.says(name, said::RECORD_VERB) => {
                holder(&attr.base).map_or(0, |holder| of(holder, said::USAGE_WORD, said::AUDIT_WORD))
            }
            (what, _) => what,
        }
    }

    /// Whether what a function changes is kept beside the work: what a logger or a gate writes down is no change.
    pub(super) fn is_aside(&self, function: FnId) -> bool {
        let aside = |name: Name| self.says(name, said::ASIDE | said::GATE);
        let info = self.model.function(function);
        let class = info.class.map(|class| self.model.class_facts(class).name);
        aside(info.facts.name) || class.is_some_and(aside)
    }
}

/// The functions among these.
fn targets_of(targets: &[Target]) -> Vec<FnId> {
    let function = |target: &Target| match target {
        Target::Function(function, _) => Some(*function),
        _ => None,
    };
    targets.iter().filter_map(function).collect()
}

/// The last name of what is called.
pub(super) fn last_name(func: &Expr) -> Option<Name> {
    match func {
        Expr::Name(name, _) => Some(*name),
        Expr::Attr(attr) => Some(attr.name),
        _ => None,
    }
}

/// The name of the object that a method is called on.
pub(super) fn holder(base: &Expr) -> Option<Name> {
    match base {
        Expr::Name(name, _) => Some(*name),
        Expr::Attr(attr) => Some(attr.name),
        Expr::Call(call) => holder(&call.func),
        Expr::Index(pair) => holder(&pair.base),
        Expr::Await(inner) => holder(inner),
        _ => None,
    }
}
