//! Control events that carry an id: the client keeps it as its cursor, and comes back with something that no store knows.

use super::{At, Reader};
use crate::model::{FnId, Place};
use crate::source::facts::{Call, Expr, Stmt};
use crate::source::visit::each_expr;

/// How many calls away the event may be built.
const DEPTH: u32 = 3;

impl<'s> Reader<'_, 's> {
    /// Where these functions send a control event with an `id:` line, with its type.
    pub fn control_with_id(&self, functions: &[FnId]) -> Option<(Place, &'s str)> {
        functions.iter().find_map(|function| {
            let info = self.model.function(*function);
            let mut found = None;
            each_expr(&info.facts.body, &mut |expr| {
                if let Expr::Yield(Some(value)) = expr
                    && found.is_none()
                {
                    found = self.sent_with_id(self.at(*function), value).map(|kind| {
                        let span = value.span().unwrap_or(info.facts.span);
                        (self.place(info.module, span), kind)
                    });
                }
            });
            found
        })
    }

    /// The type of a control event that this text sends with an id.
    fn sent_with_id(&self, at: At, value: &'s Expr) -> Option<&'s str> {
        match value {
            Expr::Text(parts) => self.text_with_id(parts),
            Expr::Call(call) => {
                let formats = self.called(at, &call.func).any(|callee| self.writes_id(callee));
                let event = call.args.first().filter(|_| formats)?;
                self.control_type(at, &event.value, DEPTH)
            }
            _ => None,
        }
    }

    /// `f"id: {n}\nevent: heartbeat\n\n"`
    fn text_with_id(&self, parts: &'s [Expr]) -> Option<&'s str> {
        let literals: Vec<&str> = parts.iter().filter_map(|part| self.string(part)).collect();
        literals.iter().any(|text| is_id(text)).then_some(())?;
        let control = |text: &&'s str| {
            let after = text.split("event:").nth(1)?.trim_start();
            let word = after.split(['\n', ' ']).next()?;
            self.words.control_events.iter().any(|row| row == word).then_some(word)
        };
        literals.iter().find_map(control)
    }

    /// Whether a function puts an `id:` line into the text it returns, whatever the event.
    fn writes_id(&self, function: FnId) -> bool {
        let mut found = false;
        each_expr(&self.model.function(function).facts.body, &mut |expr| {
            if let Expr::Text(parts) = expr {
                found = found || parts.iter().filter_map(|part| self.string(part)).any(is_id);
            }
        });
        // One that decides by the event whether it has an id is trusted.
        let mut decides = false;
        crate::model::types::each_statement(&self.model.function(function).facts.body, &mut |statement| {
            decides = decides || matches!(statement, Stmt::If(_));
        });
        found && !decides
    }

    /// The type that an event is built with, where it is one of a control event and the event has an id.
    fn control_type(&self, at: At, event: &'s Expr, depth: u32) -> Option<&'s str> {
        let depth = depth.checked_sub(1)?;
        match event {
            Expr::Call(call) => self.built_type(call).or_else(|| {
                self.called(at, &call.func).find_map(|callee| {
                    let mut found = None;
                    crate::model::types::each_statement(&self.model.function(callee).facts.body, &mut |statement| {
                        if let Stmt::Return(Some(value), _) = statement {
                            found = found.or_else(|| self.control_type(self.at(callee), value, depth));
                        }
                    });
                    found
                })
            }),
            Expr::Name(name, _) => {
                let function = at.1?;
                let mut found = None;
                crate::model::types::each_statement(&self.model.function(function).facts.body, &mut |statement| {
                    if let Stmt::Assign(assign) = statement
                        && matches!(&assign.target, Expr::Name(local, _) if local == name)
                        && let Some(value) = &assign.value
                    {
                        found = found.or_else(|| self.control_type(at, value, depth));
                    }
                });
                found
            }
            _ => None,
        }
    }

    fn built_type(&self, call: &'s Call) -> Option<&'s str> {
        let names = self.model.names;
        let kind = ["type", "event", "kind", "event_type"]
            .into_iter()
            .find_map(|word| call.keyword(names, word))?;
        let kind = self.string(kind)?;
        self.words.control_events.iter().any(|row| row == kind).then_some(kind)
    }
}

fn is_id(text: &str) -> bool {
    text.starts_with("id:") || text.contains("\nid:")
}
