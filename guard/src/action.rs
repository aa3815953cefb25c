//! An action that was let in, until nothing of it is left.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

use crate::audit::{Amount, Outcome, OutcomeRecord};
use crate::budget::{Hold, SpendError, Spending, Usage, persisted};
use crate::clock::Clock;
use crate::context::RequestContext;
use crate::gate::Room;
use crate::store::{AuditStore, Scope};

/// An action that was let in. When the last clone is dropped its budget is settled and its outcome kept, in a task of its
/// own: no disconnect, panic or timeout is in the way of that.
#[derive(Clone)]
pub(crate) struct Running(Arc<Inner>);

struct Inner {
    /// Taken when it ends.
    action: Option<Action>,
    ending: Mutex<Ending>,
    runtime: Handle,
}

/// What was let in, and what is left to do for it.
pub(crate) struct Action {
    pub(crate) context: RequestContext,
    pub(crate) name: &'static str,
    pub(crate) audit: Arc<dyn AuditStore>,
    /// The number of the decision's record.
    pub(crate) decision: u64,
    pub(crate) hold: Option<Hold>,
    /// What is spent, on a route that says what a call may cost.
    pub(crate) spending: Option<Spending>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Room among the actions that run.
    pub(crate) room: Room,
}

/// How far it came.
#[derive(Debug, Clone, Copy)]
enum Ending {
    NotEntered,
    Entered,
    Ended(Outcome),
}

impl Running {
    /// Inside of a runtime, which goes on with it.
    pub(crate) fn new(action: Action) -> Self {
        Self(Arc::new(Inner {
            action: Some(action),
            ending: Mutex::new(Ending::NotEntered),
            runtime: Handle::current(),
        }))
    }

    fn set(&self, ending: Ending) {
        *self.0.ending.lock().unwrap_or_else(PoisonError::into_inner) = ending;
    }

    /// Its handler is called.
    pub(crate) fn enter(&self) {
        self.set(Ending::Entered);
    }

    /// Its response is there.
    pub(crate) fn end(self, outcome: Outcome) {
        self.set(Ending::Ended(outcome));
    }

    /// What its handler spends on, where its route has a budget.
    pub(crate) fn charge(&self) -> Option<Charge> {
        let action = self.0.action.as_ref()?;
        action.spending.is_some().then(|| Charge(self.clone()))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let outcome = match *self.ending.get_mut().unwrap_or_else(PoisonError::into_inner) {
            Ending::NotEntered => Outcome::NotRun,
            Ending::Entered => Outcome::Disconnected,
            Ending::Ended(outcome) => outcome,
        };
        if let Some(action) = self.action.take() {
            self.runtime.spawn(action.finish(outcome));
        }
    }
}

impl Action {
    fn now_ms(&self) -> u64 {
        milliseconds(self.clock.wall().unwrap_or_default())
    }

    async fn finish(mut self, outcome: Outcome) {
        let at_ms = self.now_ms();
        let cost = match (self.hold.take(), &self.spending) {
            (Some(hold), Some(spending)) => self.settle(hold, spending, outcome, at_ms).await,
            _ => None,
        };
        let record = OutcomeRecord::new(self.context.request_id(), self.decision, outcome, cost, at_ms);
        match serde_json::to_string(&record) {
            Ok(payload) => {
                let scope = Scope::of(&self.context);
                let keep = || self.audit.append(&scope, vec![payload.clone()]);
                persisted("keeping the outcome of an action", keep).await;
            }
            Err(error) => tracing::error!(%error, "the outcome of an action cannot be written"),
        }
        drop(self.room);
    }

    /// Counts what was spent, or lets go of what is held.
    async fn settle(&self, hold: Hold, spending: &Spending, outcome: Outcome, at_ms: u64) -> Option<Amount> {
        let unsaid = || match outcome {
            Outcome::NotRun | Outcome::Answered(400..=499) => None,
            _ => Some(spending.unsaid(&self.context, self.name, at_ms)),
        };
        let Some((amount, usage)) = spending.take().or_else(unsaid) else {
            hold.release().await;
            return None;
        };
        hold.settle(amount, usage).await;
        let currency = spending.currency();
        Some(Amount { amount, currency })
    }
}

pub(crate) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("ending", &self.0.ending)
            .finish_non_exhaustive()
    }
}

/// What is held for a call: its handler says what it spends of it.
///
/// A handler of a route with a `budget` takes it as an argument. Clones are of one charge; it is settled when all of them are
/// gone, so a stream that spends while it runs keeps one. In lab without a budget rule nothing is held, and what is said is
/// not counted.
#[derive(Debug, Clone)]
pub struct Charge(Running);

impl Charge {
    /// Counts something that was used.
    ///
    /// # Errors
    ///
    /// [`SpendError`]; what was said before still counts.
    pub fn spend(&self, usage: Usage) -> Result<(), SpendError> {
        let action = self.0.0.action.as_ref();
        let Some((action, spending)) = action.and_then(|action| Some((action, action.spending.as_ref()?))) else {
            return Ok(());
        };
        spending.add(&action.context, usage, action.now_ms())
    }
}
