//! What an application's exception handler sends for an error, which may depend on the error's detail.

use super::Analyzer;
use super::flow::Frame;
use super::state::State;
use super::value::{Constant, Shape, Tags};
use crate::model::FnId;
use crate::model::classes::Base;
use crate::source::facts::{Expr, Span};

/// The body that a handler sends for an error of this class with this detail.
pub fn answer(analyzer: &Analyzer<'_>, handler: FnId, class: Base, detail: Shape) -> Shape {
    let asked = (handler, class, detail);
    if let Some(known) = analyzer.answers.borrow().get(&asked) {
        return *known;
    }
    let shape = answer_once(analyzer, asked);
    analyzer.answers.borrow_mut().insert(asked, shape);
    shape
}

fn answer_once(analyzer: &Analyzer<'_>, (handler, class, detail): (FnId, Base, Shape)) -> Shape {
    let info = analyzer.model().function(handler);
    // The request comes first.
    let position = 1 + usize::from(info.class.is_some());
    let frame = Frame::new(analyzer, handler);
    let mut state = State::start();
    frame.bind_plainly(&mut state);
    if let Some(param) = info.facts.params.get(position) {
        let mut error = frame.plain_exit(class, Span::default());
        error.shape = detail;
        state.update(param.name, |given| {
            given.tags = given.tags.with(Tags::RAISED);
            given.caught = Some([error].into());
        });
    }
    frame.run(state).returns.shape
}

impl<'s> Frame<'_, 's> {
    /// Whether a detail that a handler looks at is of this class: `isinstance(exc.detail, dict)`.
    pub(super) fn detail_is(&mut self, detail: &'s Expr, class: &Expr, state: &mut State) -> Option<bool> {
        let shape = self.raised_shape(detail, state)?;
        let Expr::Name(class, _) = class else { return None };
        match (self.text(*class), shape) {
            (_, Shape::Unknown | Shape::Param(_) | Shape::Envelope | Shape::Inner) => None,
            ("str", shape) => Some(shape == Shape::Text),
            ("dict" | "Mapping", shape) => Some(shape != Shape::Text),
            _ => None,
        }
    }

    /// Whether a detail that a handler looks at holds this key: `"error" in exc.detail`.
    pub(super) fn detail_holds(&mut self, key: &'s Expr, detail: &'s Expr, state: &mut State) -> Option<bool> {
        let shape = self.raised_shape(detail, state)?;
        let key = match key {
            Expr::Str(key, _) => Constant::Str(*key),
            _ => return None,
        };
        match shape {
            Shape::Canonical | Shape::Near => Some(self.is_text(key, "error")),
            Shape::Block | Shape::Plain if self.is_text(key, "error") => Some(false),
            _ => None,
        }
    }

    /// The shape of the detail of what was raised. Other values may have a second shape that joining has lost.
    fn raised_shape(&mut self, detail: &'s Expr, state: &mut State) -> Option<Shape> {
        let value = self.quiet(detail, state);
        value.tags.has(Tags::RAISED).then_some(value.shape)
    }
}
