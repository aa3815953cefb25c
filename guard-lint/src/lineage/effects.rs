//! What a function leads to, whoever calls it and with whatever: an artifact's store, a record, or a change.

use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::lookup::{Lookup, Target, last_name};
use super::needs::{Needs, Question};
use super::said;
use crate::model::types::each_statement;
use crate::model::{ClassId, FnId};
use crate::source::facts::{Call, Expr, Name, Stmt};
use crate::source::visit::each_call;

/// What is known so far. Which thread asks first does not change it.
#[derive(Default)]
pub(super) struct Effects {
    storing: Mutex<FxHashMap<FnId, bool>>,
    recording: Mutex<FxHashMap<FnId, bool>>,
    changing: Mutex<FxHashMap<FnId, bool>>,
    altering: Mutex<FxHashMap<FnId, bool>>,
}

impl Effects {
    /// Whether a call of one of these leads to what is asked for: an artifact's store, or a usage or audit record.
    pub(super) fn leads(&self, lookup: &Lookup<'_, '_>, needs: &Needs, targets: &[Target], call: &Call) -> bool {
        let functions = followed(lookup, targets, call);
        functions
            .into_iter()
            .any(|function| self.is_leading(lookup, needs, function))
    }

    /// Whether a function leads there.
    pub(super) fn is_leading(&self, lookup: &Lookup<'_, '_>, needs: &Needs, function: FnId) -> bool {
        let known = match needs.question {
            Question::Artifacts => &self.storing,
            Question::Records => &self.recording,
        };
        search(known, function, |function, next| {
            let mut found = false;
            let info = lookup.model.function(function);
            let names =
                said::USAGE_ROW | said::AUDIT_ROW | said::RECORD_VERB | said::ARTIFACT_STORE | said::ARTIFACT_CLASS;
            let matters = |name| needs.follows(name) || lookup.says(name, names);
            if !info.facts.glance.calls(matters) {
                return false;
            }
            each_call(&info.facts.body, &mut |call| {
                let Some(name) = last_name(&call.func).filter(|_| !found) else {
                    return;
                };
                let stores = || lookup.says(name, said::ARTIFACT_STORE | said::ARTIFACT_CLASS);
                let targets = || lookup.targets((info.module, Some(function)), call, None);
                match needs.question {
                    Question::Artifacts if stores() => found = true,
                    Question::Records if lookup.emission(call) != 0 => found = lookup.is_emission(call, &targets()),
                    _ if needs.follows(name) => next.extend(followed(lookup, &targets(), call)),
                    _ => {}
                }
            });
            found
        })
    }

    /// Whether a call of one of these may change an object that it gets.
    pub(super) fn alters(&self, lookup: &Lookup<'_, '_>, needs: &Needs, targets: &[Target], call: &Call) -> bool {
        let functions = followed(lookup, targets, call);
        functions
            .into_iter()
            .any(|function| self.is_altering(lookup, needs, function))
    }

    /// Whether a function may change an object that it gets, itself or through what it hands it to.
    fn is_altering(&self, lookup: &Lookup<'_, '_>, needs: &Needs, function: FnId) -> bool {
        search(&self.altering, function, |function, next| {
            let info = lookup.model.function(function);
            let glance = &info.facts.glance;
            if glance.changes {
                return true;
            }
            let hands = |name: &Name| needs.changes(*name);
            if !glance.hands.iter().any(hands) {
                return false;
            }
            each_call(&info.facts.body, &mut |call| {
                if last_name(&call.func).is_some_and(|name| glance.hands.contains(&name) && needs.changes(name)) {
                    let targets = lookup.targets((info.module, Some(function)), call, None);
                    next.extend(followed(lookup, &targets, call));
                }
            });
            false
        })
    }

    /// Whether a call that leads to these changes something that outlives the request.
    pub(super) fn changes(&self, lookup: &Lookup<'_, '_>, needs: &Needs, call: &Call, targets: &[Target]) -> bool {
        let mut next = Vec::new();
        changes_now(lookup, call, targets, &mut next)
            || next
                .into_iter()
                .any(|function| self.is_changing(lookup, needs, function))
    }

    /// Whether a function changes something that outlives the request.
    pub(super) fn is_changing(&self, lookup: &Lookup<'_, '_>, needs: &Needs, function: FnId) -> bool {
        search(&self.changing, function, |function, next| {
            if lookup.is_aside(function) {
                return false;
            }
            let info = lookup.model.function(function);
            let mut found = false;
            each_statement(&info.facts.body, &mut |statement| {
                found |= matches!(statement, Stmt::Assign(assign) if is_kept(lookup, &assign.target));
            });
            if found || !info.facts.glance.calls(|name| needs.looks(name)) {
                return found;
            }
            each_call(&info.facts.body, &mut |call| {
                let looks = last_name(&call.func).is_some_and(|name| needs.looks(name));
                if found || !looks || lookup.emission(call) != 0 {
                    return;
                }
                let targets = lookup.targets((info.module, Some(function)), call, None);
                found = changes_now(lookup, call, &targets, next);
            });
            found
        })
    }
}

/// Whether a call itself changes something; what it leads to is added to `next`.
fn changes_now(lookup: &Lookup<'_, '_>, call: &Call, targets: &[Target], next: &mut Vec<FnId>) -> bool {
    if lookup
        .followed(targets, call, |target| can_follow(lookup, target))
        .is_empty()
    {
        return match targets.first() {
            Some(Target::Function(function, _)) => lookup.analyzer.summary(*function).write.is_some(),
            _ => lookup.writes(call) || lookup.stores_artifacts(call),
        };
    }
    next.extend(followed(lookup, targets, call));
    false
}

fn can_follow(lookup: &Lookup<'_, '_>, target: Target) -> bool {
    match target {
        Target::Function(function, _) => !lookup.model.is_abstract(function),
        Target::Class(_) => true,
        Target::External(_) => false,
    }
}

/// The functions that a call of these runs.
fn followed(lookup: &Lookup<'_, '_>, targets: &[Target], call: &Call) -> Vec<FnId> {
    let targets = lookup.followed(targets, call, |target| can_follow(lookup, target));
    let function = |target: Target| match target {
        Target::Function(function, _) => Some(function),
        Target::Class(class) => set_up(lookup, class),
        Target::External(_) => None,
    };
    targets.into_iter().filter_map(function).collect()
}

/// The constructor of a class; that of a store is no part of the work.
fn set_up(lookup: &Lookup<'_, '_>, class: ClassId) -> Option<FnId> {
    let name = lookup.model.class_facts(class).name;
    let init = lookup.model.method(class, lookup.model.literal("__init__"))?;
    (!lookup.says(name, said::STORE) && !lookup.model.is_abstract(init)).then_some(init)
}

/// Whether an assignment sets an item of a dict that `self` holds, which outlives the request.
pub(super) fn is_kept(lookup: &Lookup<'_, '_>, target: &Expr) -> bool {
    match target {
        Expr::Index(pair) => is_held(lookup, &pair.base),
        Expr::Seq(targets) => targets.iter().any(|target| is_kept(lookup, target)),
        Expr::Star(inner) => is_kept(lookup, inner),
        _ => false,
    }
}

/// Whether `self` holds a container, which is not kept beside the work.
pub(super) fn is_held(lookup: &Lookup<'_, '_>, container: &Expr) -> bool {
    let Expr::Attr(attr) = container else { return false };
    let Expr::Name(holder, _) = &attr.base else {
        return false;
    };
    matches!(lookup.model.text(*holder), "self" | "cls") && !lookup.says(attr.name, said::ASIDE)
}

/// Whether a function or one that it leads to does what `look` looks for; `look` also tells what a function leads to.
fn search(known: &Mutex<FxHashMap<FnId, bool>>, start: FnId, look: impl Fn(FnId, &mut Vec<FnId>) -> bool) -> bool {
    let known = || known.lock().unwrap_or_else(PoisonError::into_inner);
    let mut seen: FxHashSet<FnId> = FxHashSet::default();
    let mut next = vec![start];
    let mut found = false;
    while let Some(function) = next.pop().filter(|_| !found) {
        if !seen.insert(function) {
            continue;
        }
        let before = known().get(&function).copied();
        found = match before {
            Some(found) => found,
            None => look(function, &mut next),
        };
    }
    let mut known = known();
    if found {
        known.insert(start, true);
    } else {
        known.extend(seen.into_iter().map(|function| (function, false)));
    }
    found
}
