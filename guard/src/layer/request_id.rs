//! The id of a request, which every response repeats.

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use crate::context::{HeaderFault, OpaqueId, Scan, Single};

const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// The id, as a header: visible ASCII, as an [`OpaqueId`] is.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    /// The client's own, if it sent one that is well-formed; a new one otherwise. An error about the client's is answered
    /// under a new one.
    pub(crate) fn of(headers: &HeaderMap, scan: &Result<Scan<'_>, HeaderFault>) -> Self {
        let sent = match scan {
            Ok(scan) => scan.get(Single::Request),
            Err(_) => only(headers.get_all(NAME).iter()),
        };
        match sent {
            Some(header) if OpaqueId::parse(header).is_ok() => Self(header.clone()),
            _ => Self::generate(),
        }
    }

    fn generate() -> Self {
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        let text = Uuid::new_v4().hyphenated().encode_lower(&mut text);
        Self(HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("unknown")))
    }

    /// The id for the context: its shape was checked, or made right, when it was made.
    pub(crate) fn to_opaque(&self) -> OpaqueId {
        OpaqueId::made(self.as_str())
    }

    /// The text, for the log.
    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// Puts the id on the one response of the request.
    pub(crate) fn stamp(&mut self, headers: &mut HeaderMap) {
        headers.insert(NAME, std::mem::replace(&mut self.0, HeaderValue::from_static("")));
    }
}

fn only<'v>(mut values: impl Iterator<Item = &'v HeaderValue>) -> Option<&'v HeaderValue> {
    match (values.next(), values.next()) {
        (first, None) => first,
        _ => None,
    }
}
