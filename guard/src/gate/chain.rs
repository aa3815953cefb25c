//! The guard's own chain.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::judge::{ActionGate, Ask, Block, Passed, asked, within};
use super::policies::Policies;
use super::room::{Full, Room, Rooms};
use super::telling::Telling;
use super::{GateChain, GateFuture, GateRequest, Pass};
use crate::action::{Action, Running, milliseconds};
use crate::audit::{Amount, Decision, DecisionRecord, GateRecord};
use crate::budget::{BudgetGate, Hold, Spending};
use crate::clock::Clock;
use crate::code;
use crate::envelope::{ErrorEnvelope, ErrorStatus, Gate};
use crate::store::{AuditStore, BudgetStore, Scope, StoreKind, Stores};

/// The contract's chain: kill switch, firearms, strategy lock, budget, KPI, temperature, in this order, then a record of the
/// decision, then the handler. Clones share it.
///
/// The first no ends it. A gate that errs, panics, takes too long or finds no policy says no; in lab alone a gate without a
/// policy lets pass. Where the decision cannot be kept nobody gets in.
///
/// A decision is made to its end once it was begun, also where the client has gone.
#[derive(Clone)]
pub struct Chain(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) gates: BTreeMap<Gate, Vec<Arc<dyn ActionGate>>>,
    pub(super) budget: BudgetGate,
    pub(super) policies: Policies,
    pub(super) audit: Arc<dyn AuditStore>,
    pub(super) stores: Stores,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) deadline: Duration,
    pub(super) rooms: Arc<Rooms>,
    pub(super) telling: Option<Telling>,
    pub(super) expirer: Option<AbortHandle>,
}

/// How often what nobody settled is looked for.
const EXPIRE: Duration = Duration::from_secs(10);

impl Chain {
    /// The policies that it judges by, to put new ones and to ask whether a kill switch fell.
    pub fn policies(&self) -> &Policies {
        &self.0.policies
    }

    /// Waits until no action is under way any more and the last outcome is kept: before a process ends.
    pub async fn idle(&self) {
        self.0.rooms.empty().await;
    }
}

impl GateChain for Chain {
    fn decide(&self, request: GateRequest) -> GateFuture {
        let inner = Arc::clone(&self.0);
        // In a task of its own: who hangs up in the middle does not keep the decision from its record.
        let deciding = tokio::spawn(async move { inner.decide(request).await });
        Box::pin(async move { deciding.await.unwrap_or_else(|_| Err(unjudged("the chain panicked"))) })
    }

    fn holds_budget(&self) -> bool {
        self.0.budget.store.is_some()
    }
}

impl Inner {
    async fn decide(&self, request: GateRequest) -> Result<Pass, ErrorEnvelope> {
        let room = match self.rooms.enter(request.context.tenant_id()) {
            Ok(room) => room,
            Err(Full::Process) => return Err(unjudged("too many actions are under way")),
            Err(Full::Tenant) => return Err(too_many()),
        };
        self.durable(&request)?;
        let now = self
            .clock
            .wall()
            .ok_or_else(|| unjudged("the clock does not know the time"))?;
        let mut gates = Vec::with_capacity(Gate::ALL.len());
        let judged = self.judge(&request, now, &mut gates).await;
        let mut record = DecisionRecord::pass(&request, milliseconds(now), &gates);
        match &judged {
            Ok(hold) => {
                record.held = hold.as_ref().and(request.route.budget).map(|budget| Amount {
                    amount: budget.amount,
                    currency: budget.currency,
                });
            }
            Err(block) => {
                record.decision = Decision::Block;
                record.code = Some(block.code.as_str());
                record.gate = block.code.gate();
                record.reason = block.reason;
            }
        }
        let decision = self.keep(&Scope::of(&request.context), &record).await?;
        if let Some(telling) = &self.telling {
            telling.tell(&request, &record, decision, self.deadline).await;
        }
        match judged {
            Ok(hold) => Ok(self.pass(request, decision, hold, room)),
            Err(block) => Err(refusal(block)),
        }
    }

    /// No mode but lab is served by stores that forget.
    fn durable(&self, request: &GateRequest) -> Result<(), ErrorEnvelope> {
        let needed = [
            (StoreKind::Policies, "policies", true),
            (StoreKind::Audit, "audit", true),
            (StoreKind::Budget, "budget", request.route.budget.is_some()),
        ];
        for (kind, name, is_needed) in needed {
            if is_needed && !self.stores.serves(kind, request.context.mode()) {
                let forbidden = code::backend_forbidden(name).map(ErrorEnvelope::builder);
                return Err(forbidden.map_or_else(|_| unjudged("a store forgets"), |error| error.build()));
            }
        }
        Ok(())
    }

    /// Asks the gates in their order, and writes down what each said.
    async fn judge(
        &self,
        request: &GateRequest,
        now: Duration,
        said: &mut Vec<GateRecord>,
    ) -> Result<Option<Hold>, Block> {
        let ask = Ask::new(request, &self.policies, now);
        let mut held = None;
        if self.policies.fresh(self.deadline).await.is_err() {
            heard(
                Gate::KillSwitch,
                Err(Block::doubt(Gate::KillSwitch, "policies_unavailable")),
                said,
            )?;
        }
        for gate in Gate::ALL {
            if gate == Gate::Budget {
                let judged = within(self.deadline, self.budget.judge(&ask)).await;
                let judged = judged.unwrap_or_else(|doubt| Err(Block::doubt(gate, doubt)));
                let passed = judged.map(|(passed, hold)| {
                    held = hold;
                    passed
                });
                heard(gate, passed, said)?;
            }
            for one in self.gates.get(&gate).into_iter().flatten() {
                heard(gate, asked(&**one, &ask, self.deadline).await, said)?;
            }
        }
        Ok(held)
    }

    /// Keeps the decision; its number.
    async fn keep(&self, scope: &Scope, record: &DecisionRecord<'_>) -> Result<u64, ErrorEnvelope> {
        let payload = serde_json::to_string(record).map_err(|error| unkept(&error))?;
        match within(self.deadline, self.audit.append(scope, vec![payload])).await {
            Ok(Ok(records)) => records
                .last()
                .map(|record| record.seq)
                .ok_or_else(|| unjudged("the audit kept nothing")),
            Ok(Err(error)) => Err(unkept(&error)),
            Err(doubt) => Err(unjudged(doubt)),
        }
    }

    fn pass(&self, request: GateRequest, decision: u64, hold: Option<Hold>, room: Room) -> Pass {
        Pass(Some(Running::new(Action {
            spending: request.route.budget.map(Spending::new),
            context: request.context,
            name: request.action,
            audit: Arc::clone(&self.audit),
            decision,
            hold,
            clock: Arc::clone(&self.clock),
            room,
        })))
    }
}

/// Writes down what a gate said.
fn heard(gate: Gate, judged: Result<Passed, Block>, said: &mut Vec<GateRecord>) -> Result<(), Block> {
    let (decision, reason) = match &judged {
        Ok(Passed(reason)) => (Decision::Pass, *reason),
        Err(block) => (Decision::Block, block.reason),
    };
    said.push(GateRecord { decision, gate, reason });
    judged.map(|_| ())
}

/// The answer of the gate that said no.
fn refusal(block: Block) -> ErrorEnvelope {
    let mut error = ErrorEnvelope::builder(block.code).detail("reason", block.reason);
    for (key, value) in block.details {
        error = error.detail(key, value);
    }
    error.build()
}

/// The answer where nothing can be decided: nobody gets in, and a retry makes sense.
fn unjudged(why: &'static str) -> ErrorEnvelope {
    const UNAVAILABLE: ErrorStatus = ErrorStatus::literal(StatusCode::SERVICE_UNAVAILABLE);
    tracing::error!(why, "an action was refused undecided");
    ErrorEnvelope::builder(code::http_exception(UNAVAILABLE))
        .message("the request cannot be judged now")
        .build()
}

/// The answer to a tenant that has all the actions under way that it may have.
fn too_many() -> ErrorEnvelope {
    const TOO_MANY: ErrorStatus = ErrorStatus::literal(StatusCode::TOO_MANY_REQUESTS);
    ErrorEnvelope::builder(code::http_exception(TOO_MANY))
        .message("the tenant has too many actions under way")
        .build()
}

fn unkept(error: &(dyn std::error::Error + 'static)) -> ErrorEnvelope {
    tracing::error!(error, "a decision cannot be kept");
    unjudged("the decision was not kept")
}

/// Counts as spent, now and then, what nobody settled.
pub(super) fn expire(store: Arc<dyn BudgetStore>, clock: Arc<dyn Clock>) -> AbortHandle {
    let expiring = async move {
        loop {
            if let Some(now) = clock.wall() {
                match store.expire(milliseconds(now)).await {
                    Ok(0) => {}
                    Ok(charges) => tracing::warn!(charges, "calls were never settled, and count as spent"),
                    Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "nothing was expired"),
                }
            }
            sleep(EXPIRE).await;
        }
    };
    tokio::spawn(expiring).abort_handle()
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(expirer) = &self.expirer {
            expirer.abort();
        }
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("stores", &self.0.stores)
            .field("policies", &self.0.policies)
            .finish_non_exhaustive()
    }
}
