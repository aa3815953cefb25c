//! The context and the charge as arguments of a handler.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::budget::Charge;
use crate::code;
use crate::context::RequestContext;
use crate::envelope::ErrorEnvelope;

/// On a route that is exempt there is no context; `#[engine_route]` does not compile such a handler, and here it is
/// `internal.error`.
impl<S: Sync> FromRequestParts<S> for RequestContext {
    type Rejection = ErrorEnvelope;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorEnvelope> {
        let context = Self::of(&parts.extensions).cloned();
        context.ok_or_else(|| ErrorEnvelope::builder(code::INTERNAL_ERROR).build())
    }
}

/// On a route without a `budget` there is none, and here it is `internal.error`.
impl<S: Sync> FromRequestParts<S> for Charge {
    type Rejection = ErrorEnvelope;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorEnvelope> {
        let charge = Self::of(&parts.extensions).cloned();
        charge.ok_or_else(|| ErrorEnvelope::builder(code::INTERNAL_ERROR).build())
    }
}
