//! Tickets that were used.

use super::{Backend, StoreFuture};
use crate::context::{OpaqueId, TenantId};

/// Remembers which tickets were used, so that each is good once.
pub trait UsedTickets: Backend {
    /// Uses a ticket. Of all calls with one tenant and `jti`, by whatever process, one gets [`TicketEntry::First`].
    ///
    /// `expires_at_s` is the ticket's end in seconds since 1970-01-01T00:00:00Z; until then at least the use is remembered.
    fn use_once<'a>(
        &'a self,
        tenant: &'a TenantId,
        jti: &'a OpaqueId,
        expires_at_s: u64,
    ) -> StoreFuture<'a, TicketEntry>;

    /// Forgets the tickets that ended at `now_s` or before, and says how many.
    ///
    /// From then on a ticket that ended by then counts as used, so that a clock that steps back afterwards lets none in
    /// again.
    fn forget(&self, now_s: u64) -> StoreFuture<'_, u64>;
}

/// Whether a ticket lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketEntry {
    /// This is its first use.
    First,
    /// It was used, or ended so long ago that nobody remembers.
    Used,
}
