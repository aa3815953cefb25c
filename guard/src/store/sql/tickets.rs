//! Tickets that were used.

use super::{Database, Sql, Work, int};
use crate::context::{OpaqueId, TenantId};
use crate::store::StoreFuture;
use crate::store::error::StoreError;
use crate::store::tickets::{TicketEntry, UsedTickets};

impl<D: Database> UsedTickets for D {
    fn use_once<'a>(
        &'a self,
        tenant: &'a TenantId,
        jti: &'a OpaqueId,
        expires_at_s: u64,
    ) -> StoreFuture<'a, TicketEntry> {
        self.write(UseOnce {
            tenant: tenant.clone(),
            jti: jti.clone(),
            expires_at_s: int(expires_at_s),
        })
    }

    fn forget(&self, now_s: u64) -> StoreFuture<'_, u64> {
        self.write(Forget(int(now_s)))
    }
}

struct UseOnce {
    tenant: TenantId,
    jti: OpaqueId,
    expires_at_s: i64,
}

impl Work for UseOnce {
    type Output = TicketEntry;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<TicketEntry, StoreError> {
        // Locked, so that nothing is forgotten between looking and writing.
        let sql = if C::LOCKS_ROWS {
            "SELECT forgotten_s FROM guard_ticket_end WHERE forgotten_s < $1 FOR SHARE"
        } else {
            "SELECT forgotten_s FROM guard_ticket_end WHERE forgotten_s < $1"
        };
        if connection.rows(sql, &[self.expires_at_s.into()]).await?.is_empty() {
            return Ok(TicketEntry::Used);
        }
        let used = connection
            .change(
                "INSERT INTO guard_ticket (tenant, jti, expires_at_s) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                &[
                    self.tenant.as_str().into(),
                    self.jti.as_str().into(),
                    self.expires_at_s.into(),
                ],
            )
            .await?;
        Ok(if used == 1 {
            TicketEntry::First
        } else {
            TicketEntry::Used
        })
    }
}

struct Forget(i64);

impl Work for Forget {
    type Output = u64;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<u64, StoreError> {
        connection
            .change(
                "UPDATE guard_ticket_end SET forgotten_s = $1 WHERE forgotten_s < $1",
                &[self.0.into()],
            )
            .await?;
        connection
            .change("DELETE FROM guard_ticket WHERE expires_at_s <= $1", &[self.0.into()])
            .await
    }
}
