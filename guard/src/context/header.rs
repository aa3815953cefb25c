//! The identity headers: their names and codes, and the rules that hold for all of them.

use std::fmt::Display;

use http::{HeaderMap, HeaderValue};

use super::ScopeRules;
use crate::code::{self, Code};
use crate::envelope::{ErrorEnvelope, ErrorEnvelopeBuilder, PublicText, ValidationIssue};

/// An identity header.
pub(super) struct Header {
    /// In lower case.
    pub(super) name: &'static str,
    /// The code for a malformed value; `None` where the contract has no code of its own and `validation.error` serves.
    invalid: Option<Code>,
}

const fn scope(name: &'static str, invalid: Code) -> Header {
    Header {
        name,
        invalid: Some(invalid),
    }
}

const fn carried(name: &'static str) -> Header {
    Header { name, invalid: None }
}

pub(super) static MODE: Header = scope("x-mode", code::AUTH_MODE_INVALID);
pub(super) static TENANT: Header = scope("x-tenant-id", code::AUTH_TENANT_INVALID);
pub(super) static PROJECT: Header = scope("x-project-id", code::AUTH_PROJECT_INVALID);
pub(super) static APP: Header = scope("x-app-id", code::AUTH_APP_INVALID);
pub(super) static SURFACE: Header = scope("x-surface-id", code::AUTH_SURFACE_INVALID);
pub(super) static USER: Header = carried("x-user-id");
pub(super) static ROLE: Header = carried("x-membership-role");
pub(super) static REQUEST: Header = carried("x-request-id");
pub(super) static TRACE: Header = carried("x-trace-id");
pub(super) static RUN: Header = carried("x-run-id");
pub(super) static STEP: Header = carried("x-step-id");
pub(super) static STRATEGY_LOCK: Header = carried("x-strategy-lock-id");
pub(super) static THREE_WISE: Header = carried("x-three-wise-id");
// Judged elsewhere; here they only may not occur twice or under a twin's name.
static AUTHORIZATION: Header = carried("authorization");
static LAST_EVENT: Header = carried("last-event-id");

/// Every header that may occur once, in the contract's order.
static SINGLE: [&Header; 15] = [
    &MODE,
    &TENANT,
    &PROJECT,
    &APP,
    &SURFACE,
    &USER,
    &ROLE,
    &REQUEST,
    &TRACE,
    &RUN,
    &STEP,
    &STRATEGY_LOCK,
    &THREE_WISE,
    &AUTHORIZATION,
    &LAST_EVENT,
];

const FORBIDDEN: &str = "x-env";

/// Headers under the rules of a route.
pub(super) struct Reader<'a> {
    headers: &'a HeaderMap,
    rules: &'a ScopeRules,
}

impl<'a> Reader<'a> {
    /// Checks what holds for the headers together: none forbidden, none under a twin's name, none twice.
    pub(super) fn new(headers: &'a HeaderMap, rules: &'a ScopeRules) -> Result<Self, ErrorEnvelope> {
        let reader = Self { headers, rules };
        if headers.contains_key(FORBIDDEN) || reader.has_twin(FORBIDDEN) {
            return Err(reader.error(code::AUTH_ENV_FORBIDDEN, FORBIDDEN).build());
        }
        if let Some(header) = SINGLE.iter().find(|header| reader.has_twin(header.name)) {
            return Err(reader.malformed(header, "is spelled with an underscore"));
        }
        if let Some(header) = SINGLE
            .iter()
            .find(|header| headers.get_all(header.name).iter().nth(1).is_some())
        {
            return Err(reader.error(code::AUTH_HEADER_DUPLICATE, header.name).build());
        }
        Ok(reader)
    }

    /// A header that must be there.
    pub(super) fn required<T, E: Display>(
        &self,
        header: &Header,
        missing: Code,
        parse: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<T, ErrorEnvelope> {
        let value = self.optional(header, parse)?;
        value.ok_or_else(|| {
            self.error(missing, header.name)
                .status(self.rules.missing_status.status())
                .build()
        })
    }

    /// A header that may be absent. One that is there and malformed is an error, never absent.
    pub(super) fn optional<T, E: Display>(
        &self,
        header: &Header,
        parse: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<Option<T>, ErrorEnvelope> {
        let value = self.headers.get(header.name).map(HeaderValue::as_bytes);
        value
            .map(parse)
            .transpose()
            .map_err(|problem| self.malformed(header, problem))
    }

    /// A gateway that joins `-` and `_`, as CGI does, would let a client's `x_tenant_id` replace the real header.
    fn has_twin(&self, name: &str) -> bool {
        let twin = |key: &str| key.contains('_') && key.replace('_', "-") == name;
        self.headers.keys().any(|key| twin(key.as_str()))
    }

    /// `problem` must not quote the value.
    fn malformed(&self, header: &Header, problem: impl Display) -> ErrorEnvelope {
        let message = format!("{} {problem}", header.name);
        let builder = match &header.invalid {
            Some(code) => self.error(code.clone(), header.name),
            None => {
                let issue = ValidationIssue {
                    loc: vec!["header".to_owned(), header.name.to_owned()],
                    msg: message.clone(),
                    kind: "header_invalid".to_owned(),
                };
                self.scoped(ErrorEnvelope::validation(&[issue]))
            }
        };
        builder.message(PublicText::reviewed(message)).build()
    }

    fn error(&self, code: Code, header: &'static str) -> ErrorEnvelopeBuilder {
        self.scoped(ErrorEnvelope::builder(code)).detail("header", header)
    }

    fn scoped(&self, builder: ErrorEnvelopeBuilder) -> ErrorEnvelopeBuilder {
        match &self.rules.resource_kind {
            Some(kind) => builder.resource_kind(kind.clone()),
            None => builder,
        }
    }
}
