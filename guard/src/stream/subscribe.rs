//! What the handler of a stream route answers.

use axum_core::body::Body;
use http::Response;

use crate::context::OpaqueId;

/// Which stream the caller is to follow: what the handler of a route with `stream = ...` answers.
///
/// The handler judges whether the caller may read it, from the [`RequestContext`](crate::context::RequestContext) and its own
/// knowledge. Tenant, mode and project of the stream are those of the context; nothing here can name another's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Subscribe {
    pub(super) id: OpaqueId,
    pub(super) from_start: bool,
}

impl Subscribe {
    /// The stream with this id, of the kind that the route declares: a thread, a canvas. A client without a cursor gets what
    /// happens from now on.
    pub fn to(id: OpaqueId) -> Self {
        Self { id, from_start: false }
    }

    /// A client without a cursor gets everything that is kept, then what happens.
    pub fn from_start(mut self) -> Self {
        self.from_start = true;
        self
    }

    /// The answer as a response, for a service that is no axum handler. The guard replaces it.
    pub fn to_response(&self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(self.clone());
        response
    }
}
