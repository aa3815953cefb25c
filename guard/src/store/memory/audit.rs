//! The audit chain.

use std::collections::BTreeMap;

use super::{Memory, done, lock};
use crate::store::StoreFuture;
use crate::store::audit::{AuditHead, AuditRecord, AuditStore, chain, check_payloads};
use crate::store::scope::Scope;

/// The records of every chain; the one with number `n` is at `n - 1`.
pub(super) type Audit = BTreeMap<Scope, Vec<AuditRecord>>;

impl AuditStore for Memory {
    fn append<'a>(&'a self, scope: &'a Scope, payloads: Vec<String>) -> StoreFuture<'a, Vec<AuditRecord>> {
        done(check_payloads(&payloads).map(|()| {
            if payloads.is_empty() {
                return Vec::new();
            }
            let mut chains = lock(&self.0.audit);
            let records = chains.entry(scope.clone()).or_default();
            let added = chain(records.last().map(AuditRecord::head), payloads);
            records.extend_from_slice(&added);
            added
        }))
    }

    fn read<'a>(&'a self, scope: &'a Scope, after: u64, limit: usize) -> StoreFuture<'a, Vec<AuditRecord>> {
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        let chains = lock(&self.0.audit);
        let records = chains.get(scope).into_iter().flatten();
        done(Ok(records.skip(after).take(limit).cloned().collect()))
    }

    fn head<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Option<AuditHead>> {
        let chains = lock(&self.0.audit);
        let last = chains.get(scope).and_then(|records| records.last());
        done(Ok(last.map(AuditRecord::head)))
    }

    fn scopes(&self) -> StoreFuture<'_, Vec<Scope>> {
        done(Ok(lock(&self.0.audit).keys().cloned().collect()))
    }
}
