//! Building an error envelope.

use std::borrow::Cow;
use std::error::Error;

use serde_json::{Map, Value};

use super::error::Body;
use super::{EngineError, ErrorEnvelope, ErrorStatus, PublicText};
use crate::code::Code;

/// Builds an [`ErrorEnvelope`]; see [`ErrorEnvelope::builder`].
///
/// Everything given here except [`ErrorEnvelopeBuilder::caused_by`] reaches the client.
#[derive(Debug, Clone)]
#[must_use]
pub struct ErrorEnvelopeBuilder {
    code: Code,
    status: ErrorStatus,
    message: Option<PublicText>,
    action_name: Option<Cow<'static, str>>,
    resource_kind: Option<Cow<'static, str>>,
    details: Map<String, Value>,
}

impl ErrorEnvelopeBuilder {
    pub(super) fn new(code: Code) -> Self {
        let status = code.status();
        Self {
            code,
            status,
            message: None,
            action_name: None,
            resource_kind: None,
            details: Map::new(),
        }
    }

    /// The message; without one, the situation that the code stands for.
    pub fn message(mut self, message: impl Into<PublicText>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The action that was refused.
    pub fn action_name(mut self, action: impl Into<Cow<'static, str>>) -> Self {
        self.action_name = Some(action.into());
        self
    }

    /// The kind of resource that the route serves.
    pub fn resource_kind(mut self, kind: impl Into<Cow<'static, str>>) -> Self {
        self.resource_kind = Some(kind.into());
        self
    }

    /// Adds a key to `details`, or replaces it.
    pub fn detail(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.details.insert(key.to_owned(), value.into());
        self
    }

    /// For the contract's per-route overrides; everywhere else the status is the code's.
    pub(crate) fn status(mut self, status: ErrorStatus) -> Self {
        self.status = status;
        self
    }

    /// The envelope.
    pub fn build(self) -> ErrorEnvelope {
        let message = match self.message {
            Some(message) => message.into_inner(),
            None => Cow::Borrowed(self.code.situation()),
        };
        ErrorEnvelope::from_body(Body {
            code: Cow::Owned(self.code.as_str().to_owned()),
            message,
            http_status: self.status,
            gate: self.code.gate(),
            action_name: self.action_name,
            resource_kind: self.resource_kind,
            details: self.details,
        })
    }

    /// The envelope, with a cause that only the log may see.
    pub fn caused_by(self, cause: impl Error + Send + Sync + 'static) -> EngineError {
        EngineError::new(self.build(), cause)
    }
}
