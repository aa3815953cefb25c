//! The calls that lead to where a walk stands.

use std::cell::Cell;
use std::rc::Rc;

use super::Walker;
use crate::model::{FnId, ModId, Place};
use crate::source::facts::Span;

/// A function that is being walked.
#[derive(Debug)]
struct Frame {
    module: ModId,
    function: FnId,
    /// The call that it is at.
    at: Cell<Span>,
    /// How many frames there are, with this one.
    depth: usize,
    caller: Option<Rc<Frame>>,
}

/// Where a walk stands.
#[derive(Debug, Clone)]
pub struct Standing {
    frame: Option<Rc<Frame>>,
    /// The module whose names are meant: another than the function's own where a default of another module is looked at.
    module: ModId,
}

impl Standing {
    /// Before the first function.
    pub fn nowhere() -> Self {
        Self {
            frame: None,
            module: ModId(0),
        }
    }

    /// In this function, which is called from here.
    fn within(&self, module: ModId, function: FnId, at: Span) -> Self {
        let frame = Frame {
            module,
            function,
            at: Cell::new(at),
            depth: self.depth() + 1,
            caller: self.frame.clone(),
        };
        Self {
            frame: Some(Rc::new(frame)),
            module,
        }
    }

    fn depth(&self) -> usize {
        self.frame.as_ref().map_or(0, |frame| frame.depth)
    }

    /// The frames, innermost first.
    fn frames(&self) -> impl Iterator<Item = &Frame> {
        std::iter::successors(self.frame.as_deref(), |frame| frame.caller.as_deref())
    }
}

impl Walker<'_, '_> {
    /// Where the walk stands.
    pub(super) fn standing(&self) -> Standing {
        self.standing.clone()
    }

    /// Looks at something from where the walk stood before.
    pub(super) fn back_in<R>(&mut self, there: &Standing, look: impl FnOnce(&mut Self) -> R) -> R {
        let here = self.stand(there.clone());
        let at = there.frame.as_ref().map(|frame| frame.at.get());
        let seen = look(self);
        if let (Some(frame), Some(at)) = (&there.frame, at) {
            frame.at.set(at);
        }
        self.stand(here);
        seen
    }

    /// Stands elsewhere; gives where it stood.
    pub(super) fn stand(&mut self, there: Standing) -> Standing {
        std::mem::replace(&mut self.standing, there)
    }

    /// Enters a function; gives where it was called.
    pub(super) fn stand_in(&mut self, function: FnId) -> Standing {
        let info = self.model.function(function);
        let inside = self.standing.within(info.module, function, info.facts.span);
        self.stand(inside)
    }

    /// Means the names of another module; gives the one whose names were meant.
    pub(super) fn turn_to(&mut self, module: ModId) -> ModId {
        std::mem::replace(&mut self.standing.module, module)
    }

    /// Notes the call that the function is at.
    pub(super) fn stand_at(&self, call: Span) {
        if let Some(frame) = &self.standing.frame {
            frame.at.set(call);
        }
    }

    pub(super) fn is_outermost(&self) -> bool {
        self.standing.depth() == 1
    }

    /// Whether a function may be followed from here: it is not being walked already, and not too many are.
    pub(super) fn is_within_reach(&self, function: FnId) -> bool {
        self.standing.depth() < self.depth && !self.standing.frames().any(|frame| frame.function == function)
    }

    /// The functions that are being walked, innermost first.
    pub(super) fn walked(&self) -> impl Iterator<Item = FnId> {
        self.standing.frames().map(|frame| frame.function)
    }

    pub(super) fn module(&self) -> ModId {
        self.standing.module
    }

    pub(super) fn function(&self) -> Option<FnId> {
        self.standing.frame.as_ref().map(|frame| frame.function)
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place {
            module: self.module(),
            span,
        }
    }

    /// The place of the call that the function is at.
    pub(super) fn place_of_call(&self) -> Place {
        let at = self.standing.frame.as_ref().map(|frame| frame.at.get());
        self.place(at.unwrap_or_default())
    }

    /// The last call on the way here that stands in the file where the walk began.
    pub(super) fn last_own_call(&self) -> Place {
        let first = self.standing.frames().last().map_or(ModId(0), |frame| frame.module);
        let own = self.standing.frames().find(|frame| frame.module == first);
        Place {
            module: first,
            span: own.map_or_else(Span::default, |frame| frame.at.get()),
        }
    }
}
