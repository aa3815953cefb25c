//! What an engine is told once.

use std::fmt;
use std::sync::Arc;

use super::flags::FlagProvider;
use super::limits::Limits;
use crate::clock::{Clock, SystemClock};
use crate::context::SurfaceAliases;
use crate::credential::VerifyToken;
use crate::credential::membership::MembershipLookup;
use crate::gate::GateChain;
use crate::stream::Streams;
#[cfg(feature = "ticket")]
use crate::ticket::Tickets;

/// What a [`GuardLayer`](super::GuardLayer) needs beside the routes. None of it can switch a check off.
#[must_use]
pub struct Settings {
    pub(crate) tokens: Arc<dyn VerifyToken>,
    pub(crate) membership: Option<Arc<dyn MembershipLookup>>,
    pub(crate) gates: Option<Arc<dyn GateChain>>,
    pub(crate) flags: Option<Box<dyn FlagProvider + Send + Sync>>,
    pub(crate) streams: Option<Streams>,
    #[cfg(feature = "ticket")]
    pub(crate) transport_tickets: Option<Tickets>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) surface_aliases: SurfaceAliases,
    pub(crate) tickets: Vec<String>,
    pub(crate) panic_abort: bool,
}

impl Settings {
    /// Settings with this verifier of tokens, the machine's clock and the default limits.
    pub fn new(tokens: impl VerifyToken) -> Self {
        Self {
            tokens: Arc::new(tokens),
            membership: None,
            gates: None,
            flags: None,
            streams: None,
            #[cfg(feature = "ticket")]
            transport_tickets: None,
            clock: Arc::new(SystemClock),
            limits: Limits::default(),
            surface_aliases: SurfaceAliases::default(),
            tickets: Vec::new(),
            panic_abort: false,
        }
    }

    /// Who knows the members of tenants, beyond what a token says. Put a
    /// [`CachedMembership`](crate::credential::membership::CachedMembership) around a lookup that takes a wait.
    pub fn membership(mut self, lookup: impl MembershipLookup) -> Self {
        self.membership = Some(Arc::new(lookup));
        self
    }

    /// The gates that routes with an action pass. Without them such a route does not start.
    pub fn gates(mut self, gates: impl GateChain) -> Self {
        self.gates = Some(Arc::new(gates));
        self
    }

    /// Who says which flags are on. Without it a route behind a flag does not start.
    pub fn flags(mut self, flags: impl FlagProvider + Send + Sync + 'static) -> Self {
        self.flags = Some(Box::new(flags));
        self
    }

    /// The streams. Without them a route that declares one does not start.
    pub fn streams(mut self, streams: Streams) -> Self {
        self.streams = Some(streams);
        self
    }

    /// The tickets that routes with a `stream` take in place of a token. Without them such a route wants a token.
    #[cfg(feature = "ticket")]
    pub fn transport_tickets(mut self, tickets: Tickets) -> Self {
        self.transport_tickets = Some(tickets);
        self
    }

    /// The clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The aliases of surfaces.
    pub fn surface_aliases(mut self, aliases: SurfaceAliases) -> Self {
        self.surface_aliases = aliases;
        self
    }

    /// Ids of tickets beyond the contract's own that routes may name.
    pub fn tickets(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.tickets.extend(ids.into_iter().map(Into::into));
        self
    }

    /// Accepts a program that was built with `panic = "abort"`, where a panic in one handler ends every request.
    ///
    /// Without this such a program does not start.
    pub fn accept_panic_abort(mut self) -> Self {
        self.panic_abort = true;
        self
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("limits", &self.limits)
            .field("clock", &self.clock)
            .field("has_membership", &self.membership.is_some())
            .field("has_gates", &self.gates.is_some())
            .field("has_flags", &self.flags.is_some())
            .field("streams", &self.streams)
            .finish_non_exhaustive()
    }
}
