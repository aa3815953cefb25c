//! Facts about a route, written by `#[engine_route]` and listed at run time.
//!
//! They describe. What holds a route to them is the layer, which an engine's registry puts around it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::context::{ContextField, MissingStatus};
use crate::store::{Cost, Currency};

/// Setters for the expansion of `#[engine_route]`.
macro_rules! with {
    ($($field:ident: $kind:ty => $value:expr,)*) => {
        $(
            #[doc(hidden)]
            #[must_use]
            pub const fn $field(mut self, $field: $kind) -> Self {
                self.$field = $value;
                self
            }
        )*
    };
}

/// What a route says of itself. `#[engine_route]` makes it, after checking every part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteMeta {
    /// The method that it answers; a `GET` route also answers `HEAD`.
    pub method: Method,
    /// The path with `{parameters}`.
    pub path: &'static str,
    /// The dotted name of its router, as the tickets name it.
    pub router: &'static str,
    /// The tickets that it meets.
    pub tickets: &'static [&'static str],
    /// The `resource_kind` of its errors.
    pub resource_kind: Option<&'static str>,
    /// Whether it passes the gates.
    pub gate: GateDecision,
    /// The most that one call may cost, which is held before its handler runs.
    pub budget: Option<RouteBudget>,
    /// The exemption that lifts identity and gates.
    pub exemption: Option<Exemption>,
    /// The fields at the top of its JSON body that must repeat the context; empty if its body is not read for that.
    pub body_fields: &'static [ContextField],
    /// The status for a missing identity header.
    pub missing_status: MissingStatus,
    /// The roles of which the caller needs one in the tenant; empty if any member may call it.
    pub roles: &'static [&'static str],
    /// The feature flag that it stands behind.
    pub flag: Option<&'static str>,
    /// The most bytes of its body, where it differs from the engine's.
    pub body_limit: Option<u64>,
    /// The longest time until its response head, where it differs from the engine's.
    pub timeout: Option<Duration>,
    /// What it streams, if it does.
    pub stream: Option<StreamFacts>,
}

impl RouteMeta {
    /// For the expansion of `#[engine_route]`, which adds what else is given.
    #[doc(hidden)]
    #[must_use]
    pub const fn from_macro(method: Method, path: &'static str, router: &'static str, gate: GateDecision) -> Self {
        Self {
            method,
            path,
            router,
            tickets: &[],
            resource_kind: None,
            gate,
            budget: None,
            exemption: None,
            body_fields: &[],
            missing_status: MissingStatus::BadRequest,
            roles: &[],
            flag: None,
            body_limit: None,
            timeout: None,
            stream: None,
        }
    }

    with! {
        tickets: &'static [&'static str] => tickets,
        body_fields: &'static [ContextField] => body_fields,
        missing_status: MissingStatus => missing_status,
        roles: &'static [&'static str] => roles,
        resource_kind: &'static str => Some(resource_kind),
        budget: RouteBudget => Some(budget),
        exemption: Exemption => Some(exemption),
        flag: &'static str => Some(flag),
        body_limit: u64 => Some(body_limit),
        timeout: Duration => Some(timeout),
        stream: StreamFacts => Some(stream),
    }
}

/// The method and the path.
impl fmt::Display for RouteMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// What a route streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamFacts {
    /// How it goes over the wire.
    pub transport: Transport,
    /// What it is: `chat`, `canvas`. Its streams are of this kind, and a cursor that is not known is `<domain>.cursor_invalid`.
    pub domain: &'static str,
}

impl StreamFacts {
    /// For the expansion of `#[engine_route]`, which has checked the domain.
    #[doc(hidden)]
    #[must_use]
    pub const fn from_macro(transport: Transport, domain: &'static str) -> Self {
        Self { transport, domain }
    }
}

/// How a stream goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Transport {
    /// Server-sent events.
    Sse,
    /// A WebSocket, judged at its handshake.
    Websocket,
    /// A WebSocket whose first frame says who asks, as the Python engine's clients do.
    WebsocketHello,
}

/// A method that a route can declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "each variant is the method of the same name")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The method of the routes that answer a request: `HEAD` is served by `GET`, and nothing serves any other.
    pub fn serving(method: &http::Method) -> Option<Self> {
        let method = if method == http::Method::HEAD {
            &http::Method::GET
        } else {
            method
        };
        Self::ALL.into_iter().find(|known| known.as_str() == method.as_str())
    }

    /// Whether the contract takes it to change something.
    pub const fn is_mutating(self) -> bool {
        !matches!(self, Self::Get)
    }

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}

/// Whether a route passes the gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateDecision {
    /// It passes them, under this action.
    Action(&'static str),
    /// It changes nothing although its method could, for this reason.
    NoGate {
        /// In the author's words.
        reason: &'static str,
    },
    /// It only reads, as its method says.
    Reads,
    /// Its exemption lifts them.
    Exempt,
}

/// The most that one call of a route may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteBudget {
    /// How much.
    pub amount: Cost,
    /// In which currency.
    pub currency: Currency,
}

impl RouteBudget {
    /// For the expansion of `#[engine_route]`: millionths of a currency's unit, and its three letters.
    #[doc(hidden)]
    #[must_use]
    pub const fn from_macro(micros: i64, currency: [u8; 3]) -> Self {
        Self {
            amount: Cost::literal(micros),
            currency: Currency::literal(currency),
        }
    }
}

/// The amount and the currency: `0.25 EUR`.
impl fmt::Display for RouteBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// An exemption that the tickets register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exemption {
    /// The ticket's id.
    pub id: &'static str,
    /// The only router that it exempts.
    pub router: &'static str,
    /// The ticket's reason.
    pub reason: &'static str,
}

impl Exemption {
    /// The public health check.
    pub const EX_001: Self = Self {
        id: "EX-001",
        router: "engines.ops.status",
        reason: "Public health check endpoint. No auth required.",
    };
    /// Login.
    pub const EX_002: Self = Self {
        id: "EX-002",
        router: "engines.identity.routes_auth",
        reason: "Login/Auth endpoints. Cannot require auth to authenticate.",
    };
    /// Every exemption.
    pub const ALL: [Self; 2] = [Self::EX_001, Self::EX_002];
}
