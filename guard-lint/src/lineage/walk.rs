//! Statements.

use std::rc::Rc;

use super::Walker;
use super::bearing::Bearing;
use super::effects::is_held;
use super::later::What;
use super::state::State;
use super::value::{Origin, Source, Value};
use crate::source::facts::{CompareOp, Expr, Handler, Stmt, Try};

impl<'s> Walker<'_, 's> {
    pub(super) fn body(&mut self, body: &'s [Stmt], state: &mut State<'s>) {
        for statement in body {
            if !state.live {
                return;
            }
            self.statement(statement, state);
        }
    }

    fn statement(&mut self, statement: &'s Stmt, state: &mut State<'s>) {
        match statement {
            Stmt::Expr(Expr::Other(targets)) => self.delete(targets, state),
            Stmt::Expr(value) => self.effect(value, state),
            Stmt::Assign(assign) => {
                let Some(value) = &assign.value else { return };
                let mut value = self.expr(value, state);
                if assign.augmented {
                    let old = self.expr(&assign.target, state);
                    value = self.added(&old, &value, state);
                }
                self.assign(&assign.target, value, state);
            }
            Stmt::Return(value, span) => {
                let value = value.as_ref().map_or(Value::None, |value| self.expr(value, state));
                self.leave(value, *span, state);
            }
            Stmt::Raise(raise) => {
                if let Some(error) = &raise.error {
                    self.effect(error, state);
                }
                state.end();
            }
            Stmt::If(branch) => self.branch(&branch.test, &branch.then, &branch.otherwise, state),
            Stmt::Loop(each) => {
                let head = self.expr(&each.head, state);
                let mut once = state.clone();
                if let Some(target) = &each.target {
                    let item = self.item(&head, &mut once);
                    self.assign(target, item, &mut once);
                }
                self.body(&each.body, &mut once);
                self.join(state, once);
                self.body(&each.otherwise, state);
            }
            Stmt::Try(attempt) => self.attempt(attempt, state),
            Stmt::With(with) => {
                for (manager, target) in &with.items {
                    let value = self.expr(manager, state);
                    if let Some(target) = target {
                        self.assign(target, value, state);
                    }
                }
                self.body(&with.body, state);
            }
            Stmt::Match(matching) => {
                let subject = self.expr(&matching.subject, state);
                let before = state.clone();
                if matching.cases.iter().any(|case| case.wildcard) {
                    state.end();
                }
                for case in &matching.cases {
                    let mut taken = before.clone();
                    for name in &case.binds {
                        taken
                            .variables
                            .insert(*name, taken.waits(What::Mixed(Rc::new([subject.clone()]))));
                    }
                    self.body(&case.body, &mut taken);
                    self.join(state, taken);
                }
            }
            Stmt::Assert(test) => self.effect(test, state),
            Stmt::Function(_) | Stmt::Class(_) | Stmt::Import(_) | Stmt::Global(_) | Stmt::Break | Stmt::Continue => {}
        }
    }

    fn branch(&mut self, test: &'s Expr, then: &'s [Stmt], otherwise: &'s [Stmt], state: &mut State<'s>) {
        if self.can_wait(test, state) {
            match (self.bearing(then, state), self.bearing(otherwise, state)) {
                (Bearing::Nothing, Bearing::Nothing) => return,
                (Bearing::Ends, _) => return self.body(otherwise, state),
                (_, Bearing::Ends) => return self.body(then, state),
                _ => {}
            }
        }
        match self.truth(test, state) {
            Some(true) => self.body(then, state),
            Some(false) => self.body(otherwise, state),
            None => {
                let mut taken = state.clone();
                self.body(then, &mut taken);
                self.body(otherwise, state);
                self.join(state, taken);
            }
        }
    }

    /// Whether a condition holds, where what is known of its values tells.
    pub(super) fn truth(&mut self, test: &'s Expr, state: &mut State<'s>) -> Option<bool> {
        match test {
            Expr::Not(inner) => self.truth(inner, state).map(|truth| !truth),
            Expr::Compare(compare) if matches!(compare.right, Expr::None) => {
                let value = self.expr(&compare.left, state);
                let is_none = match self.known(value, state) {
                    Value::None => true,
                    Value::Text(_) | Value::Items(..) => false,
                    Value::Cell(_) | Value::Plain(_) | Value::Later(_) => return None,
                };
                match compare.op {
                    CompareOp::Is | CompareOp::Eq => Some(is_none),
                    CompareOp::IsNot | CompareOp::NotEq => Some(!is_none),
                    _ => None,
                }
            }
            Expr::Bool(value) => Some(*value),
            // What any other comparison gives is not known.
            Expr::Compare(_) => {
                self.effect(test, state);
                None
            }
            test => {
                let value = self.expr(test, state);
                let value = self.known(value, state);
                self.is_true(&value, state)
            }
        }
    }

    pub(super) fn is_true(&self, value: &Value<'s>, state: &State<'s>) -> Option<bool> {
        match value {
            Value::None => Some(false),
            Value::Text(text) => Some(!text.is_empty()),
            Value::Cell(_) => {
                let cell = state.cells.get(value)?;
                let full = !cell.nullable && cell.class.is_some() || cell.entries.values().any(|entry| entry.always);
                let empty = cell.entries.is_empty() && cell.rest.is_none() && cell.class.is_none();
                full.then_some(true).or(empty.then_some(false))
            }
            Value::Items(..) | Value::Plain(_) | Value::Later(_) => None,
        }
    }

    /// What a handler begins with is anything between the start of the attempt and its end. An attempt that begins with
    /// a record has made it, whether or not that failed.
    fn attempt(&mut self, attempt: &'s Try, state: &mut State<'s>) {
        let matters = |handler: &&'s Handler| self.bearing(&handler.body, state) != Bearing::Ends;
        let handlers: Vec<&'s Handler> = attempt.handlers.iter().filter(matters).collect();
        if handlers.is_empty() && attempt.finally.is_empty() {
            self.body(&attempt.body, state);
            if state.live {
                self.body(&attempt.otherwise, state);
            }
            return;
        }
        let mut caught = state.clone();
        let mut body = attempt.body.iter();
        let emissions = self.trail.emissions.len();
        if let Some(first) = body.next() {
            self.statement(first, state);
            if self.trail.emissions.len() > emissions && state.live {
                caught.ways = state.ways;
            }
        }
        for statement in body {
            if !state.live {
                break;
            }
            self.statement(statement, state);
            if state.live {
                let after = state.clone();
                self.join(&mut caught, after);
            }
        }
        if state.live {
            let after = state.clone();
            self.join(&mut caught, after);
            self.body(&attempt.otherwise, state);
        }
        for handler in handlers {
            let mut handled = caught.clone();
            if let Some(name) = handler.name {
                handled.variables.insert(name, Value::default());
            }
            self.body(&handler.body, &mut handled);
            self.join(state, handled);
        }
        if state.live {
            self.body(&attempt.finally, state);
        } else if !attempt.finally.is_empty() {
            let mut ended = caught;
            self.body(&attempt.finally, &mut ended);
        }
    }

    fn delete(&mut self, targets: &'s [Expr], state: &mut State<'s>) {
        for target in targets {
            if let Expr::Index(pair) = target {
                let place = self.place(pair.span);
                let base = self.object(&pair.base, state);
                let key = self.key(&pair.index, state);
                if let (Some(key), Some(cell)) = (key, state.cells.get_mut(&base)) {
                    cell.remove(key, place);
                }
            } else {
                self.effect(target, state);
            }
        }
    }

    pub(super) fn assign(&mut self, target: &'s Expr, value: Value<'s>, state: &mut State<'s>) {
        match target {
            Expr::Name(name, _) => {
                state.variables.insert(*name, value);
            }
            Expr::Attr(attr) => {
                let base = self.object(&attr.base, state);
                let (place, name) = (self.place(attr.span), self.text(attr.name));
                if let Some(cell) = state.cells.get_mut(&base) {
                    cell.set(name, value, place);
                }
            }
            Expr::Index(pair) => {
                let base = self.object(&pair.base, state);
                let place = self.place(pair.span);
                self.note_kept(&pair.base, state);
                if state.cells.get(&base).is_none() {
                    self.effect(&pair.index, state);
                } else if let Some(key) = self.key(&pair.index, state) {
                    if let Some(cell) = state.cells.get_mut(&base) {
                        cell.set(key, value, place);
                    }
                } else {
                    let origin = self.origin(&value, state);
                    if let Some(cell) = state.cells.get_mut(&base) {
                        let rest = cell.rest.take().unwrap_or_else(|| Origin::of(Source::Opaque, place));
                        cell.rest = Some(rest.with(&origin));
                    }
                }
            }
            Expr::Seq(targets) => match value {
                Value::Items(items, _) if items.len() == targets.len() => {
                    for (target, item) in targets.iter().zip(items.iter()) {
                        self.assign(target, item.clone(), state);
                    }
                }
                Value::Later(_) => {
                    for (index, target) in targets.iter().enumerate() {
                        let part = state.waits(What::Part(value.clone(), index, targets.len()));
                        self.assign(target, part, state);
                    }
                }
                value => {
                    let origin = self.origin(&value, state);
                    for target in targets {
                        self.assign(target, Value::Plain(origin.clone()), state);
                    }
                }
            },
            Expr::Star(inner) => self.assign(inner, value, state),
            _ => {}
        }
    }

    /// An item set in a dict that `self` holds outlives the request, unless it is kept beside the work.
    fn note_kept(&mut self, container: &Expr, state: &mut State<'s>) {
        if is_held(&self.lookup, container) {
            self.changes(state);
        }
    }

    /// One of what is iterated.
    pub(super) fn item(&mut self, head: &Value<'s>, state: &mut State<'s>) -> Value<'s> {
        match head {
            Value::Items(items, _) if items.len() == 1 => items[0].clone(),
            Value::Later(_) => state.waits(What::Item(head.clone())),
            head => Value::Plain(self.origin(head, state)),
        }
    }
}
