//! Settings that a constructor or a factory needs, and whether it refuses to go on without them.

use std::rc::Rc;

use super::{At, Reader, kept};
use crate::model::{FnId, Place};
use crate::source::facts::{CompareOp, Expr, Name, Stmt};
use crate::source::visit::{descend, each_call};
use crate::vocabulary::{has_word, words};

/// A setting that a function reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// As written: `RAW_BUCKET`, `get_raw_bucket`, `firestore`.
    pub name: String,
    /// Where it is read.
    pub place: Place,
    /// Whether the function ends where it is missing.
    pub demanded: bool,
}

/// A guard that runs after what it guards.
#[derive(Debug, Clone)]
pub struct LateGuard {
    /// The setting.
    pub name: String,
    /// The call that needs it.
    pub needed: Place,
    /// The call that asks whether it is there.
    pub asked: Place,
}

/// How deep the readers of settings are followed.
const DEPTH: u32 = 3;

impl<'s> Reader<'_, 's> {
    /// The settings that this function itself reads, in order.
    pub fn settings(&self, function: FnId) -> Rc<[Setting]> {
        kept(&self.answers.settings, function, || self.read_settings(function, false))
    }

    /// Those of them that it does not go on without.
    fn demands(&self, function: FnId) -> Rc<[Setting]> {
        kept(&self.answers.demands, function, || self.read_settings(function, true))
    }

    fn read_settings(&self, function: FnId, demanded_alone: bool) -> Vec<Setting> {
        let at = self.at(function);
        let body = &self.model.function(function).facts.body;
        let mut found: Vec<Setting> = Vec::new();
        crate::model::types::each_statement(body, &mut |statement| match statement {
            Stmt::Assign(assign) => {
                // Whether it is demanded shows here; whether it is a setting, only where the value comes from.
                let demands = |value| always_there(value) || self.refuses_without(body, &assign.target);
                if let Some(value) = &assign.value
                    && let demanded = demands(value)
                    && (demanded || !demanded_alone)
                    && let Some(name) = self.setting(at, value, DEPTH)
                {
                    let place = self.place(at.0, assign.span);
                    found.push(Setting { name, place, demanded });
                }
            }
            Stmt::If(branch) => {
                // `if firestore is None: raise`: the client itself may be missing.
                if let Expr::Compare(compare) = &branch.test
                    && compare.op == CompareOp::Is
                    && matches!(compare.right, Expr::None)
                    && let Expr::Name(name, span) = &compare.left
                    && self.is_module_value(at, *name)
                    && self.ends(&branch.then)
                {
                    let name = self.model.text(*name).to_owned();
                    let place = self.place(at.0, *span);
                    found.push(Setting {
                        name,
                        place,
                        demanded: true,
                    });
                }
            }
            _ => {}
        });
        if demanded_alone {
            return found;
        }
        each_call(body, &mut |call| {
            // `Client(project=get_project())`
            let given = call.args.iter().find_map(|arg| match &arg.value {
                Expr::Call(_) => self.setting(at, &arg.value, DEPTH),
                _ => None,
            });
            if let Some(name) = given
                && !found.iter().any(|known| known.name == name)
            {
                let place = self.place(at.0, call.span);
                found.push(Setting {
                    name,
                    place,
                    demanded: false,
                });
            }
        });
        found
    }

    /// The setting that an expression reads where nothing stands in for a missing one.
    fn setting(&self, at: At, value: &'s Expr, depth: u32) -> Option<String> {
        match value {
            Expr::Await(inner) => self.setting(at, inner, depth),
            Expr::Or(parts) => {
                let literal = matches!(parts.last(), Some(Expr::Str(..) | Expr::Int(_) | Expr::Text(_)));
                if literal {
                    return None;
                }
                parts.iter().find_map(|part| self.setting(at, part, depth))
            }
            Expr::Index(pair) => {
                let environ = self.last_name(&pair.base) == Some("environ");
                environ.then(|| self.string(&pair.index).unwrap_or("environ").to_owned())
            }
            Expr::Call(_) => self.setting_name(at, value, depth),
            _ => None,
        }
    }

    fn setting_name(&self, at: At, value: &'s Expr, depth: u32) -> Option<String> {
        let Expr::Call(call) = value else { return None };
        let name = self.callee_name(&call.func);
        let first = call.position(0).and_then(|first| self.string(first));
        let of_environment = name == "getenv"
            || (name == "get"
                && matches!(&call.func, Expr::Attr(attr) if self.last_name(&attr.base) == Some("environ")));
        if of_environment {
            return (call.args.len() == 1).then(|| first.unwrap_or(name).to_owned());
        }
        let of_config = match &call.func {
            Expr::Attr(attr) => self
                .last_name(&attr.base)
                .is_some_and(|base| has_word(base, &self.words.config_words)),
            _ => false,
        };
        let depth = depth.checked_sub(1)?;
        let reads = |callee: FnId| {
            let mut found = false;
            crate::model::types::each_statement(&self.model.function(callee).facts.body, &mut |statement| {
                if let Stmt::Return(Some(value), _) = statement {
                    found = found || self.setting(self.at(callee), value, depth).is_some();
                }
            });
            found
        };
        (of_config || self.called(at, &call.func).any(reads)).then(|| first.unwrap_or(name).to_owned())
    }

    /// Whether some `if` ends the function where this target is missing.
    fn refuses_without(&self, body: &'s [Stmt], target: &'s Expr) -> bool {
        let mut found = false;
        crate::model::types::each_statement(body, &mut |statement| {
            if let Stmt::If(branch) = statement {
                found = found || (self.asks_absence(&branch.test, target) && self.ends(&branch.then));
            }
        });
        found
    }

    /// `not x`, `x is None`, and `or`s and `all`s over them.
    fn asks_absence(&self, test: &'s Expr, target: &Expr) -> bool {
        match test {
            Expr::Not(inner) => {
                let mut mentions = false;
                descend(inner, &mut |inner| mentions = mentions || same(inner, target));
                mentions
            }
            Expr::Compare(compare) => {
                matches!(compare.right, Expr::None)
                    && matches!(compare.op, CompareOp::Is | CompareOp::Eq)
                    && same(&compare.left, target)
            }
            Expr::Or(parts) => parts.iter().any(|part| self.asks_absence(part, target)),
            _ => false,
        }
    }

    /// Whether statements end in an error: they raise, or call what answers with one.
    fn ends(&self, body: &'s [Stmt]) -> bool {
        let mut found = false;
        crate::model::types::each_statement(body, &mut |statement| {
            found = found || matches!(statement, Stmt::Raise(..));
        });
        each_call(body, &mut |call| {
            let name = self.callee_name(&call.func);
            let raiser = |row: &String| row == name;
            found = found || self.words.envelope_raisers.iter().any(raiser) || name == "exit";
        });
        found
    }

    fn is_module_value(&self, at: At, name: Name) -> bool {
        let local = at.1.is_some_and(|function| {
            let params = &self.model.function(function).facts.params;
            params.iter().any(|param| param.name == name)
        });
        !local && self.entity(at, name).is_some()
    }

    /// The first setting that a function's callees need before another callee asks for it.
    pub fn late_guard(&self, function: FnId) -> Option<LateGuard> {
        let at = self.at(function);
        let mut calls = Vec::new();
        each_call(&self.model.function(function).facts.body, &mut |call| calls.push(call));
        calls.sort_by_key(|call| call.span.start);
        let asks = |callee: FnId| -> Vec<Setting> {
            if self.is_constructor(callee) {
                return Vec::new();
            }
            self.demands(callee).to_vec()
        };
        let steps: Vec<(Place, FnId, Vec<Setting>)> = calls
            .into_iter()
            .flat_map(|call| {
                let place = self.place(at.0, call.span);
                self.called(at, &call.func).map(move |callee| (place, callee))
            })
            .map(|(place, callee)| (place, callee, asks(callee)))
            .collect();
        // Few handlers ask for a setting at all; only for those what they lead to is read.
        let last = steps.iter().rposition(|(_, _, asked)| !asked.is_empty())?;
        let mut needed: Vec<(String, Place)> = Vec::new();
        for (place, callee, asked) in &steps[..=last] {
            for setting in asked {
                if let Some((name, needed)) = needed.iter().find(|(name, _)| *name == setting.name) {
                    return Some(LateGuard {
                        name: name.clone(),
                        needed: *needed,
                        asked: *place,
                    });
                }
            }
            for below in self
                .reach([*callee])
                .into_iter()
                .filter(|below| self.is_constructor(*below))
            {
                needed.extend(
                    self.settings(below)
                        .iter()
                        .map(|setting| (setting.name.clone(), *place)),
                );
            }
        }
        None
    }

    /// Whether a function makes an object.
    pub fn is_constructor(&self, function: FnId) -> bool {
        let name = self.model.text(self.model.function(function).facts.name);
        matches!(name, "__init__" | "__post_init__" | "__new__")
    }

    /// Whether a setting's name shares a word with a clause.
    pub fn is_named(&self, setting: &Setting, clause: &str) -> bool {
        const PLAIN: [&str; 12] = [
            "get", "id", "name", "project", "the", "or", "config", "settings", "env", "and", "default", "a",
        ];
        let said: Vec<String> = words(&clause.to_lowercase().replace(['`', ',', '(', ')', '/'], " ")).collect();
        words(&setting.name).any(|word| !PLAIN.contains(&word.as_str()) && said.contains(&word))
    }
}

/// `os.environ["X"]` raises by itself.
fn always_there(value: &Expr) -> bool {
    matches!(value, Expr::Index(_))
}

/// Whether two expressions are the same name or attribute.
fn same(left: &Expr, right: &Expr) -> bool {
    match (left, right) {
        (Expr::Name(left, _), Expr::Name(right, _)) => left == right,
        (Expr::Attr(left), Expr::Attr(right)) => left.name == right.name && same(&left.base, &right.base),
        _ => false,
    }
}
