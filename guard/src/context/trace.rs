//! Ids that join a request to other work.

use http::HeaderValue;

use super::OpaqueId;
use super::header::Reader;
use super::scan::Single;
use crate::envelope::ErrorEnvelope;

/// Ids that join a request to other work. They are carried and never interpreted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceHeaders {
    /// `X-Trace-Id`, or the trace id of a W3C `traceparent`.
    pub trace_id: Option<OpaqueId>,
    /// `X-Run-Id`.
    pub run_id: Option<OpaqueId>,
    /// `X-Step-Id`.
    pub step_id: Option<OpaqueId>,
    /// `X-Strategy-Lock-Id`.
    pub strategy_lock_id: Option<OpaqueId>,
    /// `X-Three-Wise-Id`.
    pub three_wise_id: Option<OpaqueId>,
}

impl TraceHeaders {
    pub(super) const BITS: u32 = Single::Trace.bit()
        | Single::Run.bit()
        | Single::Step.bit()
        | Single::StrategyLock.bit()
        | Single::ThreeWise.bit();

    pub(super) const NONE: Self = Self {
        trace_id: None,
        run_id: None,
        step_id: None,
        strategy_lock_id: None,
        three_wise_id: None,
    };

    pub(super) fn read(reader: &Reader<'_>) -> Result<Self, ErrorEnvelope> {
        let carried = |header| reader.optional(header, |bytes| OpaqueId::parse(bytes));
        Ok(Self {
            trace_id: carried(Single::Trace)?.or_else(|| traceparent(reader.scan.traceparent()?)),
            run_id: carried(Single::Run)?,
            step_id: carried(Single::Step)?,
            strategy_lock_id: carried(Single::StrategyLock)?,
            three_wise_id: carried(Single::ThreeWise)?,
        })
    }
}

/// The trace id of a well-formed `traceparent`. A malformed one, as a repeated one, starts a new trace, as its standard says:
/// <https://www.w3.org/TR/trace-context/#traceparent-header>.
fn traceparent(value: &HeaderValue) -> Option<OpaqueId> {
    let mut fields = value.to_str().ok()?.split('-');
    let (version, trace, parent, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    // A later version may append fields; version 00 has none, and ff is forbidden.
    let version_fits = is_hex(version, 2) && version != "ff" && (version != "00" || fields.next().is_none());
    let fits = version_fits && is_id(trace, 32) && is_id(parent, 16) && is_hex(flags, 2);
    if fits { OpaqueId::parse(trace).ok() } else { None }
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_id(text: &str, length: usize) -> bool {
    is_hex(text, length) && text.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;
    use crate::context::Scan;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn trace_of(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("traceparent", HeaderValue::from_str(value).unwrap());
        }
        let scan = Scan::new(&headers).unwrap();
        scan.traceparent()
            .and_then(traceparent)
            .map(|id| id.as_str().to_owned())
    }

    #[test]
    fn well_formed_values() {
        let value = format!("00-{TRACE}-00f067aa0ba902b7-01");
        assert_eq!(trace_of(&[&value]).as_deref(), Some(TRACE));
        let later = format!("cc-{TRACE}-00f067aa0ba902b7-01-more");
        assert_eq!(trace_of(&[&later]).as_deref(), Some(TRACE));
    }

    #[test]
    fn everything_else_starts_a_new_trace() {
        let upper = TRACE.to_uppercase();
        let zero = "0".repeat(32);
        let value = format!("00-{TRACE}-00f067aa0ba902b7-01");
        for malformed in [
            "",
            TRACE,
            &format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            &format!("00-{upper}-00f067aa0ba902b7-01"),
            &format!("00-{zero}-00f067aa0ba902b7-01"),
            &format!("00-{TRACE}-0000000000000000-01"),
            &format!("00-{TRACE}-00f067aa0ba902b7-1"),
            &format!("00-{TRACE}-00f067aa0ba902b7-01-more"),
            &format!("00-{TRACE}-00f067aa0ba902b7"),
        ] {
            assert_eq!(trace_of(&[malformed]), None, "{malformed}");
        }
        assert_eq!(trace_of(&[&value, &value]), None, "twice");
        assert_eq!(trace_of(&[]), None);
    }
}
