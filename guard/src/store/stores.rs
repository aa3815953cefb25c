//! The stores of an engine, and whether they are good enough for its modes.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::backend::{Backend, Durability, StoreKind};
use super::error::StoreError;
use super::{AuditStore, BudgetStore, EventLog, PolicyStore, UsedTickets};
use crate::context::Mode;

/// The stores of an engine: one for each kind of state that it uses.
///
/// ```
/// use guard::context::Mode;
/// use guard::store::{Memory, Stores};
///
/// let stores = Stores::of(Memory::default());
/// assert!(stores.check([Mode::Lab]).is_ok());
/// let faults = stores.check([Mode::Lab, Mode::Saas]).unwrap_err();
/// assert!(faults.to_string().contains("Stores::audit"));
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Stores {
    events: Option<Arc<dyn EventLog>>,
    tickets: Option<Arc<dyn UsedTickets>>,
    budget: Option<Arc<dyn BudgetStore>>,
    audit: Option<Arc<dyn AuditStore>>,
    policies: Option<Arc<dyn PolicyStore>>,
}

/// A store that an engine cannot start with.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreFault {
    /// It forgets.
    #[error(
        "{}: {backend} keeps its state {durability}, and {mode} needs it {needs}; name a durable backend there",
        kind.setting()
    )]
    Durability {
        /// Which store.
        kind: StoreKind,
        /// Its backend.
        backend: &'static str,
        /// What the backend declares.
        durability: Durability,
        /// The mode that needs more.
        mode: Mode,
        /// What that mode needs.
        needs: Durability,
    },
    /// It did not keep what was written.
    #[error("{}: {backend} did not prove that it keeps what is written", kind.setting())]
    Unproven {
        /// Which store.
        kind: StoreKind,
        /// Its backend.
        backend: &'static str,
        /// What happened.
        #[source]
        error: StoreError,
    },
}

/// All stores that an engine cannot start with.
#[derive(Debug, Clone)]
pub struct StoreFaults(Vec<StoreFault>);

impl StoreFaults {
    /// The faults, in the order of [`StoreKind::ALL`].
    pub fn faults(&self) -> &[StoreFault] {
        &self.0
    }

    fn unless_empty(faults: Vec<StoreFault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }
}

impl fmt::Display for StoreFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stores are not fit to start with:")?;
        for fault in &self.0 {
            write!(f, "\n  {fault}")?;
            let mut cause = fault.source();
            while let Some(error) = cause {
                write!(f, ": {error}")?;
                cause = error.source();
            }
        }
        Ok(())
    }
}

impl Error for StoreFaults {}

impl Stores {
    /// One backend for every kind.
    pub fn of<B>(backend: B) -> Self
    where
        B: EventLog + UsedTickets + BudgetStore + AuditStore + PolicyStore,
    {
        let backend = Arc::new(backend);
        Self {
            events: Some(backend.clone()),
            tickets: Some(backend.clone()),
            budget: Some(backend.clone()),
            audit: Some(backend.clone()),
            policies: Some(backend),
        }
    }

    /// Another backend for the events of streams.
    pub fn events(mut self, store: Arc<dyn EventLog>) -> Self {
        self.events = Some(store);
        self
    }

    /// Another backend for the tickets that were used.
    pub fn tickets(mut self, store: Arc<dyn UsedTickets>) -> Self {
        self.tickets = Some(store);
        self
    }

    /// Another backend for budget and usage.
    pub fn budget(mut self, store: Arc<dyn BudgetStore>) -> Self {
        self.budget = Some(store);
        self
    }

    /// Another backend for the audit chain.
    pub fn audit(mut self, store: Arc<dyn AuditStore>) -> Self {
        self.audit = Some(store);
        self
    }

    /// Another backend for the policies of gates.
    pub fn policies(mut self, store: Arc<dyn PolicyStore>) -> Self {
        self.policies = Some(store);
        self
    }

    /// The event log, if one was named.
    pub fn event_log(&self) -> Option<&Arc<dyn EventLog>> {
        self.events.as_ref()
    }

    /// The store of used tickets, if one was named.
    pub fn used_tickets(&self) -> Option<&Arc<dyn UsedTickets>> {
        self.tickets.as_ref()
    }

    /// The store of budget and usage, if one was named.
    pub fn budget_store(&self) -> Option<&Arc<dyn BudgetStore>> {
        self.budget.as_ref()
    }

    /// The store of the audit chain, if one was named.
    pub fn audit_store(&self) -> Option<&Arc<dyn AuditStore>> {
        self.audit.as_ref()
    }

    /// The store of policies, if one was named.
    pub fn policy_store(&self) -> Option<&Arc<dyn PolicyStore>> {
        self.policies.as_ref()
    }

    /// Whether the store of a kind may serve a request in a mode, by what it declares. One that was not named may not.
    pub fn serves(&self, kind: StoreKind, mode: Mode) -> bool {
        self.backend(kind)
            .is_some_and(|backend| mode == Mode::Lab || backend.durability() >= kind.needs())
    }

    /// Holds what each named store declares against the modes that the engine serves. Lab takes any.
    ///
    /// # Errors
    ///
    /// [`StoreFaults`], which names the settings.
    pub fn check(&self, modes: impl IntoIterator<Item = Mode>) -> Result<(), StoreFaults> {
        let Some(mode) = modes.into_iter().filter(|mode| *mode != Mode::Lab).min() else {
            return Ok(());
        };
        let fault = |(kind, backend): (StoreKind, &dyn Backend)| {
            let (durability, needs) = (backend.durability(), kind.needs());
            (durability < needs).then_some(StoreFault::Durability {
                kind,
                backend: backend.name(),
                durability,
                mode,
                needs,
            })
        };
        StoreFaults::unless_empty(self.backends().filter_map(fault).collect())
    }

    /// [`check`](Self::check), then asks each store to write, open again and read back, if a mode other than lab is served.
    ///
    /// # Errors
    ///
    /// [`StoreFaults`], which names the settings.
    pub async fn prove(&self, modes: impl IntoIterator<Item = Mode>) -> Result<(), StoreFaults> {
        let modes: Vec<Mode> = modes.into_iter().collect();
        self.check(modes.iter().copied())?;
        let mut faults = Vec::new();
        if modes.iter().any(|mode| *mode != Mode::Lab) {
            for (kind, backend) in self.backends() {
                if let Err(error) = backend.prove().await {
                    let backend = backend.name();
                    faults.push(StoreFault::Unproven { kind, backend, error });
                }
            }
        }
        StoreFaults::unless_empty(faults)
    }

    fn backends(&self) -> impl Iterator<Item = (StoreKind, &dyn Backend)> {
        StoreKind::ALL
            .into_iter()
            .filter_map(|kind| Some((kind, self.backend(kind)?)))
    }

    fn backend(&self, kind: StoreKind) -> Option<&dyn Backend> {
        match kind {
            StoreKind::Events => self.events.as_deref().map(|store| store as &dyn Backend),
            StoreKind::Tickets => self.tickets.as_deref().map(|store| store as &dyn Backend),
            StoreKind::Budget => self.budget.as_deref().map(|store| store as &dyn Backend),
            StoreKind::Audit => self.audit.as_deref().map(|store| store as &dyn Backend),
            StoreKind::Policies => self.policies.as_deref().map(|store| store as &dyn Backend),
        }
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Stores");
        for (kind, backend) in self.backends() {
            shown.field(kind.setting(), &backend.name());
        }
        shown.finish()
    }
}
