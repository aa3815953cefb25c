//! The cursor that a client comes back with.

use std::borrow::Cow;

use form_urlencoded::parse;
use http::HeaderValue;

use crate::code;
use crate::context::OpaqueId;
use crate::envelope::ErrorEnvelope;
use crate::store::EventId;

/// The parameter for clients that cannot set a header.
const PARAMETER: &str = "last_event_id";

/// What a client gave as its cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GivenCursor {
    /// Nothing.
    None,
    /// Something that may be the id of an event.
    Id(EventId),
    /// Something that cannot be one. What may be repeated of it is there.
    Malformed(Option<OpaqueId>),
}

impl GivenCursor {
    /// The header wins: a browser that reconnects sends it, beside the parameter that its address began with.
    pub(crate) fn of(header: Option<&HeaderValue>, query: Option<&str>) -> Self {
        if let Some(header) = header {
            return Self::read(header.as_bytes());
        }
        let mut given = parse(query.unwrap_or_default().as_bytes()).filter(|(name, _)| name == PARAMETER);
        match (given.next(), given.next()) {
            (None, _) => Self::None,
            (Some((_, value)), None) => Self::read(value.as_bytes()),
            (Some(_), Some(_)) => Self::Malformed(None),
        }
    }

    fn read(given: &[u8]) -> Self {
        let id = str::from_utf8(given).ok().and_then(|text| text.parse().ok());
        id.map_or_else(|| Self::Malformed(OpaqueId::parse(given).ok()), Self::Id)
    }
}

/// `<domain>.cursor_invalid`. One answer for whatever is wrong with a cursor, so that nobody learns whose it is.
pub(crate) fn invalid(domain: &str, resource_kind: Option<&'static str>, cursor: Option<&str>) -> ErrorEnvelope {
    let code = code::cursor_invalid(domain).unwrap_or(code::INTERNAL_ERROR);
    let envelope = ErrorEnvelope::builder(code).detail("cursor", cursor.map(Cow::Borrowed));
    match resource_kind {
        Some(kind) => envelope.resource_kind(kind).build(),
        None => envelope.build(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(header: Option<&'static str>, query: &str) -> GivenCursor {
        GivenCursor::of(header.map(HeaderValue::from_static).as_ref(), Some(query))
    }

    const ONE: &str = "0000000000000001-0000000000000001";
    const TWO: &str = "0000000000000002-0000000000000002";

    #[test]
    fn the_header_wins_over_the_query() {
        let id = |text: &str| GivenCursor::Id(text.parse().unwrap());
        assert_eq!(given(None, ""), GivenCursor::None);
        assert_eq!(given(Some(ONE), ""), id(ONE));
        assert_eq!(
            given(None, "a=b&last_event_id=0000000000000001-0000000000000001"),
            id(ONE)
        );
        assert_eq!(
            given(Some(TWO), "last_event_id=0000000000000001-0000000000000001"),
            id(TWO)
        );
        assert_eq!(given(Some(TWO), "last_event_id=nonsense"), id(TWO));
    }

    #[test]
    fn what_is_no_id_is_malformed_and_never_absent() {
        let quoted = |text: &str| GivenCursor::Malformed(Some(OpaqueId::parse(text).unwrap()));
        assert_eq!(given(Some(""), ""), GivenCursor::Malformed(None));
        assert_eq!(given(None, "last_event_id"), GivenCursor::Malformed(None));
        assert_eq!(given(None, "last_event_id="), GivenCursor::Malformed(None));
        assert_eq!(given(Some("resume-1"), ""), quoted("resume-1"));
        assert_eq!(
            given(None, "last_event_id=1&last_event_id=1"),
            GivenCursor::Malformed(None)
        );
        assert_eq!(given(None, "last%5Fevent%5Fid=a%0Ab"), GivenCursor::Malformed(None));
        assert_eq!(given(None, "last_event_id=%00"), GivenCursor::Malformed(None));
        let huge = format!("last_event_id={}", "9".repeat(100_000));
        assert_eq!(given(None, &huge), GivenCursor::Malformed(None));
    }
}
