//! The gates that stand before a change.
//!
//! A route with an action is not called before the engine's [`GateChain`] lets it pass. An engine with such a route and no
//! chain does not start.
//!
//! [`Chain`] is the guard's own: the contract's six gates in their order on policies that a store keeps, the budget held and
//! every decision in the audit before the handler runs. An engine can put gates of its own behind the built-in ones
//! ([`ActionGate`]), or bring another chain.
//!
//! ```
//! use guard::context::OpaqueId;
//! use guard::envelope::Gate;
//! use guard::gate::Chain;
//! use guard::gate::rules::{FirearmsRule, KillSwitch};
//! use guard::store::{Memory, PolicyKey, PolicyScope, Stores};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let chain = Chain::builder(&Stores::of(Memory::default())).start().await?;
//! let everywhere = |gate| PolicyKey { gate, scope: PolicyScope::Everywhere, subject: String::new() };
//! let by = OpaqueId::parse("u_operator")?;
//! let rule = KillSwitch { blocked: true, reason: Some("the renderer burns".to_owned()) };
//! chain.policies().put(everywhere(Gate::KillSwitch), Some(&rule), None, by, 0).await?;
//! // settings.gates(chain)
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chain;
mod firearms;
mod judge;
mod kill_switch;
mod policies;
mod readings;
mod room;
pub mod rules;
mod start;
mod strategy_lock;
mod streams;
mod telling;

use std::future::Future;
use std::pin::Pin;

pub use chain::Chain;
pub use judge::{ActionGate, Ask, Block, Judging, Passed};
pub use policies::{FRESH, KillTarget, Policies, PutError, Stale};
pub(crate) use room::Room;
pub use start::{ChainBuilder, ChainError};

use crate::action::Running;
use crate::context::RequestContext;
use crate::envelope::ErrorEnvelope;
use crate::route::RouteMeta;

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

    /// Whether it holds what the routes' budgets say. An engine whose routes have budgets does not start with one that does
    /// not.
    fn holds_budget(&self) -> bool {
        false
    }
}

/// The answer of a [`GateChain`].
pub type GateFuture = Pin<Box<dyn Future<Output = Result<Pass, ErrorEnvelope>> + Send>>;

/// Leave to go ahead.
///
/// That of a [`Chain`] also learns how the action ends: where it is dropped before the handler ran, what is held of the
/// budget is let go of.
#[derive(Debug, Default)]
pub struct Pass(pub(crate) Option<Running>);

impl Pass {
    /// Leave of a chain of the engine's own.
    pub fn new() -> Self {
        Self::default()
    }
}

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
    /// The facts of the route.
    pub route: RouteMeta,
    /// The path of the request, as it came: what the action is done to.
    pub path: String,
}
