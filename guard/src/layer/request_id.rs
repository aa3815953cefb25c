//! The id of a request, which every response repeats.

use http::{HeaderMap, HeaderValue};
use uuid::Uuid;

use crate::context::OpaqueId;

const NAME: &str = "x-request-id";

/// The id, and as a header.
#[derive(Debug, Clone)]
pub(crate) struct RequestId {
    pub(crate) id: OpaqueId,
    pub(crate) header: HeaderValue,
}

impl RequestId {
    /// The client's own, if it sent one that is well-formed; a new one otherwise. An error about the client's is answered
    /// under a new one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut sent = headers.get_all(NAME).iter();
        if let (Some(header), None) = (sent.next(), sent.next())
            && let Ok(id) = OpaqueId::parse(header)
        {
            return Self {
                id,
                header: header.clone(),
            };
        }
        Self::generate()
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

    /// Puts the id on a response.
    pub(crate) fn stamp(self, headers: &mut HeaderMap) {
        headers.insert(http::HeaderName::from_static(NAME), self.header);
    }
}
