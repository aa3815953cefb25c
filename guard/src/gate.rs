//! The gates that stand before a change.
//!
//! A route with an action is not called before the engine's [`GateChain`] lets it pass. An engine with such a route and no
//! chain does not start.

use std::future::Future;
use std::pin::Pin;

use crate::context::RequestContext;
use crate::envelope::ErrorEnvelope;

/// Decides whether an action may go ahead.
///
/// The layer asks after the context stands and every repetition was compared, and before the handler runs. It bounds the
/// wait by the route's timeout; running out of it refuses the request too.
pub trait GateChain: Send + Sync + 'static {
    /// Lets the action pass, or says no.
    ///
    /// Give the error the code of the gate that said no, so that it names the gate; the action and the resource kind are
    /// filled in where it names none. On any doubt, say no.
    fn decide(&self, request: GateRequest) -> GateFuture;
}

/// The answer of a [`GateChain`].
pub type GateFuture = Pin<Box<dyn Future<Output = Result<(), ErrorEnvelope>> + Send>>;

/// What a chain decides on.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GateRequest {
    /// Who asks, in which scope.
    pub context: RequestContext,
    /// The action that the route declares.
    pub action: &'static str,
    /// The `resource_kind` of the route.
    pub resource_kind: Option<&'static str>,
}
