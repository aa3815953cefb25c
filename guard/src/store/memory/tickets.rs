//! Tickets that were used.

use std::collections::BTreeSet;

use super::{Memory, done, lock};
use crate::context::{OpaqueId, TenantId};
use crate::store::StoreFuture;
use crate::store::tickets::{TicketEntry, UsedTickets};

#[derive(Default)]
pub(super) struct Tickets {
    used: BTreeSet<(TenantId, OpaqueId, u64)>,
    /// Tickets that ended by then are forgotten.
    forgotten_s: Option<u64>,
}

impl UsedTickets for Memory {
    fn use_once<'a>(
        &'a self,
        tenant: &'a TenantId,
        jti: &'a OpaqueId,
        expires_at_s: u64,
    ) -> StoreFuture<'a, TicketEntry> {
        let mut tickets = lock(&self.0.tickets);
        let first = (tenant.clone(), jti.clone(), 0);
        let is_used = tickets
            .used
            .range(first..)
            .next()
            .is_some_and(|(of, used, _)| of == tenant && used == jti);
        if is_used || tickets.forgotten_s.is_some_and(|end| expires_at_s <= end) {
            return done(Ok(TicketEntry::Used));
        }
        tickets.used.insert((tenant.clone(), jti.clone(), expires_at_s));
        done(Ok(TicketEntry::First))
    }

    fn forget(&self, now_s: u64) -> StoreFuture<'_, u64> {
        let mut tickets = lock(&self.0.tickets);
        tickets.forgotten_s = tickets.forgotten_s.max(Some(now_s));
        let before = tickets.used.len();
        tickets.used.retain(|(_, _, end)| *end > now_s);
        done(Ok((before - tickets.used.len()) as u64))
    }
}
