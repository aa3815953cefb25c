//! Constant texts: paths, prefixes and methods, through names, sums, f-strings and the arguments of a constructor.

use super::Where;
use crate::model::resolve::Entity;
use crate::model::types::{Ty, each_statement};
use crate::model::{FnId, Model};
use crate::source::facts::{Expr, Name, Stmt};

/// What stands for a part that is not constant.
pub(super) const UNKNOWN: &str = "?";

/// How far names are followed.
const HOPS: u32 = 16;

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub(super) struct Scope<'e, 's> {
    pub(super) at: Where,
    /// For the body of a constructor: the values of its parameters, which stand in the outer scope.
    pub(super) given: &'e [(Name, Option<&'s Expr>)],
    pub(super) outer: Option<&'e Scope<'e, 's>>,
}

impl<'e, 's> Scope<'e, 's> {
    /// The scope of a function whose parameters are unknown, or of a module.
    pub(super) fn at(at: Where) -> Self {
        Self {
            at,
            given: &[],
            outer: None,
        }
    }

    /// The text of an expression, with `?` for each part of it that is not constant.
    pub(super) fn text(&self, model: &Model<'s>, expr: &'s Expr) -> String {
        self.part(model, expr, HOPS).unwrap_or_else(|| UNKNOWN.to_owned())
    }

    fn part(&self, model: &Model<'s>, expr: &'s Expr, hops: u32) -> Option<String> {
        let hops = hops.checked_sub(1)?;
        let known = |part| self.part(model, part, hops).unwrap_or_else(|| UNKNOWN.to_owned());
        match expr {
            Expr::Text(parts) => Some(parts.iter().map(known).collect()),
            Expr::Add(pair) => Some(known(&pair.0) + &known(&pair.1)),
            Expr::Name(name, _) => match self.local(model, *name, hops) {
                Some(found) => found,
                None => model.constant_text(self.at.0, expr),
            },
            Expr::Attr(attr) => model.constant_text(self.at.0, expr).or_else(|| {
                // `Paths.USERS`: a constant of a class. One of an object may have been set by its constructor.
                let types = model.infer(self.at.0, self.at.1, &attr.base).all;
                types.iter().find_map(|ty| match ty {
                    Ty::Entity(Entity::Class(class)) => {
                        let class = model.class(*class);
                        let value = class.fields.get(&attr.name)?.value?;
                        Scope::at((class.module, None)).part(model, value, hops)
                    }
                    _ => None,
                })
            }),
            other => model.constant_text(self.at.0, other),
        }
    }

    /// A name of an enclosing function: nothing where no function binds it, else its text as far as it has one.
    fn local(&self, model: &Model<'s>, name: Name, hops: u32) -> Option<Option<String>> {
        let mut function = self.at.1;
        while let Some(id) = function {
            let info = model.function(id);
            if let Some(param) = info.facts.params.iter().find(|param| param.name == name) {
                let given = self
                    .given
                    .iter()
                    .find(|(given, _)| *given == name && Some(id) == self.at.1);
                return Some(match (given, &param.default) {
                    (Some((_, Some(value))), _) => self.outer.and_then(|outer| outer.part(model, value, hops)),
                    (Some((_, None)), Some(default)) => {
                        Scope::at((info.module, info.parent)).part(model, default, hops)
                    }
                    // Whoever calls the function decides.
                    _ => None,
                });
            }
            let values = assigned(&info.facts.body, name);
            if let [first, rest @ ..] = values.as_slice() {
                let scope = if Some(id) == self.at.1 {
                    *self
                } else {
                    Scope::at((info.module, Some(id)))
                };
                return Some(if rest.is_empty() {
                    scope.part(model, first, hops)
                } else {
                    None
                });
            }
            function = info.parent;
        }
        None
    }

    /// The texts of a list, tuple or set of constants, `?` among them for what is not constant.
    pub(super) fn texts(&self, model: &Model<'s>, list: &'s Expr) -> Vec<String> {
        let mut found = Vec::new();
        self.items(model, list, &mut found, HOPS);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn items(&self, model: &Model<'s>, list: &'s Expr, found: &mut Vec<String>, hops: u32) {
        let Some(hops) = hops.checked_sub(1) else { return };
        match list {
            Expr::Seq(items) => {
                for item in items {
                    match item {
                        Expr::Star(inner) => self.items(model, inner, found, hops),
                        other => found.push(self.text(model, other)),
                    }
                }
            }
            Expr::Add(pair) | Expr::Pipe(pair) => {
                self.items(model, &pair.0, found, hops);
                self.items(model, &pair.1, found, hops);
            }
            // `list(METHODS)`, `sorted({…})`
            Expr::Call(call) if super::finder::is_copy(model, call) => {
                if let Some(inner) = call.position(0) {
                    self.items(model, inner, found, hops);
                }
            }
            Expr::Name(name, _) if self.at.1.is_some_and(|function| binds(model, function, *name)) => {
                let values = self
                    .at
                    .1
                    .map(|function| assigned(&model.function(function).facts.body, *name));
                match values.as_deref() {
                    Some([only]) => self.items(model, only, found, hops),
                    _ => found.push(UNKNOWN.to_owned()),
                }
            }
            Expr::Name(..) | Expr::Attr(_) => match model.expression(self.at.0, list) {
                Some(Entity::Global(owner, name)) => match model.global_value(owner, name) {
                    Some(value) => Scope::at((owner, None)).items(model, value, found, hops),
                    None => found.push(UNKNOWN.to_owned()),
                },
                _ => found.push(UNKNOWN.to_owned()),
            },
            _ => found.push(UNKNOWN.to_owned()),
        }
    }
}

fn binds(model: &Model<'_>, function: FnId, name: Name) -> bool {
    let facts = model.function(function).facts;
    facts.params.iter().any(|param| param.name == name) || !assigned(&facts.body, name).is_empty()
}

/// What a body assigns to a name.
fn assigned(body: &[Stmt], name: Name) -> Vec<&Expr> {
    let mut values = Vec::new();
    each_statement(body, &mut |statement| {
        if let Stmt::Assign(assign) = statement
            && matches!(&assign.target, Expr::Name(target, _) if *target == name)
        {
            values.extend(&assign.value);
        }
    });
    values
}
