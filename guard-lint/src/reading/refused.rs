//! Backends that a mode forbids: who raises their refusal, and who answers it.

use super::Reader;
use crate::model::{FnId, Place};
use crate::source::facts::{Expr, Handler, Span, Stmt};
use crate::source::visit::each_call;

impl<'s> Reader<'_, 's> {
    /// Whether a name is one of the exceptions by which a store refuses its backend.
    pub fn is_refusal(&self, name: &str) -> bool {
        self.words.forbidden_backends.iter().any(|row| row == name)
    }

    /// The statements and calls inside handlers that catch it by name, as places.
    pub fn answers_refusal(&self, functions: &[FnId]) -> Vec<Place> {
        let mut found = Vec::new();
        for function in functions {
            let info = self.model.function(*function);
            crate::model::types::each_statement(&info.facts.body, &mut |statement| {
                let Stmt::Try(attempt) = statement else { return };
                for handler in attempt.handlers.iter().filter(|handler| self.names_refusal(handler)) {
                    let mut add = |span: Span| found.push(self.place(info.module, span));
                    crate::model::types::each_statement(&handler.body, &mut |inner| match inner {
                        Stmt::Return(_, span) => add(*span),
                        Stmt::Raise(raise) => add(raise.span),
                        _ => {}
                    });
                    each_call(&handler.body, &mut |call| add(call.span));
                }
            });
        }
        found
    }

    fn names_refusal(&self, handler: &Handler) -> bool {
        let named = |class: &Expr| match class {
            Expr::Seq(classes) => classes.iter().any(|class| self.is_refusal(self.callee_name(class))),
            class => self.is_refusal(self.callee_name(class)),
        };
        handler.classes.iter().any(named)
    }
}
