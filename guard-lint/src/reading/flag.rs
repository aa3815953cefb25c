//! Whether a mounting depends on a feature flag.

use super::{At, Reader};
use crate::model::Place;
use crate::source::facts::{Expr, Span, Stmt};
use crate::source::visit::{descend, each_expr};
use crate::vocabulary::has_word;

impl<'s> Reader<'_, 's> {
    /// The condition that the call at this place stands under, where it asks for a flag or a setting.
    pub fn flag_around(&self, place: Place) -> Option<Place> {
        let file = self.model.file(place.module);
        let functions = self.functions_of(place.module).map(|function| {
            let body = self.model.function(function).facts.body.as_slice();
            (self.at(function), body)
        });
        let bodies = std::iter::once(((place.module, None), file.facts.body.as_slice())).chain(functions);
        bodies
            .into_iter()
            .find_map(|(at, body)| self.under(at, body, place.span, None))
            .flatten()
    }

    /// Whether the span stands in these statements, and the flag's condition that is nearest around it.
    fn under(&self, at: At, body: &'s [Stmt], span: Span, flag: Option<Place>) -> Option<Option<Place>> {
        let mut flag = flag;
        for statement in body {
            let found = match statement {
                Stmt::If(branch) => {
                    let asks = self.asks_flag(at, &branch.test).or(flag);
                    let then = self.under(at, &branch.then, span, asks);
                    let found = then.or_else(|| self.under(at, &branch.otherwise, span, asks));
                    // `if not enabled: return`: what follows depends on it as well.
                    if found.is_none()
                        && matches!(
                            branch.then.last(),
                            Some(Stmt::Return(..) | Stmt::Raise(..) | Stmt::Continue)
                        )
                    {
                        flag = asks;
                    }
                    found
                }
                Stmt::Loop(each) => self.under(at, &each.body, span, flag),
                Stmt::Try(attempt) => self
                    .under(at, &attempt.body, span, flag)
                    .or_else(|| self.under(at, &attempt.otherwise, span, flag)),
                Stmt::With(with) => self.under(at, &with.body, span, flag),
                simple => {
                    let mut here = false;
                    each_expr(std::slice::from_ref(simple), &mut |expr| {
                        here = here || matches!(expr, Expr::Call(call) if call.span == span);
                    });
                    here.then_some(flag)
                }
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn asks_flag(&self, at: At, test: &'s Expr) -> Option<Place> {
        let mut found = None;
        descend(test, &mut |inner| {
            let (name, span) = match inner {
                Expr::Name(name, span) => (self.model.text(*name), *span),
                Expr::Attr(attr) => (self.model.text(attr.name), attr.span),
                Expr::Str(text, span) => (self.model.text(*text), *span),
                _ => return,
            };
            if has_word(name, &self.words.flag_words) || matches!(name, "getenv" | "environ") {
                found = found.or(Some(self.place(at.0, span)));
            }
        });
        found
    }
}
