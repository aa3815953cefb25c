//! Whether a stream shows that it is alive while nothing happens.

use super::Reader;
use crate::model::{FnId, Place};
use crate::source::facts::Expr;
use crate::source::visit::{descend, each_expr};
use crate::vocabulary::words;

impl<'s> Reader<'_, 's> {
    /// Where one of these functions sends a heartbeat: it yields or sends a text that says so.
    pub fn heartbeat(&self, functions: &[FnId]) -> Option<Place> {
        functions.iter().find_map(|function| {
            let info = self.model.function(*function);
            let mut found = None;
            each_expr(&info.facts.body, &mut |expr| {
                let sent = match expr {
                    Expr::Yield(Some(value)) => self.says_alive(value),
                    Expr::Call(call) => match self.callee_name(&call.func) {
                        "EventSourceResponse" => true,
                        "ping" => matches!(call.func, Expr::Attr(_)),
                        name if name.starts_with("send") || name == "put_nowait" || name == "put" => {
                            call.args.iter().any(|arg| self.says_alive(&arg.value))
                        }
                        _ => false,
                    },
                    _ => false,
                };
                if sent {
                    let span = match expr {
                        Expr::Call(call) => call.span,
                        _ => info.facts.span,
                    };
                    found = found.or(Some(self.place(info.module, span)));
                }
            });
            found
        })
    }

    /// `{"type": "ping"}`, `": keep-alive\n\n"`, `heartbeat_event()`; what it is built from counts too.
    fn says_alive(&self, value: &'s Expr) -> bool {
        let mut found = false;
        descend(value, &mut |inner| {
            found = found
                || match inner {
                    Expr::Str(text, _) => is_alive(self.model.text(*text)),
                    Expr::Name(name, _) => is_alive_name(self.model.text(*name)),
                    Expr::Attr(attr) => is_alive_name(self.model.text(attr.name)),
                    _ => false,
                };
        });
        found
    }
}

/// Whether a text that is sent says nothing but that the stream is alive.
pub(crate) fn is_alive(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    // A comment line of an event stream.
    let comment = text.starts_with(':') && text.contains('\n');
    comment
        || matches!(lower.as_str(), "ping" | "heartbeat" | "keepalive" | "keep-alive")
        || lower.contains("event: ping")
        || lower.contains("event: heartbeat")
}

/// Whether a name says so.
pub(crate) fn is_alive_name(name: &str) -> bool {
    words(name).any(|word| matches!(word.as_str(), "heartbeat" | "keepalive"))
}
