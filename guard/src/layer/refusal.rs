//! A request that goes no further.

use std::borrow::Cow;

use http::header::{ALLOW, HeaderName, RETRY_AFTER};
use http::{HeaderValue, StatusCode};

use super::path::PathFault;
use super::query::QueryFault;
use crate::code;
use crate::context::{ContextField, HeaderFault};
use crate::credential::{Cause, TokenError};
use crate::envelope::{ErrorEnvelope, ErrorEnvelopeBuilder, ErrorStatus, PublicText, ValidationIssue};

/// An error, a header that goes with it, and what the log may know.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) envelope: ErrorEnvelope,
    pub(crate) header: Option<(HeaderName, HeaderValue)>,
    pub(crate) cause: Option<Cause>,
}

impl From<ErrorEnvelope> for Refusal {
    fn from(envelope: ErrorEnvelope) -> Self {
        Self {
            envelope,
            header: None,
            cause: None,
        }
    }
}

impl From<ErrorEnvelopeBuilder> for Refusal {
    fn from(builder: ErrorEnvelopeBuilder) -> Self {
        builder.build().into()
    }
}

impl From<HeaderFault> for Refusal {
    fn from(fault: HeaderFault) -> Self {
        fault.envelope().into()
    }
}

impl From<PathFault> for Refusal {
    fn from(PathFault(problem): PathFault) -> Self {
        invalid(&["path"], format!("the path {problem}"), "path_invalid")
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Expired => ErrorEnvelope::builder(code::AUTH_TOKEN_EXPIRED).into(),
            TokenError::Invalid(cause) => Self {
                cause: Some(cause),
                ..ErrorEnvelope::builder(code::AUTH_TOKEN_INVALID).into()
            },
            TokenError::Unavailable(cause) => unavailable(Some(cause)),
        }
    }
}

/// Something that the decision needs is out of reach: nobody gets in, and a retry makes sense.
pub(crate) fn unavailable(cause: Option<Cause>) -> Refusal {
    const UNAVAILABLE: ErrorStatus = ErrorStatus::literal(StatusCode::SERVICE_UNAVAILABLE);
    Refusal {
        header: Some((RETRY_AFTER, HeaderValue::from_static("1"))),
        cause,
        ..ErrorEnvelope::builder(code::http_exception(UNAVAILABLE))
            .message("the request cannot be judged now")
            .into()
    }
}

/// A refusal of the gates. Where they could not judge, a retry makes sense.
pub(crate) fn of_gates(envelope: ErrorEnvelope) -> Refusal {
    let is_unavailable = StatusCode::from(envelope.http_status()) == StatusCode::SERVICE_UNAVAILABLE;
    Refusal {
        header: is_unavailable.then(|| (RETRY_AFTER, HeaderValue::from_static("1"))),
        ..envelope.into()
    }
}

pub(crate) fn not_found() -> Refusal {
    ErrorEnvelope::builder(code::ROUTE_NOT_FOUND).into()
}

pub(crate) fn method_not_allowed(allow: HeaderValue) -> Refusal {
    Refusal {
        header: Some((ALLOW, allow)),
        ..ErrorEnvelope::builder(code::ROUTE_METHOD_NOT_ALLOWED).into()
    }
}

/// A repetition in the path, the query or the body that differs from the context.
pub(crate) fn mismatch(place: &'static str, field: ContextField) -> ErrorEnvelopeBuilder {
    ErrorEnvelope::builder(code::AUTH_CONTEXT_MISMATCH)
        .detail("in", place)
        .detail("field", field.as_str())
}

pub(crate) fn query_fault(fault: QueryFault) -> ErrorEnvelopeBuilder {
    match fault {
        QueryFault::Mismatch(field) => mismatch("query", field),
        QueryFault::Credential => issue(
            &["query", "access_token"],
            Cow::Borrowed("a token does not belong in the address; send it as Authorization: Bearer"),
            "credential_in_query",
        ),
    }
}

/// `validation.error` with one issue.
pub(crate) fn invalid(loc: &[&str], problem: String, kind: &'static str) -> Refusal {
    issue(loc, Cow::Owned(problem), kind).into()
}

/// `problem` must not quote the request.
pub(crate) fn issue(loc: &[&str], problem: Cow<'static, str>, kind: &str) -> ErrorEnvelopeBuilder {
    let issue = ValidationIssue {
        loc: loc.iter().map(|&part| part.to_owned()).collect(),
        msg: problem.clone().into_owned(),
        kind: kind.to_owned(),
    };
    ErrorEnvelope::validation(&[issue]).message(PublicText::reviewed(problem.into_owned()))
}
