//! What the tests of several backends share.

use std::sync::Arc;

use guard::context::{Mode, OpaqueId, ProjectId, TenantId};
use guard::store::{AuditStore, BudgetStore, EventLog, OpenError, PolicyStore, Scope, StreamKey, UsedTickets};
use guard::testing::stores;

/// Runs every suite on a backend that has all kinds of state.
pub(crate) async fn hold_all<B>(open: impl AsyncFn() -> Result<B, OpenError>)
where
    B: EventLog + UsedTickets + BudgetStore + AuditStore + PolicyStore,
{
    let reports = [
        stores::event_log(async || Ok(Arc::new(open().await?) as _)).await,
        stores::used_tickets(async || Ok(Arc::new(open().await?) as _)).await,
        stores::budget(async || Ok(Arc::new(open().await?) as _)).await,
        stores::audit(async || Ok(Arc::new(open().await?) as _)).await,
        stores::policies(async || Ok(Arc::new(open().await?) as _)).await,
    ];
    let text: String = reports.iter().map(ToString::to_string).collect();
    assert!(reports.iter().all(stores::StoreReport::is_ok), "{text}");
}

/// A stream, in a store that nobody else has.
pub(crate) fn stream() -> StreamKey {
    StreamKey {
        scope: Scope {
            tenant: TenantId::parse("t_acme").unwrap(),
            mode: Mode::Saas,
            project: ProjectId::parse("p").unwrap(),
        },
        kind: OpaqueId::parse("chat").unwrap(),
        id: OpaqueId::parse("th_1").unwrap(),
    }
}
