//! From what is wrong to an envelope.

use http::Extensions;

use super::problem::Problem;
use crate::code::Code;
use crate::envelope::{ErrorEnvelope, ErrorEnvelopeBuilder, PublicText, ValidationIssue};
use crate::layer;

/// The longest key of a client that is shown.
const SHOWN_KEY: usize = 64;

/// Makes the envelopes of one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refuse {
    resource_kind: Option<&'static str>,
}

impl Refuse {
    /// For a request with these extensions.
    pub(super) fn of(extensions: &Extensions) -> Self {
        Self {
            resource_kind: layer::resource_kind(extensions),
        }
    }

    pub(super) fn with(self, code: Code) -> ErrorEnvelopeBuilder {
        self.scoped(ErrorEnvelope::builder(code))
    }

    /// `validation.error` with one issue: serde stops at the first.
    pub(super) fn invalid(self, place: &str, path: &[String], problem: Problem) -> ErrorEnvelope {
        let mut loc = vec![place.to_owned()];
        loc.extend(path.iter().chain(&problem.field).map(|segment| shown(segment)));
        let issue = ValidationIssue {
            loc,
            msg: problem.message.clone(),
            kind: problem.kind.to_owned(),
        };
        let builder = ErrorEnvelope::validation(&[issue]).message(PublicText::reviewed(problem.message));
        self.scoped(builder).build()
    }

    fn scoped(self, builder: ErrorEnvelopeBuilder) -> ErrorEnvelopeBuilder {
        match self.resource_kind {
            Some(kind) => builder.resource_kind(kind),
            None => builder,
        }
    }
}

/// A key that a client chose may be anything.
fn shown(segment: &str) -> String {
    let fits = segment.len() <= SHOWN_KEY && !segment.chars().any(char::is_control);
    if fits { segment.to_owned() } else { "*".to_owned() }
}
