//! What an engine says of itself: the facts of its routes, as JSON.
//!
//! An engine writes it, and a check that does not run the engine reads it:
//!
//! ```
//! use guard::manifest::Manifest;
//! use guard::route::Method;
//!
//! #[guard::engine_route(method = GET, path = "/masks", router = "engines.video_mask.routes")]
//! async fn list() {}
//!
//! let written = serde_json::to_string_pretty(&Manifest::of([&LIST_ROUTE]))?;
//! let read: Manifest = serde_json::from_str(&written)?;
//! assert_eq!(read.routes[0].method, Method::Get);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Its JSON Schema is `guard/docs/manifest.schema.json`. An engine that keeps its manifest under version control, with a test
//! that compares, sees every route that is lost, added or changed in a review: `examples/engine-server` does.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::context::{ContextField, MissingStatus};
use crate::route::{GateDecision, Method, RouteMeta, Transport};
use crate::store::{Cost, Currency};

/// The version of the manifest's shape.
const VERSION: u32 = 1;

/// The facts of every route of an engine.
///
/// Routes stand in the order of path and method, so that two builds of one engine give the same text. Reading refuses another
/// version and unknown keys: a reader that does not know a fact must not judge by the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Manifest {
    /// The version of this shape: 1.
    #[serde(deserialize_with = "known_version")]
    #[cfg_attr(test, schemars(extend("const" = VERSION)))]
    pub version: u32,
    /// The routes.
    pub routes: Vec<RouteFacts>,
}

/// The facts of a route, as the manifest spells them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RouteFacts {
    /// The method; a `GET` route also answers `HEAD`.
    pub method: Method,
    /// The path with `{parameters}`.
    pub path: Cow<'static, str>,
    /// The dotted name of its router.
    pub router: Cow<'static, str>,
    /// The tickets that it meets.
    pub tickets: Vec<Cow<'static, str>>,
    /// The `resource_kind` of its errors.
    pub resource_kind: Option<Cow<'static, str>>,
    /// The gate decision.
    pub gate: GateFacts,
    /// The most that one call may cost.
    pub budget: Option<BudgetFacts>,
    /// The id of its exemption.
    pub exemption: Option<Cow<'static, str>>,
    /// The fields of the body that are compared.
    pub body_fields: Vec<ContextField>,
    /// The status for a missing identity header.
    #[cfg_attr(test, schemars(extend("enum" = [400, 401, 422])))]
    pub missing_status: u16,
    /// The roles of which a caller needs one; empty if any member may call.
    pub roles: Vec<Cow<'static, str>>,
    /// The feature flag that it stands behind.
    pub flag: Option<Cow<'static, str>>,
    /// The most bytes of its body, where it differs from the engine's.
    pub body_limit: Option<u64>,
    /// The longest time until its response head in milliseconds, where it differs from the engine's.
    pub timeout_ms: Option<u64>,
    /// What it streams, if it does.
    pub stream: Option<StreamFacts>,
}

/// What a route streams, as the manifest spells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StreamFacts {
    /// How it goes over the wire.
    pub transport: Transport,
    /// What it is, as in `<domain>.cursor_invalid`.
    pub domain: Cow<'static, str>,
}

/// A gate decision, as the manifest spells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum GateFacts {
    /// It passes the gates under this action.
    Action {
        /// The action.
        action: Cow<'static, str>,
    },
    /// It changes nothing although its method could.
    NoGate {
        /// Why.
        reason: Cow<'static, str>,
    },
    /// It only reads.
    // With braces, since serde lets a variant without them have unknown keys.
    Reads {},
    /// Its exemption lifts the gates.
    Exempt {},
}

/// A route's budget, as the manifest spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BudgetFacts {
    /// The amount, as a decimal: `"0.25"`.
    #[cfg_attr(test, schemars(with = "String", regex(pattern = r"^[0-9]+(\.[0-9]{1,6})?$")))]
    pub amount: Cost,
    /// The currency: `"EUR"`.
    #[cfg_attr(test, schemars(with = "String", regex(pattern = r"^[A-Z]{3}$")))]
    pub currency: Currency,
}

impl Manifest {
    /// The manifest of these routes, which an [`Engine`](crate::registry::Engine) has already made of its own.
    pub fn of<'r>(routes: impl IntoIterator<Item = &'r RouteMeta>) -> Self {
        let mut routes: Vec<RouteFacts> = routes.into_iter().map(RouteFacts::from).collect();
        routes.sort_by(|one, other| {
            let key = |route: &RouteFacts| route.method.as_str();
            one.path.cmp(&other.path).then_with(|| key(one).cmp(key(other)))
        });
        Self {
            version: VERSION,
            routes,
        }
    }
}

impl From<&RouteMeta> for RouteFacts {
    fn from(meta: &RouteMeta) -> Self {
        let texts = |texts: &'static [&'static str]| texts.iter().copied().map(Cow::Borrowed).collect();
        Self {
            method: meta.method,
            path: meta.path.into(),
            router: meta.router.into(),
            tickets: texts(meta.tickets),
            resource_kind: meta.resource_kind.map(Cow::Borrowed),
            gate: match meta.gate {
                GateDecision::Action(action) => GateFacts::Action { action: action.into() },
                GateDecision::NoGate { reason } => GateFacts::NoGate { reason: reason.into() },
                GateDecision::Reads => GateFacts::Reads {},
                GateDecision::Exempt => GateFacts::Exempt {},
            },
            budget: meta.budget.map(|budget| BudgetFacts {
                amount: budget.amount,
                currency: budget.currency,
            }),
            exemption: meta.exemption.map(|exemption| exemption.id.into()),
            body_fields: meta.body_fields.to_vec(),
            missing_status: match meta.missing_status {
                MissingStatus::BadRequest => 400,
                MissingStatus::Unauthorized => 401,
                MissingStatus::UnprocessableEntity => 422,
            },
            roles: texts(meta.roles),
            flag: meta.flag.map(Cow::Borrowed),
            body_limit: meta.body_limit,
            timeout_ms: meta.timeout.map(milliseconds),
            stream: meta.stream.map(|stream| StreamFacts {
                transport: stream.transport,
                domain: stream.domain.into(),
            }),
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn known_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        VERSION => Ok(VERSION),
        other => Err(de::Error::custom(format_args!(
            "the manifest has version {other}, and only version {VERSION} is known"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::route::{Exemption, RouteBudget, StreamFacts};

    const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/manifest.schema.json");

    fn manifest() -> Manifest {
        let meta = |method, path, gate| RouteMeta::from_macro(method, path, "engines.video_mask.routes", gate);
        let mut exempt = meta(Method::Get, "/status", GateDecision::Exempt).exemption(Exemption::EX_001);
        exempt.router = Exemption::EX_001.router;
        Manifest::of(&[
            exempt,
            meta(Method::Post, "/masks", GateDecision::NoGate { reason: "reads" }),
            meta(Method::Get, "/masks", GateDecision::Reads).stream(StreamFacts::from_macro(Transport::Sse, "masks")),
            meta(
                Method::Put,
                "/masks/{mask_id}",
                GateDecision::Action("video_mask.update"),
            )
            .tickets(&["ENG-STD-003"])
            .resource_kind("video_mask")
            .budget(RouteBudget::from_macro(250_000, *b"EUR"))
            .body_fields(&[ContextField::TenantId])
            .missing_status(MissingStatus::UnprocessableEntity)
            .roles(&["owner"])
            .flag("video.masks")
            .body_limit(65_536)
            .timeout(Duration::from_secs(5)),
        ])
    }

    #[test]
    fn routes_stand_in_the_order_of_path_and_method() {
        let names: Vec<String> = manifest()
            .routes
            .iter()
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert_eq!(
            names,
            ["GET /masks", "POST /masks", "PUT /masks/{mask_id}", "GET /status"]
        );
    }

    #[test]
    fn what_is_written_is_read() {
        let written = serde_json::to_string(&manifest()).unwrap();
        assert_eq!(serde_json::from_str::<Manifest>(&written).unwrap(), manifest());
    }

    #[test]
    fn what_is_not_known_is_not_read() {
        let good = serde_json::to_value(manifest()).unwrap();
        for (pointer, value) in [
            ("/version", json!(2)),
            ("/routes/0/method", json!("BREW")),
            ("/routes/0/gate", json!({"decision": "perhaps"})),
            ("/routes/0/body_fields", json!(["email"])),
            ("/routes/0/stream/transport", json!("pigeon")),
            ("/routes/2/budget/amount", json!("-1")),
            ("/routes/2/budget/currency", json!("euro")),
            ("/routes/0", json!({"path": "/masks"})),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            assert!(serde_json::from_value::<Manifest>(bad).is_err(), "{pointer}");
        }
        for place in ["", "/routes/0", "/routes/0/gate", "/routes/0/stream"] {
            let mut more = good.clone();
            more.pointer_mut(place).unwrap()["more"] = json!(true);
            assert!(serde_json::from_value::<Manifest>(more).is_err(), "{place}");
        }
    }

    /// `UPDATE_SCHEMA=1 cargo test -p guard --lib manifest` rewrites the schema.
    #[test]
    fn the_checked_in_schema_is_the_types() {
        let schema = format!("{:#}\n", schemars::schema_for!(Manifest).to_value());
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(SCHEMA, &schema).unwrap();
        }
        let held = std::fs::read_to_string(SCHEMA).unwrap_or_default();
        assert!(
            held.replace("\r\n", "\n") == schema,
            "docs/manifest.schema.json is stale: run `UPDATE_SCHEMA=1 cargo test -p guard --lib manifest`"
        );
    }

    #[test]
    fn manifests_are_valid_and_other_documents_are_not() {
        let schema = schemars::schema_for!(Manifest).to_value();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let good = serde_json::to_value(manifest()).unwrap();
        let faults: Vec<String> = validator.iter_errors(&good).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}");
        for (pointer, value) in [
            ("/version", json!(2)),
            ("/routes/0/method", json!("BREW")),
            ("/routes/0/missing_status", json!(404)),
            ("/routes/0/gate", json!({"decision": "action"})),
            ("/routes/2/budget/amount", json!(0.25)),
            ("/routes/0", json!({"path": "/masks"})),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            assert!(!validator.is_valid(&bad), "{pointer}");
        }
    }
}
