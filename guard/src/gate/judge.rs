//! One gate, and what it may ask.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::GateRequest;
use super::policies::{Policies, places};
use crate::code::{self, Code};
use crate::context::{Mode, RequestContext, SurfaceId};
use crate::envelope::Gate;
use crate::store::{PolicyScope, Scope};

/// A gate: it lets an action pass, or says no.
///
/// The built-in ones are such gates, and an engine's own stand behind them at one of the contract's six places. A gate can
/// only take away: what one blocks no other lets through.
pub trait ActionGate: Send + Sync + 'static {
    /// At which place it stands; its codes are those of that gate.
    fn gate(&self) -> Gate;

    /// Judges an action. An error, a panic and running out of time deny.
    fn judge<'a>(&'a self, ask: &'a Ask<'a>) -> Judging<'a>;
}

/// The judgement of a gate, later.
pub type Judging<'a> = Pin<Box<dyn Future<Output = Result<Passed, Block>> + Send + 'a>>;

/// Why an action passes, in a word for the audit: `open`, `licensed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed(pub &'static str);

/// Why an action does not pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub(super) code: Code,
    pub(super) reason: &'static str,
    pub(super) details: Vec<(&'static str, Value)>,
}

impl Block {
    /// A refusal with this code, and a reason in a word that client and audit see: `over_threshold`.
    pub fn new(code: Code, reason: &'static str) -> Self {
        Self {
            code,
            reason,
            details: Vec::new(),
        }
    }

    /// Something that the client may know.
    #[must_use]
    pub fn detail(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.details.push((key, value.into()));
        self
    }

    /// The refusal of a gate that cannot say: the code of that gate for what it does not know.
    pub fn doubt(gate: Gate, reason: &'static str) -> Self {
        let code = match gate {
            Gate::KillSwitch => code::KILL_SWITCH_BLOCKED,
            Gate::Firearms => code::FIREARMS_LICENSE_REQUIRED,
            Gate::StrategyLock => code::STRATEGY_LOCK_APPROVAL_REQUIRED,
            Gate::Budget => code::BUDGET_UNAVAILABLE,
            Gate::Kpi => code::KPI_UNAVAILABLE,
            Gate::Temperature => code::TEMPERATURE_UNAVAILABLE,
        };
        Self::new(code, reason)
    }
}

/// What a gate is asked: the request, and what the policies say of it.
#[derive(Debug)]
pub struct Ask<'a> {
    request: &'a GateRequest,
    policies: &'a Policies,
    places: [PolicyScope; 3],
    now: Duration,
}

impl<'a> Ask<'a> {
    pub(super) fn new(request: &'a GateRequest, policies: &'a Policies, now: Duration) -> Self {
        Self {
            places: places(&Scope::of(&request.context)),
            request,
            policies,
            now,
        }
    }

    /// The request.
    pub fn request(&self) -> &'a GateRequest {
        self.request
    }

    /// Who asks, in which scope.
    pub fn context(&self) -> &'a RequestContext {
        &self.request.context
    }

    /// The action.
    pub fn action(&self) -> &'static str {
        self.request.action
    }

    /// The time since 1970-01-01T00:00:00Z.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// What the policies of a gate say on a subject, at the narrowest place where they say anything.
    ///
    /// # Errors
    ///
    /// A [`Block`] for a document that does not read as a `T`.
    pub fn policy<T: DeserializeOwned>(&self, gate: Gate, subject: &str) -> Result<Option<T>, Block> {
        let mut places = self.places.iter();
        read(gate, places.find_map(|place| self.policies.at(gate, place, subject)))
    }

    /// What the policies of a gate say on the action: at the narrowest place where they say anything of it or of all actions.
    ///
    /// # Errors
    ///
    /// As [`Ask::policy`].
    pub fn rule<T: DeserializeOwned>(&self, gate: Gate) -> Result<Option<T>, Block> {
        let at = |place| {
            let of_action = self.policies.at(gate, place, self.action());
            of_action.or_else(|| self.policies.at(gate, place, ""))
        };
        read(gate, self.places.iter().find_map(at))
    }

    /// The answer of a gate without a policy: lab passes, every other mode does not.
    ///
    /// # Errors
    ///
    /// A [`Block`] with this code, in saas and enterprise.
    pub fn without_policy(&self, missing: Code) -> Result<Passed, Block> {
        if self.context().mode() == Mode::Lab {
            Ok(Passed("no_policy"))
        } else {
            Err(Block::new(missing, "policy_missing"))
        }
    }

    pub(super) fn kill_state(&self) -> super::policies::KillState {
        let surface = self.context().surface_id().map(SurfaceId::as_str);
        self.policies.kill_state(&self.places, Some(self.action()), surface)
    }
}

fn read<T: DeserializeOwned>(gate: Gate, body: Option<Arc<str>>) -> Result<Option<T>, Block> {
    let Some(body) = body else { return Ok(None) };
    match serde_json::from_str(&body) {
        Ok(rule) => Ok(Some(rule)),
        Err(error) => {
            tracing::error!(gate = gate.as_str(), %error, "a policy cannot be read, so its gate denies");
            Err(Block::doubt(gate, "policy_unreadable"))
        }
    }
}

/// Asks a gate, within its time. Whatever goes wrong is a no.
pub(super) async fn asked(gate: &dyn ActionGate, ask: &Ask<'_>, deadline: Duration) -> Result<Passed, Block> {
    let place = gate.gate();
    // It may panic before it has a future.
    let judged = within(deadline, async { gate.judge(ask).await }).await;
    let judged = judged.unwrap_or_else(|doubt| Err(Block::doubt(place, doubt)));
    judged.map_err(|block| {
        if block.code.gate() == Some(place) {
            return block;
        }
        tracing::error!(
            gate = place.as_str(),
            code = block.code.as_str(),
            "a gate says no with a code of something else"
        );
        Block::doubt(place, block.reason)
    })
}

/// Waits for an answer, and no longer. The error is the reason why there is none.
pub(super) async fn within<T>(deadline: Duration, answer: impl Future<Output = T>) -> Result<T, &'static str> {
    let mut answer = pin!(answer);
    let caught = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Ok),
        Err(_) => std::task::Poll::Ready(Err("panicked")),
    });
    tokio::time::timeout(deadline, caught).await.unwrap_or(Err("timed_out"))
}
