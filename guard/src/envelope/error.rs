//! The error envelope.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};

use super::{ErrorEnvelopeBuilder, ErrorStatus, Gate, exact};
use crate::code::Code;

/// `{"error": {...}}` with exactly seven keys: everything that a client learns of an error.
///
/// Deserialising is as strict as the contract: every key must be there, no other may be, at both levels, and
/// `http_status` is 400 to 599.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ErrorEnvelope {
    // Boxed, so that a `Result` that carries it stays small.
    error: Box<Body>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    #[serde(deserialize_with = "non_empty")]
    pub(super) code: Cow<'static, str>,
    pub(super) message: Cow<'static, str>,
    pub(super) http_status: ErrorStatus,
    #[serde(deserialize_with = "exact::nullable")]
    pub(super) gate: Option<Gate>,
    #[serde(deserialize_with = "exact::nullable")]
    pub(super) action_name: Option<Cow<'static, str>>,
    #[serde(deserialize_with = "exact::nullable")]
    pub(super) resource_kind: Option<Cow<'static, str>>,
    pub(super) details: Map<String, Value>,
}

impl ErrorEnvelope {
    /// An envelope with this code, its status and its gate.
    pub fn builder(code: Code) -> ErrorEnvelopeBuilder {
        ErrorEnvelopeBuilder::new(code)
    }

    pub(super) fn from_body(body: Body) -> Self {
        Self { error: Box::new(body) }
    }

    /// Names what was refused, where that is not said yet.
    pub(crate) fn of_action(mut self, action: &'static str, resource_kind: Option<&'static str>) -> Self {
        let body = &mut *self.error;
        body.action_name.get_or_insert(Cow::Borrowed(action));
        if body.resource_kind.is_none() {
            body.resource_kind = resource_kind.map(Cow::Borrowed);
        }
        self
    }

    /// `error.code`.
    pub fn code(&self) -> &str {
        &self.error.code
    }

    /// `error.message`: text for people.
    pub fn message(&self) -> &str {
        &self.error.message
    }

    /// `error.http_status`, which is also the status line of [`ErrorEnvelope::to_response`].
    pub fn http_status(&self) -> ErrorStatus {
        self.error.http_status
    }

    /// `error.gate`: the gate that said no.
    pub fn gate(&self) -> Option<Gate> {
        self.error.gate
    }

    /// `error.action_name`: the action that was refused.
    pub fn action_name(&self) -> Option<&str> {
        self.error.action_name.as_deref()
    }

    /// `error.resource_kind`: the kind of resource that the route serves.
    pub fn resource_kind(&self) -> Option<&str> {
        self.error.resource_kind.as_deref()
    }

    /// `error.details`.
    pub fn details(&self) -> &Map<String, Value> {
        &self.error.details
    }
}

/// The code and the message, nothing else.
impl fmt::Display for ErrorEnvelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.message())
    }
}

impl std::error::Error for ErrorEnvelope {}

impl<'de> Deserialize<'de> for ErrorEnvelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Document {
            #[serde(deserialize_with = "exact::object")]
            error: Body,
        }

        let document: Document = exact::object(deserializer)?;
        Ok(Self::from_body(document.error))
    }
}

fn non_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'static, str>, D::Error> {
    let code = String::deserialize(deserializer)?;
    if code.is_empty() {
        Err(de::Error::custom("an error code is never empty"))
    } else {
        Ok(Cow::Owned(code))
    }
}
