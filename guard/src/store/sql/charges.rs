//! Charges that nobody will ask for any more.

use std::fmt::Write as _;

use super::{Record as _, Sql, Value, Work};
use crate::store::error::StoreError;

/// The most charges that one transaction forgets, so that nobody waits long.
const PART: usize = 500;

/// Forgets some of the charges that have ended, and says how many; 0 when there are none left.
pub(super) struct ForgetCharges(pub(super) i64);

impl Work for ForgetCharges {
    type Output = u64;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<u64, StoreError> {
        // Locked, because one that was released may be reserved again meanwhile.
        let sql = if C::LOCKS_ROWS {
            "SELECT id FROM guard_charge WHERE state <> 'held' AND expires_at_ms <= $1 \
             ORDER BY expires_at_ms LIMIT $2 FOR UPDATE SKIP LOCKED"
        } else {
            "SELECT id FROM guard_charge WHERE state <> 'held' AND expires_at_ms <= $1 ORDER BY expires_at_ms LIMIT $2"
        };
        let rows = connection.rows(sql, &[self.0.into(), (PART as i64).into()]).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let mut ids: Vec<Value<'_>> = Vec::with_capacity(rows.len());
        for row in &rows {
            ids.push(row.int(0)?.into());
        }
        let mut list = String::new();
        for number in 1..=ids.len() {
            // Writing to a text cannot fail.
            let _ = write!(list, "{}${number}", if number == 1 { "" } else { ", " });
        }
        let links = format!("DELETE FROM guard_charge_account WHERE charge IN ({list})");
        connection.built(links, &ids).await?;
        connection
            .built(format!("DELETE FROM guard_charge WHERE id IN ({list})"), &ids)
            .await?;
        Ok(rows.len() as u64)
    }
}
