//! Which value reaches which parameter.

use super::Walker;
use super::state::{State, Variables};
use super::value::{Cell, Origin, Source, Value};
use crate::model::{FnId, Place};
use crate::source::facts::{ArgKind, Call, Expr, ParamKind};

/// A call with the values of its arguments, in order.
#[derive(Debug)]
pub struct Given<'s> {
    pub(super) call: &'s Call,
    /// The object whose method is called, or what is called that has no name.
    pub(super) base: Option<Value<'s>>,
    pub(super) values: Vec<Value<'s>>,
}

impl<'s> Given<'s> {
    /// The value by keyword.
    pub(super) fn keyword(&self, walker: &Walker<'_, 's>, keyword: &str) -> Option<&Value<'s>> {
        let index = self
            .call
            .args
            .iter()
            .position(|arg| matches!(arg.kind, ArgKind::Keyword(name) if walker.text(name) == keyword))?;
        self.values.get(index)
    }

    /// The value at a position.
    pub(super) fn position(&self, index: usize) -> Option<&Value<'s>> {
        let arg = self.call.args.get(index)?;
        (arg.kind == ArgKind::Position).then(|| &self.values[index])
    }

    /// The expression at a position.
    pub(super) fn expr(&self, index: usize) -> Option<&'s Expr> {
        self.call.position(index)
    }
}

impl<'s> Walker<'_, 's> {
    /// The parameters of a function as variables.
    pub(super) fn bound(
        &mut self,
        function: FnId,
        object: Option<Value<'s>>,
        given: &Given<'s>,
        state: &mut State<'s>,
    ) -> Variables<'s> {
        let info = self.model.function(function);
        let (module, facts) = (info.module, info.facts);
        let mut variables = Variables::default();
        let mut positional = facts
            .params
            .iter()
            .filter(|param| matches!(param.kind, ParamKind::PositionOnly | ParamKind::Normal));
        if let Some(object) = object
            && let Some(first) = positional.next()
        {
            variables.insert(first.name, object);
        }
        let rest = facts.params.iter().find(|param| param.kind == ParamKind::Rest);
        let keywords = facts.params.iter().find(|param| param.kind == ParamKind::Keywords);
        let (mut more, mut named) = (Vec::new(), Cell::default());
        let mut unknown: Option<Origin> = None;
        for (arg, value) in given.call.args.iter().zip(&given.values) {
            match arg.kind {
                ArgKind::Position => match positional.next() {
                    Some(param) => {
                        variables.insert(param.name, value.clone());
                    }
                    None => more.push(value.clone()),
                },
                ArgKind::Keyword(name) => {
                    let takes = facts.params.iter().any(|param| {
                        param.name == name && matches!(param.kind, ParamKind::Normal | ParamKind::KeywordOnly)
                    });
                    if takes {
                        variables.insert(name, value.clone());
                    } else {
                        named.set(self.text(name), value.clone(), self.place(given.call.span));
                    }
                }
                ArgKind::DoubleStar => match self.cell_of(value, state) {
                    Some(cell) => {
                        for (key, entry) in &cell.entries {
                            let param = facts.params.iter().find(|param| self.text(param.name) == *key);
                            match param {
                                Some(param) => {
                                    variables.insert(param.name, entry.value.clone());
                                }
                                None => named.set(key, entry.value.clone(), entry.place),
                            }
                        }
                        if let Some(origin) = &cell.rest {
                            unknown = Some(unknown.unwrap_or_default().with(origin));
                        }
                    }
                    None => unknown = Some(unknown.unwrap_or_default().with(&self.origin(value, state))),
                },
                ArgKind::Star => unknown = Some(unknown.unwrap_or_default().with(&self.origin(value, state))),
            }
        }
        if let Some(rest) = rest {
            variables.insert(
                rest.name,
                Value::Items(more.into(), unknown.clone().unwrap_or_default()),
            );
        }
        if let Some(keywords) = keywords {
            named.rest.clone_from(&unknown);
            let value = self.cell(named, state);
            variables.insert(keywords.name, value);
        }
        for param in &facts.params {
            if variables.get(param.name).is_some() {
                continue;
            }
            let place = Place {
                module,
                span: param.span,
            };
            let value = match (&param.default, &unknown) {
                (_, Some(origin)) => Value::Plain(origin.clone()),
                (Some(default), None) => self.default_of_param(default, module, state),
                (None, None) => Value::Plain(Origin::of(Source::Opaque, place)),
            };
            variables.insert(param.name, value);
        }
        variables
    }

    fn default_of_param(&mut self, default: &'s Expr, module: crate::model::ModId, state: &mut State<'s>) -> Value<'s> {
        let here = self.turn_to(module);
        let value = match default {
            // `= Depends(provider)` and the like: what the framework gives is the caller's.
            Expr::Call(_) => Value::default(),
            default => self.expr(default, state),
        };
        self.turn_to(here);
        value
    }
}
