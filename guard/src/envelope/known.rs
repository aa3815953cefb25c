//! Envelopes whose `details` the contract fixes.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{ErrorEnvelope, ErrorEnvelopeBuilder};
use crate::code::{self, CodeError};
use crate::context::{Mode, TenantId};

/// One thing that does not validate: an entry of `details.errors` under `validation.error`.
///
/// Everything in it reaches the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidationIssue {
    /// Where: `["body", "points", "0"]`, `["query", "limit"]`, `["header", "x-request-id"]`.
    pub loc: Vec<String>,
    /// What is wrong, for people.
    pub msg: String,
    /// What is wrong, for programs: `missing`, `header_invalid`.
    #[serde(rename = "type")]
    pub kind: String,
}

impl ErrorEnvelope {
    /// `validation.error` with the issues under `details.errors`.
    pub fn validation(issues: &[ValidationIssue]) -> ErrorEnvelopeBuilder {
        Self::builder(code::VALIDATION_ERROR).detail("errors", json!(issues))
    }

    /// `<domain>.cursor_invalid` with `details.cursor`: one answer for an unknown, a pruned and a foreign cursor.
    ///
    /// # Errors
    ///
    /// [`CodeError::Shape`] unless the domain is one `snake_case` word.
    pub fn cursor_invalid(domain: &str, cursor: &str) -> Result<ErrorEnvelopeBuilder, CodeError> {
        Ok(Self::builder(code::cursor_invalid(domain)?).detail("cursor", cursor))
    }

    /// `<resource_kind>.missing_route` with `resource_kind`, `tenant_id` and `mode` in `details`.
    ///
    /// # Errors
    ///
    /// [`CodeError::Shape`] unless the resource kind is one `snake_case` word.
    pub fn missing_route(
        resource_kind: &str,
        tenant: &TenantId,
        mode: Mode,
    ) -> Result<ErrorEnvelopeBuilder, CodeError> {
        Ok(Self::builder(code::missing_route(resource_kind)?)
            .resource_kind(resource_kind.to_owned())
            .detail("resource_kind", resource_kind)
            .detail("tenant_id", tenant.as_str())
            .detail("mode", mode.as_str()))
    }
}
