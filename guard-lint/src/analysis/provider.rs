//! Calls that establish or verify who is asking.

use super::call::Made;
use super::flow::Frame;
use super::state::State;
use super::summary::{OddityKind, Summary};
use super::value::{Facts, Null, Tags, Val};
use crate::model::FnId;
use crate::model::bind::Bound;
use crate::source::facts::{Expr, Span};

/// Headers that a request context cannot be without.
const IDENTITY_HEADERS: [&str; 4] = ["tenant-id", "mode", "project-id", "app-id"];

impl<'s> Frame<'_, 's> {
    /// A provider that is called as a plain function gets the framework's marker objects for what is not passed. Gives what
    /// such a call cannot establish.
    pub(super) fn framework_defaults(&mut self, made: &Made<'s>, function: FnId, bound: &Bound<'_>) -> Facts {
        let mut lost = Facts::NONE;
        if bound.open {
            return lost;
        }
        let mut leaked = Vec::new();
        let mut dependency = false;
        for (param, given) in self.model.function(function).facts.params.iter().zip(&bound.values) {
            let Some(default) = param.default.as_ref().filter(|_| given.is_none()) else {
                continue;
            };
            let Some(marker) = self.framework_default(default) else {
                continue;
            };
            leaked.push(format!("`{}`", self.text(param.name)));
            dependency |= matches!(marker, "Depends" | "Security");
            let name = self.header_name(param.name, default);
            if IDENTITY_HEADERS.iter().any(|header| name.ends_with(header)) {
                lost = lost.with(Facts::IDENTITY);
            } else if name.ends_with("authorization") {
                lost = lost.with(Facts::CREDENTIAL.with(Facts::PRESENT));
            }
        }
        if leaked.is_empty() {
            return lost;
        }
        let identity = dependency || lost != Facts::NONE;
        let kind = if identity {
            OddityKind::FrameworkIdentity
        } else {
            OddityKind::FrameworkDefaults
        };
        let callee = self.model.function_name(function);
        let what = format!(
            "`{callee}` is called as a plain function and gets the framework's default objects for {}",
            leaked.join(", ")
        );
        self.odd(made.call.span, kind, what);
        lost
    }

    /// The header that a parameter with a framework default takes its value from, lower-case.
    fn header_name(&self, param: crate::source::facts::Name, default: &Expr) -> String {
        let alias = match default {
            Expr::Call(call) => call
                .keyword(self.model.names, "alias")
                .and_then(|alias| alias.as_str(self.model.names)),
            _ => None,
        };
        alias.unwrap_or(self.text(param)).to_lowercase().replace('_', "-")
    }

    /// Notes that a context came to be, by where the part that names the tenant comes from. Headers count where their
    /// absence is refused; what the client states in its payload does not.
    pub(super) fn establish(&mut self, span: Span, context: &mut Val, source: &Val, state: &mut State) {
        let stated = source.tags.has(Tags::PAYLOAD);
        let demanded = source.tags.has(Tags::HEADER) && source.grants.has(Facts::DEMANDED);
        context.grants = context.grants.with(source.grants.and(Facts::DEMANDED));
        if source.tags.has(Tags::VERIFIED) || demanded {
            let name = self.model.function_name(self.function);
            let witness = self.witness(span, name);
            self.summary.identity.get_or_insert(witness);
            if stated {
                state.may = state.may.with(Facts::IDENTITY);
            } else {
                context.grants = context.grants.with(Facts::IDENTITY);
                if context.null != Null::Maybe {
                    state.learn(Facts::IDENTITY);
                }
            }
        }
        if stated {
            state.learn(Facts::PAYLOAD_CONTEXT);
            self.odd(
                span,
                OddityKind::ContextFromPayload,
                "the context is made of what the client sent in its payload",
            );
        }
    }

    /// What names add to a call of a function of the program: verifiers, comparisons, contexts that come from arguments.
    pub(super) fn recognize(
        &mut self,
        made: &Made<'s>,
        function: FnId,
        summary: &Summary,
        value: &mut Val,
        state: &mut State,
    ) {
        let known = &self.analyzer.known;
        let name = self.model.full_name(function);
        let receiver = self
            .model
            .function(function)
            .class
            .map(|class| self.text(self.model.class_facts(class).name));
        let checks = known.is_verifier(name) || known.is_credential_check(receiver, made.name);
        let can_refuse = !summary.exits.is_empty() || summary.returns.null == Null::Maybe || summary.opaque.is_some();
        if checks && can_refuse {
            self.verified(made, value, state);
        }
        if known.is_comparison(name) {
            let verified = made.args.iter().any(|arg| arg.tags.has(Tags::VERIFIED));
            // `assert_context_matches(ctx, tenant_id=ctx.tenant_id)`
            if made.args.len() > 1 && !verified && made.args.iter().all(|arg| arg.tags.has(Tags::CONTEXT)) {
                self.odd(
                    made.call.span,
                    OddityKind::SelfComparison,
                    "compares the context with itself",
                );
            } else {
                state.learn(if verified { Facts::BOUND } else { Facts::COMPARED });
            }
        }
        let is_context = value.types.iter().any(|ty| self.is_context_type(*ty));
        if is_context {
            value.tags = value.tags.with(Tags::CONTEXT);
        }
        for item in value.items.iter().flat_map(|items| items.iter()) {
            if item.tags.has(Tags::CONTEXT) && item.tags.any(Tags::HEADER.with(Tags::PAYLOAD).with(Tags::VERIFIED)) {
                let source = item.clone();
                self.establish(made.call.span, &mut item.clone(), &source, state);
            }
        }
        let new = value.tags.has(Tags::CONTEXT)
            && !summary.may.has(Facts::IDENTITY)
            && value.tags.any(Tags::HEADER.with(Tags::PAYLOAD).with(Tags::VERIFIED))
            && made.args.iter().all(|arg| !arg.tags.has(Tags::CONTEXT));
        if new && is_context {
            let source = value.clone();
            self.establish(made.call.span, value, &source, state);
        }
    }

    /// A token or ticket that was verified by this call.
    pub(super) fn verified(&mut self, made: &Made<'s>, value: &mut Val, state: &mut State) {
        let ticket = self.analyzer.known.is_ticket(made.name);
        // What was verified is no longer what the client stated.
        value.tags = value
            .tags
            .without(Tags::PAYLOAD.with(Tags::TICKET))
            .with(Tags::VERIFIED);
        (value.params, value.same_as) = (0, None);
        value.grants = value.grants.with(Facts::CREDENTIAL);
        if value.null != Null::Maybe {
            state.learn(Facts::CREDENTIAL.with(Facts::PRESENT));
        }
        if ticket {
            state.learn(Facts::TICKET_CHECKED);
        }
        let witness = self.witness(made.call.span, made.name);
        self.summary.credential.get_or_insert(witness);
        if value.types.iter().any(|ty| self.is_context_type(*ty)) || value.tags.has(Tags::CONTEXT) {
            value.tags = value.tags.with(Tags::CONTEXT);
            let source = value.clone();
            self.establish(made.call.span, value, &source, state);
        }
    }
}
