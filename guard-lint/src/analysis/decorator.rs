//! Decorators of the program's own: the inner function that takes the decorated one's place.

use std::sync::Arc;

use super::Analyzer;
use super::flow::Frame;
use super::state::State;
use super::summary::Summary;
use super::value::Facts;
use crate::model::resolve::Entity;
use crate::model::types::{Ty, each_statement};
use crate::model::{FnId, ModId};
use crate::source::facts::{Call, Expr, Name, Stmt};

/// The function that a wrapper stands for, under the name that the wrapper calls it by.
pub(super) struct Wrapped {
    name: Name,
    function: FnId,
    summary: Arc<Summary>,
}

/// What a function does with its decorators around it, from what it does alone. These facts hold before it is called.
pub(super) fn decorate(
    analyzer: &Analyzer<'_>,
    function: FnId,
    alone: Summary,
    (must, may): (Facts, Facts),
) -> Summary {
    let info = analyzer.model.function(function);
    let mut summary = alone;
    for decorator in info.facts.decorators.iter().rev() {
        let Some((wrapper, name)) = wrapper(analyzer, (info.module, info.parent), decorator) else {
            continue;
        };
        if wrapper == function {
            continue;
        }
        // What the function sends, its wrapper passes on.
        let sent = std::mem::take(&mut summary.errors_as_success);
        let mut frame = Frame::new(analyzer, wrapper);
        let mut state = State::start();
        (state.must, state.may) = (must, may);
        frame.bind_plainly(&mut state);
        frame.wrapped = Some(Wrapped {
            name,
            function,
            summary: Arc::new(summary),
        });
        summary = frame.run(state);
        summary.errors_as_success.extend(sent);
    }
    summary
}

/// The function that a decorator gives in place of the decorated one, and the name that it knows that one by.
fn wrapper(analyzer: &Analyzer<'_>, (module, parent): (ModId, Option<FnId>), decorator: &Expr) -> Option<(FnId, Name)> {
    let (named, called) = match decorator {
        Expr::Call(call) => (&call.func, true),
        other => (other, false),
    };
    let types = analyzer.model.infer(module, parent, named);
    let outer = types.all.iter().find_map(|ty| match ty {
        Ty::Entity(Entity::Function(function)) => Some(*function),
        _ => None,
    })?;
    let takes = if called {
        returned_function(analyzer, outer)?
    } else {
        outer
    };
    let name = analyzer.model.function(takes).facts.params.first()?.name;
    Some((returned_function(analyzer, takes)?, name))
}

/// The nested function that a function returns.
fn returned_function(analyzer: &Analyzer<'_>, function: FnId) -> Option<FnId> {
    let model = &analyzer.model;
    let info = model.function(function);
    let mut returned = None;
    each_statement(&info.facts.body, &mut |statement| {
        if let Stmt::Return(Some(Expr::Name(name, _)), _) = statement {
            returned = returned.or(Some(*name));
        }
    });
    let name = returned?;
    let count = model.file(info.module).facts.functions.len() as u32;
    let mut nested = (0..count).map(|local| model.local_function(info.module, local));
    nested.find(|nested| {
        let nested = model.function(*nested);
        nested.parent == Some(function) && nested.facts.name == name
    })
}

impl<'s> Frame<'_, 's> {
    /// The call of the decorated function in its wrapper.
    pub(super) fn call_wrapped(&mut self, call: &Call, state: &mut State) -> Option<super::value::Val> {
        let wrapped = self.wrapped.as_ref()?;
        match &call.func {
            Expr::Name(name, _) if *name == wrapped.name => {
                let (function, summary) = (wrapped.function, wrapped.summary.clone());
                Some(self.compose_as_is(call.span, function, &summary, state))
            }
            _ => None,
        }
    }
}
