//! What the chain says of an action: a decision before its handler, an outcome after it.
//!
//! The fields of every type here stand in the order of their names, so that what serde writes is canonical JSON.

use serde::Serialize;

use crate::context::{AppId, OpaqueId, SurfaceId};
use crate::envelope::Gate;
use crate::gate::GateRequest;
use crate::store::{Cost, Currency};

/// The version of both records.
const VERSION: u32 = 1;

/// What the gates decided, kept before the handler runs.
#[derive(Debug, Serialize)]
pub(crate) struct DecisionRecord<'a> {
    action: &'static str,
    at_ms: u64,
    /// The code of a refusal.
    pub(crate) code: Option<&'a str>,
    pub(crate) decision: Decision,
    /// The gate that said no.
    pub(crate) gate: Option<Gate>,
    /// Every gate that was asked, in order.
    pub(crate) gates: &'a [GateRecord],
    /// What is held of the budget.
    pub(crate) held: Option<Amount>,
    ids: Ids<'a>,
    kind: &'static str,
    pub(crate) reason: &'static str,
    subject: Subject<'a>,
    v: u32,
    who: Who<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Decision {
    Pass,
    Block,
}

/// What one gate said.
#[derive(Debug, Serialize)]
pub(crate) struct GateRecord {
    pub(crate) decision: Decision,
    pub(crate) gate: Gate,
    pub(crate) reason: &'static str,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Amount {
    pub(crate) amount: Cost,
    pub(crate) currency: Currency,
}

#[derive(Debug, Serialize)]
struct Ids<'a> {
    request_id: &'a OpaqueId,
    run_id: Option<&'a OpaqueId>,
    step_id: Option<&'a OpaqueId>,
    strategy_lock_id: Option<&'a OpaqueId>,
    three_wise_id: Option<&'a OpaqueId>,
    trace_id: Option<&'a OpaqueId>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Subject<'a> {
    path: &'a str,
    resource_kind: Option<&'static str>,
    route: String,
}

#[derive(Debug, Serialize)]
struct Who<'a> {
    app_id: &'a AppId,
    role: Option<&'a str>,
    surface_id: Option<&'a SurfaceId>,
    user_id: &'a OpaqueId,
}

/// What the stream that a decision is about is told of it. Who asked, and their ids, stand in the event.
#[derive(Debug, Serialize)]
pub(crate) struct Told<'r> {
    action: &'static str,
    code: Option<&'r str>,
    decision: Decision,
    gate: Option<Gate>,
    reason: &'static str,
    /// The number of its record in the audit.
    record: u64,
    subject: &'r Subject<'r>,
}

impl<'a> DecisionRecord<'a> {
    /// What a stream is told, of the record of this number.
    pub(crate) fn told(&self, seq: u64) -> Told<'_> {
        Told {
            action: self.action,
            code: self.code,
            decision: self.decision,
            gate: self.gate,
            reason: self.reason,
            record: seq,
            subject: &self.subject,
        }
    }

    /// A decision that lets the request pass; the caller says otherwise.
    pub(crate) fn pass(request: &'a GateRequest, at_ms: u64, gates: &'a [GateRecord]) -> Self {
        let context = &request.context;
        let trace = context.trace();
        Self {
            action: request.action,
            at_ms,
            code: None,
            decision: Decision::Pass,
            gate: None,
            gates,
            held: None,
            ids: Ids {
                request_id: context.request_id(),
                run_id: trace.run_id.as_ref(),
                step_id: trace.step_id.as_ref(),
                strategy_lock_id: trace.strategy_lock_id.as_ref(),
                three_wise_id: trace.three_wise_id.as_ref(),
                trace_id: trace.trace_id.as_ref(),
            },
            kind: "decision",
            reason: "every gate passed",
            subject: Subject {
                path: &request.path,
                resource_kind: request.resource_kind,
                route: request.route.to_string(),
            },
            v: VERSION,
            who: Who {
                app_id: context.app_id(),
                role: context.role(),
                surface_id: context.surface_id(),
                user_id: context.user_id(),
            },
        }
    }
}

/// How an action that was let in came to its end.
#[derive(Debug, Serialize)]
pub(crate) struct OutcomeRecord<'a> {
    at_ms: u64,
    cost: Option<Amount>,
    /// The number of the record of its decision.
    decision: u64,
    kind: &'static str,
    request_id: &'a OpaqueId,
    result: &'static str,
    status: Option<u16>,
    v: u32,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The handler answered, with this status.
    Answered(u16),
    /// The handler panicked.
    Panicked,
    /// The handler was given up.
    TimedOut,
    /// Nobody waited for the handler any more.
    Disconnected,
    /// The handler never ran.
    NotRun,
}

impl<'a> OutcomeRecord<'a> {
    pub(crate) fn new(
        request_id: &'a OpaqueId,
        decision: u64,
        result: Outcome,
        cost: Option<Amount>,
        at_ms: u64,
    ) -> Self {
        let (result, status) = match result {
            Outcome::Answered(status) => ("answered", Some(status)),
            Outcome::Panicked => ("panicked", None),
            Outcome::TimedOut => ("timed_out", None),
            Outcome::Disconnected => ("disconnected", None),
            Outcome::NotRun => ("not_run", None),
        };
        Self {
            at_ms,
            cost,
            decision,
            kind: "outcome",
            request_id,
            result,
            status,
            v: VERSION,
        }
    }
}
