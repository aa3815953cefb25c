//! Which parameters were compared with the request context, and with which of its fields.
//!
//! A comparison counts where the context stands on one side and a parameter, or a part of one, on the other. It is kept by
//! parameter, so that a helper's comparison holds for whatever its callers pass. Where a parameter is absent there is
//! nothing to compare, and the path counts as one that did.

use super::flow::Frame;
use super::state::State;
use super::summary::{OddityKind, Summary};
use super::value::{Tags, Val};
use crate::model::FnId;
use crate::source::facts::{Call, Compare, Expr, Span};

/// A field of the scope that a context stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The tenant.
    Tenant,
    /// The mode.
    Mode,
    /// The project.
    Project,
    /// The application.
    App,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 4] = [Self::Tenant, Self::Mode, Self::Project, Self::App];

    /// As people say it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Mode => "mode",
            Self::Project => "project",
            Self::App => "app",
        }
    }
}

/// Which of the first 32 parameters were compared with which field, as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Matched(u128);

impl Matched {
    /// All of them with everything: what holds where no path leads.
    pub const ALL: Self = Self(u128::MAX);

    /// These parameters, as bits, with this field.
    pub fn of(params: u32, field: Field) -> Self {
        let bits = (0..32).filter(|param| params & (1 << param) != 0);
        Self(bits.fold(0, |set, param| set | 1 << (param * 4 + field as u32)))
    }

    /// Whether this parameter was compared with this field.
    pub fn has(self, param: usize, field: Field) -> bool {
        param < 32 && self.0 & (1 << (param * 4 + field as usize)) != 0
    }

    /// Both sets.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both sets share.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl<'s> Frame<'_, 's> {
    /// Two values turned out equal, and one of them is the context's.
    pub(super) fn matched(&mut self, compare: &'s Compare, left: &Val, right: &Val, state: &mut State) {
        let (context, other, value) = if left.tags.has(Tags::CONTEXT) {
            (&compare.left, &compare.right, right)
        } else {
            (&compare.right, &compare.left, left)
        };
        let Some(field) = self.field_of(context) else {
            return;
        };
        match self.field_of(other) {
            Some(named) if named != field => self.mismatch(compare.span, named, field),
            _ => self.match_params(value.params, field, state),
        }
    }

    /// A parameter is absent: nothing of it is left to compare.
    pub(super) fn matched_absent(&self, value: &Val, state: &mut State) {
        let param = value.same_as.map_or(0, |param| 1 << param);
        for field in Field::ALL {
            state.matched = state.matched.with(Matched::of(param, field));
        }
    }

    /// `payload.tenant_id = ctx.tenant_id`: what the client said no longer counts.
    pub(super) fn matched_overwritten(&mut self, base: &Val, target: &'s Expr, value: &Val, state: &mut State) {
        if let Some(field) = self.field_of(target)
            && value.tags.has(Tags::CONTEXT)
            && !value.tags.has(Tags::PAYLOAD)
        {
            self.match_params(base.params, field, state);
        }
    }

    /// What a callee compared of its parameters, it compared of what was passed for them.
    pub(super) fn matched_by(
        &mut self,
        span: Span,
        function: FnId,
        summary: &Summary,
        (given, values): (&[Option<&'s Expr>], &[Option<Val>]),
        state: &mut State,
    ) {
        let info = self.model.function(function);
        // A helper that is known to compare and can refuse does so by the names of its parameters, however it goes about it.
        let compares =
            self.analyzer.known.is_comparison(&self.model.function_name(function)) && !summary.exits.is_empty();
        if (!compares && summary.matched_may == Matched::default()) || self.takes_scope_for_context(function, given) {
            return;
        }
        for (param, (expr, value)) in given.iter().zip(values).enumerate().take(32) {
            let (Some(expr), Some(value)) = (expr, value) else {
                continue;
            };
            let by_name = self
                .analyzer
                .known
                .field(self.text(info.facts.params[param].name))
                .filter(|_| compares);
            for field in Field::ALL {
                let (sees, surely) = (summary.matched_may.has(param, field), summary.matched.has(param, field));
                let named = by_name == Some(field) && !sees;
                if !sees && !named {
                    continue;
                }
                match self.field_of(expr) {
                    Some(other) if other != field => {
                        if compares && !value.tags.has(Tags::CONTEXT) {
                            self.mismatch(span, other, field);
                        }
                    }
                    _ if surely || named => self.match_params(value.params, field, state),
                    _ => self.summary.matched_may = self.summary.matched_may.with(Matched::of(value.params, field)),
                }
            }
        }
    }

    /// A comparison from outside the program, known by its name: keywords say the fields.
    pub(super) fn matched_outside(&mut self, call: &'s Call, args: &[Val], state: &mut State) {
        for (arg, value) in call.args.iter().zip(args) {
            let keyword = match arg.kind {
                crate::source::facts::ArgKind::Keyword(name) => self.analyzer.known.field(self.text(name)),
                _ => None,
            };
            if let Some(field) = keyword.or_else(|| self.field_of(&arg.value)) {
                self.match_params(value.params, field, state);
            }
        }
    }

    fn match_params(&mut self, params: u32, field: Field, state: &mut State) {
        let bits = Matched::of(params, field);
        state.matched = state.matched.with(bits);
        self.summary.matched_may = self.summary.matched_may.with(bits);
    }

    /// `assert_context_matches(payload.tenant_id, ctx)`: a part of the scope where the context belongs.
    fn takes_scope_for_context(&self, function: FnId, given: &[Option<&'s Expr>]) -> bool {
        let info = self.model.function(function);
        info.facts.params.iter().zip(given).any(|(param, given)| {
            let types = param
                .annotation
                .as_ref()
                .map(|annotation| self.model.annotation(info.module, annotation));
            let context = types.is_some_and(|types| types.all.iter().any(|ty| self.is_context_type(*ty)));
            context && given.is_some_and(|given| self.field_of(given).is_some())
        })
    }

    fn mismatch(&mut self, span: Span, given: Field, field: Field) {
        let what = format!("compares a {} with the {} of the context", given.word(), field.word());
        self.odd(span, OddityKind::WrongField, what);
    }

    /// The field that an expression's last name says.
    pub(super) fn field_of(&self, expr: &Expr) -> Option<Field> {
        let name = match expr {
            Expr::Name(name, _) => self.text(*name),
            Expr::Attr(attr) => self.text(attr.name),
            Expr::Index(pair) => pair.index.as_str(self.model.names)?,
            Expr::Await(inner) => return self.field_of(inner),
            Expr::Call(call) => match &call.func {
                // `payload.get("tenant_id")`, `tenant_id.lower()`
                Expr::Attr(attr) if self.text(attr.name) == "get" => call.position(0)?.as_str(self.model.names)?,
                Expr::Attr(attr) => return self.field_of(&attr.base),
                _ => return None,
            },
            _ => return None,
        };
        self.analyzer.known.field(name)
    }
}
