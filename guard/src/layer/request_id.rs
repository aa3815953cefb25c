//! The id of a request, which every response repeats.

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use crate::context::{HeaderFault, OpaqueId, Scan, Single};

const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// The id, and as a header.
#[derive(Debug, Clone)]
pub(crate) struct RequestId {
    pub(crate) id: OpaqueId,
    pub(crate) header: HeaderValue,
}

impl RequestId {
    /// The client's own, if it sent one that is well-formed; a new one otherwise. An error about the client's is answered
    /// under a new one.
    pub(crate) fn of(headers: &HeaderMap, scan: &Result<Scan<'_>, HeaderFault>) -> Self {
        let sent = match scan {
            Ok(scan) => scan.get(Single::Request),
            Err(_) => only(headers.get_all(NAME).iter()),
        };
        let known = sent.and_then(|header| Some((OpaqueId::parse(header).ok()?, header.clone())));
        known.map_or_else(Self::generate, |(id, header)| Self { id, header })
    }

    fn generate() -> Self {
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        let text = Uuid::new_v4().hyphenated().encode_lower(&mut text);
        // A UUID is both an id and a header's value.
        match (OpaqueId::parse(&*text), HeaderValue::from_str(text)) {
            (Ok(id), Ok(header)) => Self { id, header },
            _ => unreachable!("a UUID is visible ASCII"),
        }
    }

    /// Puts the id on the one response of the request.
    pub(crate) fn stamp(&mut self, headers: &mut HeaderMap) {
        let header = std::mem::replace(&mut self.header, HeaderValue::from_static(""));
        headers.insert(NAME, header);
    }
}

fn only<'v>(mut values: impl Iterator<Item = &'v HeaderValue>) -> Option<&'v HeaderValue> {
    match (values.next(), values.next()) {
        (first, None) => first,
        _ => None,
    }
}
