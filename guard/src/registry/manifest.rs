//! What an engine says of itself.

use std::time::Duration;

use serde::Serialize;

use crate::context::{ContextField, MissingStatus};
use crate::route::{GateDecision, RouteMeta};

/// The version of the manifest's shape.
const VERSION: u32 = 1;

/// The facts of every route of an engine, as JSON: `serde_json::to_string_pretty(engine.manifest())`.
///
/// Routes stand in the order of path and method, so that two builds of one engine give the same text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Manifest {
    /// The version of this shape: 1.
    pub version: u32,
    /// The routes.
    pub routes: Vec<RouteFacts>,
}

/// The facts of a route, as the manifest spells them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RouteFacts {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The path with `{parameters}`.
    pub path: &'static str,
    /// The dotted name of its router.
    pub router: &'static str,
    /// The tickets that it meets.
    pub tickets: &'static [&'static str],
    /// The `resource_kind` of its errors.
    pub resource_kind: Option<&'static str>,
    /// The gate decision.
    pub gate: GateFacts,
    /// The id of its exemption.
    pub exemption: Option<&'static str>,
    /// The fields of the body that are compared.
    pub body_fields: &'static [ContextField],
    /// The status for a missing identity header.
    pub missing_status: u16,
    /// The roles of which a caller needs one.
    pub roles: &'static [&'static str],
    /// The feature flag that it stands behind.
    pub flag: Option<&'static str>,
    /// The most bytes of its body, where it differs from the engine's.
    pub body_limit: Option<u64>,
    /// The longest time until its response head in milliseconds, where it differs from the engine's.
    pub timeout_ms: Option<u64>,
}

/// A gate decision, as the manifest spells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
#[non_exhaustive]
pub enum GateFacts {
    /// It passes the gates under this action.
    Action {
        /// The action.
        action: &'static str,
    },
    /// It changes nothing although its method could.
    NoGate {
        /// Why.
        reason: &'static str,
    },
    /// It only reads.
    Reads,
    /// Its exemption lifts the gates.
    Exempt,
}

impl Manifest {
    pub(super) fn of<'r>(routes: impl Iterator<Item = &'r RouteMeta>) -> Self {
        let mut routes: Vec<RouteFacts> = routes.map(RouteFacts::from).collect();
        routes.sort_by_key(|route| (route.path, route.method));
        Self {
            version: VERSION,
            routes,
        }
    }
}

impl From<&RouteMeta> for RouteFacts {
    fn from(meta: &RouteMeta) -> Self {
        Self {
            method: meta.method.as_str(),
            path: meta.path,
            router: meta.router,
            tickets: meta.tickets,
            resource_kind: meta.resource_kind,
            gate: match meta.gate {
                GateDecision::Action(action) => GateFacts::Action { action },
                GateDecision::NoGate { reason } => GateFacts::NoGate { reason },
                GateDecision::Reads => GateFacts::Reads,
                GateDecision::Exempt => GateFacts::Exempt,
            },
            exemption: meta.exemption.map(|exemption| exemption.id),
            body_fields: meta.body_fields,
            missing_status: match meta.missing_status {
                MissingStatus::BadRequest => 400,
                MissingStatus::Unauthorized => 401,
                MissingStatus::UnprocessableEntity => 422,
            },
            roles: meta.roles,
            flag: meta.flag,
            body_limit: meta.body_limit,
            timeout_ms: meta.timeout.map(milliseconds),
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
