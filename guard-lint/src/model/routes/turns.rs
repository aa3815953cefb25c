//! Loops over what can be read in the source, turn by turn: `for router, dependencies in [(a, x), (b, y)]`.

use super::arguments::{dependencies, listed};
use super::constant::Scope;
use super::finder::{Finder, HOPS};
use super::{Dependency, RouterId, Where};
use crate::model::types::each_statement;
use crate::source::facts::{Call, Expr, Loop, Name, Stmt};
use crate::source::visit::each_call;

/// What the names of a loop's target stand for in one turn.
#[derive(Default)]
pub(super) struct Turn<'s> {
    bound: Vec<Bound<'s>>,
    /// Whether every name of the target is bound.
    plain: bool,
}

/// A name of a loop's target, with the expression that it stands for and where that stands.
#[derive(Clone, Copy)]
struct Bound<'s> {
    name: Name,
    at: Where,
    value: &'s Expr,
}

/// What a loop goes through.
#[derive(Clone, Copy)]
enum Item<'s> {
    Whole(&'s Expr),
    /// A key or an index, where the source shows it, with a value.
    Pair(Option<&'s Expr>, &'s Expr),
}

impl<'s> Finder<'_, 's> {
    /// The turns of the innermost loop around a call, where all of them are plain; else a single one that binds nothing.
    pub(super) fn turns_around(&self, at: Where, call: &'s Call) -> Vec<Turn<'s>> {
        let mut innermost = None;
        each_statement(self.body(at), &mut |statement| {
            if let Stmt::Loop(each) = statement {
                each_call(&each.body, &mut |inner| {
                    if std::ptr::eq(inner, call) {
                        innermost = Some(each);
                    }
                });
            }
        });
        let turns = innermost.map_or_else(Vec::new, |each| self.turns(at, each, HOPS));
        if turns.is_empty() || turns.iter().any(|turn| !turn.plain) {
            return vec![Turn::default()];
        }
        turns
    }

    /// What a name stands for in a loop, turn by turn, with where that stands.
    pub(super) fn looped(&self, at: Where, each: &'s Loop, name: Name, hops: u32) -> Vec<(Where, &'s Expr)> {
        let turns = self.turns(at, each, hops);
        let bound = turns.iter().filter_map(|turn| turn.get(name));
        bound.map(|bound| (bound.at, bound.value)).collect()
    }

    fn turns(&self, at: Where, each: &'s Loop, hops: u32) -> Vec<Turn<'s>> {
        let Some(target) = &each.target else { return Vec::new() };
        let mut items = Vec::new();
        self.items(at, &each.head, &mut items, hops);
        let turn = |(at, item)| {
            let mut turn = Turn {
                plain: true,
                ..Turn::default()
            };
            turn.bind(target, at, item);
            turn
        };
        items.into_iter().map(turn).collect()
    }

    /// What a loop goes through: a list, `enumerate(list)`, a dict's `values()` or `items()`.
    fn items(&self, at: Where, head: &'s Expr, items: &mut Vec<(Where, Item<'s>)>, hops: u32) {
        let Some(hops) = hops.checked_sub(1) else { return };
        let (container, numbered, method) = match head {
            Expr::Call(call) => match &call.func {
                Expr::Attr(attr) => (&attr.base, false, Some(self.model.text(attr.name))),
                Expr::Name(name, _) if self.model.text(*name) == "enumerate" => {
                    let Some(list) = call.position(0) else { return };
                    (list, true, None)
                }
                _ => (head, false, None),
            },
            _ => (head, false, None),
        };
        let mut displays = Vec::new();
        self.displays(at, container, &mut displays, hops);
        for (at, display) in displays {
            match (display, method) {
                (Expr::Seq(list), None) => {
                    for item in list {
                        match item {
                            Expr::Star(inner) if !numbered => self.items(at, inner, items, hops),
                            item if numbered => items.push((at, Item::Pair(None, item))),
                            item => items.push((at, Item::Whole(item))),
                        }
                    }
                }
                (Expr::Dict(dict), Some("values")) => {
                    items.extend(dict.items.iter().map(|(_, value)| (at, Item::Whole(value))));
                }
                (Expr::Dict(dict), Some("items")) => {
                    items.extend(
                        dict.items
                            .iter()
                            .map(|(key, value)| (at, Item::Pair(key.as_ref(), value))),
                    );
                }
                _ => {}
            }
        }
    }
}

impl<'s> Turn<'s> {
    fn bind(&mut self, target: &Expr, at: Where, item: Item<'s>) {
        match (target, item) {
            (Expr::Name(name, _), Item::Whole(value)) => self.bound.push(Bound { name: *name, at, value }),
            (Expr::Seq(names), Item::Whole(Expr::Seq(values))) if names.len() == values.len() => {
                for (name, value) in names.iter().zip(values) {
                    self.bind(name, at, Item::Whole(value));
                }
            }
            (Expr::Seq(names), Item::Pair(key, value)) if names.len() == 2 => {
                if let Some(key) = key {
                    self.bind(&names[0], at, Item::Whole(key));
                }
                self.bind(&names[1], at, Item::Whole(value));
            }
            _ => self.plain = false,
        }
    }

    fn get(&self, name: Name) -> Option<&Bound<'s>> {
        self.bound.iter().find(|bound| bound.name == name)
    }

    /// What an expression stands for, where it is a name of the target.
    fn value(&self, expr: &Expr) -> Option<&Bound<'s>> {
        match expr {
            Expr::Name(name, _) => self.get(*name),
            _ => None,
        }
    }

    /// The routers that an expression can be in this turn.
    pub(super) fn routers(&self, finder: &Finder<'_, 's>, at: Where, expr: &'s Expr) -> Vec<RouterId> {
        if let Some(bound) = self.value(expr) {
            return finder.routers(bound.at, bound.value);
        }
        if let Expr::Attr(attr) = expr
            && let Some(bound) = self.value(&attr.base)
        {
            return finder.attribute(bound.at, bound.value, attr.name);
        }
        finder.routers(at, expr)
    }

    /// The text of an expression in this turn.
    pub(super) fn text(&self, finder: &Finder<'_, 's>, at: Where, expr: &'s Expr) -> String {
        match self.value(expr) {
            Some(bound) => Scope::at(bound.at).text(finder.model, bound.value),
            None => Scope::at(at).text(finder.model, expr),
        }
    }

    /// The providers of `dependencies=…` in this turn.
    pub(super) fn dependencies(&self, finder: &Finder<'_, 's>, at: Where, call: &'s Call) -> Vec<Dependency<'s>> {
        let given = call.keyword(finder.model.names, "dependencies");
        if let Some(bound) = given.and_then(|given| self.value(given)) {
            return listed(finder.model, bound.at, bound.value);
        }
        let mut found = dependencies(finder.model, at, call);
        for dependency in &mut found {
            // `dependencies=[Depends(provider)]`
            if let Some(bound) = self.value(dependency.provider) {
                (dependency.module, dependency.function) = bound.at;
                dependency.provider = bound.value;
            }
        }
        found
    }
}

/// Whether a loop binds this name.
pub(super) fn binds(each: &Loop, name: Name) -> bool {
    fn within(target: &Expr, name: Name) -> bool {
        match target {
            Expr::Name(bound, _) => *bound == name,
            Expr::Seq(parts) => parts.iter().any(|part| within(part, name)),
            _ => false,
        }
    }
    each.target.as_ref().is_some_and(|target| within(target, name))
}
