//! A stopped clock, a secret, and contexts to issue tickets for.

use std::sync::Arc;
use std::time::Duration;

use guard::clock::Clock;
use guard::context::{OpaqueId, RequestContext, ScopeRules, TenantId};
use guard::credential::Identity;
use guard::ticket::{TicketScope, TicketSecret, TicketUse, Tickets};
use http::{HeaderMap, HeaderName};

pub(crate) const SECRET: &str = "a secret of at least thirty-two bytes";
pub(crate) const NOW: u64 = 1_800_000_000;

/// Stands at a second, or at none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At(pub(crate) Option<u64>);

impl Clock for At {
    fn wall(&self) -> Option<Duration> {
        self.0.map(Duration::from_secs)
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

pub(crate) fn secret(text: &str) -> TicketSecret {
    TicketSecret::new(text).unwrap()
}

pub(crate) fn tickets_at(second: u64) -> Tickets {
    Tickets::new([secret(SECRET)], TicketUse::Multi)
        .unwrap()
        .clock(At(Some(second)))
}

pub(crate) fn tickets() -> Tickets {
    tickets_at(NOW)
}

/// A context of a user whose credential ends at this second.
pub(crate) fn context_until(end: u64, more: &[(&str, &str)]) -> RequestContext {
    let user = more
        .iter()
        .find(|(name, _)| *name == "user")
        .map_or("u_1", |(_, user)| user);
    let user = Identity::builder(OpaqueId::parse(user).unwrap())
        .tenant(TenantId::parse("t_acme").unwrap())
        .expires_at(end);
    let mut headers = HeaderMap::new();
    let usual = [
        ("x-mode", "saas"),
        ("x-tenant-id", "t_acme"),
        ("x-project-id", "p_chat"),
        ("x-app-id", "studio"),
    ];
    for (name, value) in usual.iter().chain(more).filter(|(name, _)| *name != "user") {
        let name: HeaderName = name.parse().unwrap();
        headers.insert(name, value.parse().unwrap());
    }
    let rules = ScopeRules::default();
    let id = OpaqueId::parse("r_1").unwrap();
    RequestContext::from_headers(&headers, Arc::new(user.build().unwrap()), &rules, id).unwrap()
}

pub(crate) fn scope() -> TicketScope {
    TicketScope::of(&context_until(NOW + 3600, &[]))
}
