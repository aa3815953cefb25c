//! The id of a request, which every response repeats.

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use crate::context::{ContextRequestId, HeaderFault, OpaqueId, Scan, Single};

const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// The id, as a header: visible ASCII, as an [`OpaqueId`] is.
#[derive(Debug, Clone)]
pub(crate) struct RequestId {
    header: HeaderValue,
    /// What the header was made from; nil where the client sent it.
    made: Uuid,
}

impl RequestId {
    /// The client's own, if it sent one that is well-formed; a new one otherwise. An error about the client's is answered
    /// under a new one.
    pub(crate) fn of(headers: &HeaderMap, scan: &Result<Scan<'_>, HeaderFault>) -> Self {
        let sent = match scan {
            Ok(scan) => scan.get(Single::Request),
            Err(_) => only(headers.get_all(NAME).iter()),
        };
        match sent {
            Some(header) if OpaqueId::parse(header).is_ok() => Self {
                header: header.clone(),
                made: Uuid::nil(),
            },
            _ => Self::generate(),
        }
    }

    fn generate() -> Self {
        let made = Uuid::new_v4();
        let mut text = [0; Hyphenated::LENGTH];
        let text = made.hyphenated().encode_lower(&mut text);
        Self {
            header: HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("unknown")),
            made,
        }
    }

    /// The id for the context of a request that did not bring one.
    pub(crate) fn for_context(&self) -> ContextRequestId {
        ContextRequestId::made(self.made)
    }

    /// The text, for the log.
    pub(crate) fn as_str(&self) -> &str {
        self.header.to_str().unwrap_or_default()
    }

    /// Puts the id on the one response of the request.
    pub(crate) fn stamp(&mut self, headers: &mut HeaderMap) {
        headers.insert(NAME, std::mem::replace(&mut self.header, HeaderValue::from_static("")));
    }
}

fn only<'v>(mut values: impl Iterator<Item = &'v HeaderValue>) -> Option<&'v HeaderValue> {
    match (values.next(), values.next()) {
        (first, None) => first,
        _ => None,
    }
}
