//! Reading a header by the rules that hold for all of them.

use std::fmt::Display;

use http::HeaderValue;

use super::ScopeRules;
use super::scan::{self, Scan, Single};
use crate::code::Code;
use crate::envelope::{ErrorEnvelope, ErrorEnvelopeBuilder};

/// Headers under the rules of a route.
pub(super) struct Reader<'a> {
    pub(super) scan: &'a Scan<'a>,
    pub(super) rules: &'a ScopeRules,
}

impl Reader<'_> {
    /// A header that must be there.
    pub(super) fn required<T, E: Display>(
        &self,
        header: Single,
        missing: Code,
        parse: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<T, ErrorEnvelope> {
        match self.optional(header, parse)? {
            Some(value) => Ok(value),
            None => Err(self
                .scoped(ErrorEnvelope::builder(missing))
                .detail("header", header.name())
                .status(self.rules.missing_status.status())
                .build()),
        }
    }

    /// A header that may be absent. One that is there and malformed is an error, never absent.
    pub(super) fn optional<T, E: Display>(
        &self,
        header: Single,
        parse: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<Option<T>, ErrorEnvelope> {
        let value = self.scan.get(header).map(HeaderValue::as_bytes);
        value
            .map(parse)
            .transpose()
            .map_err(|problem| self.scoped(scan::malformed(header, problem)).build())
    }

    fn scoped(&self, builder: ErrorEnvelopeBuilder) -> ErrorEnvelopeBuilder {
        self.rules.scoped(builder)
    }
}
