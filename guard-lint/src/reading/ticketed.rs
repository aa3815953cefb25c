//! Contexts that a ticket makes while the headers that name the scope are left unread.

use super::Reader;
use crate::model::{FnId, Place};
use crate::source::facts::{Expr, Stmt};

impl<'s> Reader<'_, 's> {
    /// Where a function that takes the scope's headers returns what a ticket makes, so that no header is compared with it.
    pub fn skips_headers(&self, function: FnId, is_verifier: &dyn Fn(&str) -> bool) -> Option<Place> {
        let info = self.model.function(function);
        let takes_scope = info.facts.params.iter().any(|param| match &param.default {
            Some(Expr::Call(call)) if self.callee_name(&call.func) == "Header" => {
                let alias = call
                    .keyword(self.model.names, "alias")
                    .and_then(|alias| self.string(alias));
                let name = alias
                    .unwrap_or(self.model.text(param.name))
                    .to_lowercase()
                    .replace('-', "_");
                self.field(name.strip_prefix("x_").unwrap_or(&name)).is_some()
            }
            _ => false,
        });
        if !takes_scope {
            return None;
        }
        let mut found = None;
        crate::model::types::each_statement(&info.facts.body, &mut |statement| {
            if let Stmt::Return(Some(value), span) = statement
                && let Expr::Call(call) = value.awaited()
                && is_verifier(self.callee_name(&call.func))
            {
                found = found.or(Some(self.place(info.module, *span)));
            }
        });
        found
    }
}
