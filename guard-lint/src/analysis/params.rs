//! Parameters: what is known of them before any call.

use super::flow::Frame;
use super::state::State;
use super::value::{Constant, Null, Shape, Tags, Val};
use crate::model::types::Types;
use crate::source::facts::{Expr, Param};

impl<'a, 's> Frame<'a, 's> {
    /// Binds the parameters as an unknown call does.
    pub(super) fn bind_plainly(&self, state: &mut State) {
        for (index, param) in self.model.function(self.function).facts.params.iter().enumerate() {
            state.set(param.name, self.param(index, param));
        }
    }

    /// What is known of a parameter before any call.
    pub(super) fn param(&self, index: usize, param: &Param) -> Val {
        let types = match (&param.annotation, index, self.model.function(self.function).class) {
            (Some(annotation), ..) => self.model.annotation(self.module, annotation),
            (None, 0, Some(_)) => {
                self.model
                    .infer(self.module, Some(self.function), &Expr::Name(param.name, param.span))
            }
            _ => Types::unknown(),
        };
        let mut value = Val::typed(types);
        if index < 32 {
            value.params = 1 << index;
            value.same_as = u8::try_from(index).ok();
            (value.shape, value.constant) = (Shape::Param(index as u8), Constant::Param(index as u8));
        }
        // Not said to be None is not said to be present.
        if value.null == Null::Never {
            value.null = Null::Unknown;
        }
        if index == 0 && self.model.function(self.function).class.is_some() {
            value.null = Null::Never;
        }
        value.tags = value.tags.with(self.param_tags(param, &value));
        value
    }

    /// Where a parameter's value comes from, by its framework default, its type and its name.
    fn param_tags(&self, param: &Param, value: &Val) -> Tags {
        let name = self.model.text(param.name);
        let mut tags = Tags::NONE;
        let declared = param
            .default
            .as_ref()
            .and_then(|default| self.framework_default(default));
        match declared {
            Some("Header") => tags = tags.with(Tags::HEADER),
            Some("Query" | "Body" | "Form" | "Path" | "File") => tags = tags.with(Tags::PAYLOAD),
            _ if matches!(name, "headers" | "request" | "raw_headers" | "scope_headers") => {
                tags = tags.with(Tags::HEADER)
            }
            _ => {}
        }
        let alias = param.default.as_ref().and_then(|default| match default {
            Expr::Call(call) => call
                .keyword(self.model.names, "alias")
                .and_then(|alias| alias.as_str(self.model.names)),
            _ => None,
        });
        if self.analyzer.known.is_ticket(name) || alias.is_some_and(|alias| self.analyzer.known.is_ticket(alias)) {
            tags = tags.with(Tags::TICKET);
        }
        if value.types.iter().any(|ty| self.is_context_type(*ty)) {
            tags = tags.with(Tags::CONTEXT);
        }
        tags
    }

    /// `Header(…)`, `Query(…)`, …: the framework's marker of where a parameter comes from.
    pub(super) fn framework_default(&self, default: &Expr) -> Option<&'static str> {
        const MARKERS: [&str; 10] = [
            "Header", "Query", "Body", "Form", "Path", "File", "Cookie", "Depends", "Security", "Param",
        ];
        let Expr::Call(call) = default else { return None };
        let name = match &call.func {
            Expr::Name(name, _) => self.model.text(*name),
            Expr::Attr(attr) => self.model.text(attr.name),
            _ => return None,
        };
        MARKERS.into_iter().find(|marker| *marker == name)
    }
}
