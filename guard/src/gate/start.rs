//! Making a chain.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::GateRequest;
use super::chain::{Chain, Inner, expire};
use super::firearms::FirearmsGate;
use super::judge::ActionGate;
use super::kill_switch::KillSwitchGate;
use super::policies::Policies;
use super::readings::{KpiGate, TemperatureGate};
use super::room::Rooms;
use super::strategy_lock::StrategyLockGate;
use super::telling::Telling;
use crate::budget::BudgetGate;
use crate::clock::{Clock, SystemClock};
use crate::context::OpaqueId;
use crate::envelope::Gate;
use crate::store::{StoreError, StoreKind, Stores};
use crate::stream::Streams;

/// Why a chain does not start.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A store is missing.
    #[error("the chain of gates misses a store: name one with {}", .0.setting())]
    NoStore(StoreKind),
    /// The policies cannot be read.
    #[error("the policies of the gates cannot be read")]
    Policies(#[source] StoreError),
}

/// Makes a [`Chain`].
#[must_use]
pub struct ChainBuilder {
    stores: Stores,
    clock: Arc<dyn Clock>,
    deadline: Duration,
    hold_for: Duration,
    most_running: usize,
    most_of_tenant: usize,
    own: Vec<Arc<dyn ActionGate>>,
    policies: Option<Policies>,
    telling: Option<Telling>,
}

impl Chain {
    /// A chain on these stores: policies and audit, and budget where a route or a policy asks for it.
    pub fn builder(stores: &Stores) -> ChainBuilder {
        ChainBuilder {
            stores: stores.clone(),
            clock: Arc::new(SystemClock),
            deadline: Duration::from_secs(1),
            hold_for: Duration::from_secs(15 * 60),
            most_running: 10_000,
            most_of_tenant: 1_000,
            own: Vec::new(),
            policies: None,
            telling: None,
        }
    }
}

impl ChainBuilder {
    /// The clock; the machine's unless set.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// How long each gate, and keeping the decision, may take; 1 s unless set. A gate that takes longer denies.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How long budget is held for a call that does not end; 15 minutes unless set. It then counts as spent.
    pub fn hold_for(mut self, time: Duration) -> Self {
        self.hold_for = time;
        self
    }

    /// How many actions may be under way at once, up to the last of their records; 10,000 unless set. More are refused.
    pub fn most_running(mut self, actions: usize) -> Self {
        self.most_running = actions;
        self
    }

    /// How many of them may be of one tenant, so that none takes the room of all; 1,000 unless set. More are 429.
    pub fn most_of_tenant(mut self, actions: usize) -> Self {
        self.most_of_tenant = actions;
        self
    }

    /// One more gate, behind the built-in one of its place and those given before.
    pub fn gate(mut self, gate: impl ActionGate) -> Self {
        self.own.push(Arc::new(gate));
        self
    }

    /// Policies that were loaded before, so that streams which the chain [tells](Self::tell) can be
    /// [ended](crate::stream::StreamsBuilder::gate) by the same; read from the stores unless given.
    pub fn policies(mut self, policies: Policies) -> Self {
        self.policies = Some(policies);
        self
    }

    /// Tells the stream that an action is about what was decided, as the event `SAFETY_DECISION`, once it is in the audit and
    /// before the handler runs. `about` says which stream that is, by its kind and its id; it is of the request's scope.
    pub fn tell(
        mut self,
        streams: &Streams,
        about: impl Fn(&GateRequest) -> Option<(OpaqueId, OpaqueId)> + Send + Sync + 'static,
    ) -> Self {
        self.telling = Some(Telling {
            streams: streams.clone(),
            about: Box::new(about),
        });
        self
    }

    /// Reads the policies, and starts what keeps them fresh. Inside of a Tokio runtime.
    ///
    /// # Errors
    ///
    /// [`ChainError`].
    pub async fn start(self) -> Result<Chain, ChainError> {
        let missing = |kind| ChainError::NoStore(kind);
        let policies = match self.policies {
            Some(policies) => policies,
            None => {
                let store = self.stores.policy_store().ok_or_else(|| missing(StoreKind::Policies))?;
                Policies::load(Arc::clone(store)).await.map_err(ChainError::Policies)?
            }
        };
        let audit = self.stores.audit_store().ok_or_else(|| missing(StoreKind::Audit))?;
        let budget = self.stores.budget_store().cloned();
        let built_in: [Arc<dyn ActionGate>; 5] = [
            Arc::new(KillSwitchGate),
            Arc::new(FirearmsGate),
            Arc::new(StrategyLockGate),
            Arc::new(KpiGate),
            Arc::new(TemperatureGate),
        ];
        let mut gates: BTreeMap<Gate, Vec<Arc<dyn ActionGate>>> = BTreeMap::new();
        for gate in built_in.into_iter().chain(self.own) {
            gates.entry(gate.gate()).or_default().push(gate);
        }
        Ok(Chain(Arc::new(Inner {
            expirer: budget.clone().map(|store| expire(store, Arc::clone(&self.clock))),
            budget: BudgetGate {
                store: budget,
                hold_for: self.hold_for,
            },
            audit: Arc::clone(audit),
            stores: self.stores,
            policies,
            telling: self.telling,
            gates,
            clock: self.clock,
            deadline: self.deadline,
            rooms: Rooms::new(self.most_running, self.most_of_tenant),
        })))
    }
}
