//! Every name that a body binds, in whatever way: needed only where a name seems to be bound nowhere.

use crate::source::facts::{Expr, Module, Name, Names, Stmt};
use crate::source::glance;
use crate::source::visit::each_expr;

use super::types::each_statement;

/// Calls `bind` for every name that these statements bind in their own scope, at any depth of blocks.
pub(super) fn each(facts: &Module, names: &Names, body: &[Stmt], bind: &mut impl FnMut(Name)) {
    each_statement(body, &mut |statement| match statement {
        Stmt::Assign(assign) => target(&assign.target, bind),
        Stmt::Loop(each) => each.target.iter().for_each(|bound| target(bound, bind)),
        Stmt::With(with) => with
            .items
            .iter()
            .filter_map(|(_, bound)| bound.as_ref())
            .for_each(|bound| target(bound, bind)),
        Stmt::Try(attempt) => attempt
            .handlers
            .iter()
            .filter_map(|handler| handler.name)
            .for_each(&mut *bind),
        Stmt::Match(matching) => matching
            .cases
            .iter()
            .flat_map(|case| &case.binds)
            .for_each(|name| bind(*name)),
        Stmt::Function(index) => bind(facts.functions[*index as usize].name),
        Stmt::Class(index) => bind(facts.classes[*index as usize].name),
        Stmt::Import(import) => {
            for (name, alias) in &import.names {
                bind(alias.unwrap_or_else(|| {
                    let text = names.resolve(*name);
                    names.intern(text.split('.').next().unwrap_or(text))
                }));
            }
        }
        // Declared elsewhere, and assigned through here.
        Stmt::Global(declared) => declared.iter().for_each(|name| bind(*name)),
        _ => {}
    });
    each_expr(body, &mut |expr| {
        if let Expr::Walrus(pair) = expr {
            bind(pair.0);
        }
    });
}

fn target(expr: &Expr, bind: &mut impl FnMut(Name)) {
    match expr {
        Expr::Name(name, _) => bind(*name),
        Expr::Seq(items) => items.iter().for_each(|item| target(item, bind)),
        Expr::Star(inner) => target(inner, bind),
        _ => {}
    }
}

/// Calls `set` for every attribute that these statements assign, on whatever object.
pub(super) fn each_attribute(body: &[Stmt], set: &mut impl FnMut(Name)) {
    each_statement(body, &mut |statement| match statement {
        Stmt::Assign(assign) => glance::each_attribute(&assign.target, set),
        Stmt::Loop(each) => each
            .target
            .iter()
            .for_each(|target| glance::each_attribute(target, set)),
        Stmt::With(with) => with
            .items
            .iter()
            .filter_map(|(_, target)| target.as_ref())
            .for_each(|target| glance::each_attribute(target, set)),
        _ => {}
    });
}
