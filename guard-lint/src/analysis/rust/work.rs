//! What a handler changes, and whether a gate comes first: in the order of the source, through the functions it calls.

use super::View;
use super::guards::words_of;
use crate::analysis::summary::{Gate, Strength, Summary, Witness, Write};
use crate::analysis::value::Facts;
use crate::model::rust::Def;
use crate::model::{FnId, Place};
use crate::source::rust::facts::{Expr, Kind, Stmt};

/// How deep calls are followed.
const DEPTH: u32 = 3;

/// Something that a body does, in order.
enum Event {
    Gate { at: Witness, heeded: bool },
    Write(Witness),
}

impl<'s> View<'_, '_, 's> {
    /// Notes the gates and writes of a handler.
    pub(super) fn work(&self, handler: FnId, summary: &mut Summary) {
        let mut events = Vec::new();
        self.events(handler, DEPTH, &mut events);
        let mut gated = false;
        let mut wrote = false;
        for event in events {
            match event {
                Event::Gate { at, heeded } => {
                    gated |= heeded;
                    summary.gates.push(Gate {
                        at,
                        unbindable: None,
                        swallowed: !heeded,
                        settled: !heeded,
                        passed_over: !heeded,
                        after_write: wrote,
                    });
                }
                Event::Write(at) => {
                    wrote = true;
                    let write = Write {
                        at,
                        strength: Strength::Store,
                        unsure: false,
                    };
                    if !gated {
                        summary.ungated.get_or_insert_with(|| write.clone());
                    }
                    summary.write.get_or_insert(write);
                }
            }
        }
        if gated {
            summary.must = summary.must.with(Facts::GATE);
            summary.may = summary.may.with(Facts::GATE);
        }
    }

    fn events(&self, function: FnId, depth: u32, events: &mut Vec<Event>) {
        let (Some(depth), Some(facts)) = (depth.checked_sub(1), self.program.function(function)) else {
            return;
        };
        for statement in &facts.body {
            match statement {
                Stmt::Let(names, Some(value), _) => {
                    // `let _ = gate.check(...)` drops the answer.
                    let dropped = names.len() == 1 && names[0] == "_";
                    self.expr_events(function, value, dropped, depth, events);
                }
                Stmt::Expr(value, dropped) => self.expr_events(function, value, *dropped, depth, events),
                Stmt::Let(_, None, _) => {}
            }
        }
    }

    fn expr_events(&self, function: FnId, expr: &'s Expr, dropped: bool, depth: u32, events: &mut Vec<Event>) {
        let known = &self.analyzer.known;
        // What is passed on with `?` is heeded; what is looked at may be.
        let ignored = dropped && is_ignored(expr);
        expr.each(&mut |part| {
            let place = Place {
                module: self.program.model.function(function).module,
                span: part.span,
            };
            match &part.kind {
                Kind::Method(receiver, name, _) => {
                    let on = words_of(receiver);
                    if known.is_gate_call(Some(&on), name) {
                        let at = self.witness(function, place, &format!("{on}.{name}"));
                        events.push(Event::Gate { at, heeded: !ignored });
                    } else if known.is_write(&on, name) || known.is_plain_write(name) {
                        events.push(Event::Write(self.witness(function, place, &format!("`{name}`"))));
                    } else if let [only] = self.program.methods(name) {
                        self.events(*only, depth, events);
                    }
                }
                Kind::Call(head, _) => {
                    let Some(path) = head.as_path() else { return };
                    let name = path.last().map_or("", String::as_str);
                    if let Def::Function(id) = self.program.value_in(function, path) {
                        if id != function {
                            self.events(id, depth, events);
                        }
                    } else if known.is_plain_write(name) {
                        events.push(Event::Write(self.witness(function, place, &format!("`{name}`"))));
                    }
                }
                _ => {}
            }
        });
    }
}

/// Whether nothing looks at an expression's value: a statement without `?`, or one that ends in `.ok()`.
fn is_ignored(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Await(inner) => is_ignored(inner),
        Kind::Method(inner, name, _) if name == "ok" || name == "unwrap_or_default" => {
            !matches!(inner.kind, Kind::Try(_))
        }
        Kind::Method(..) | Kind::Call(..) => true,
        _ => false,
    }
}
