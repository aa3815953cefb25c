//! Answers, held against what was expected.

use std::collections::BTreeSet;

use http::{HeaderMap, header};

use crate::envelope::ErrorEnvelope;

/// A response that was read to its end.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// What a probe or an attack must be answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expected {
    /// This status and code.
    Error(u16, &'static str),
    /// A 410 with this code.
    Gone(String),
    /// A 405 that allows exactly these methods.
    Allow(BTreeSet<&'static str>),
    /// Anything but a refusal of the guard's: the route is open.
    Open,
}

impl Answer {
    pub(super) fn is_error(&self) -> bool {
        self.status >= 400
    }

    /// What is wrong with an error's body; the envelope where nothing is.
    pub(super) fn envelope(&self) -> Result<ErrorEnvelope, String> {
        let kind = self.headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
        if kind != Some(b"application/json") {
            return Err(format!("a {} without the content type application/json", self.status));
        }
        let envelope: ErrorEnvelope = serde_json::from_slice(&self.body)
            .map_err(|error| format!("a {} that is no envelope: {error}", self.status))?;
        if envelope.http_status().as_u16() != self.status {
            return Err(format!(
                "a {} whose envelope says {}",
                self.status,
                envelope.http_status()
            ));
        }
        Ok(envelope)
    }

    fn shown(&self) -> String {
        match self.envelope() {
            Ok(envelope) => format!("{} {}", self.status, envelope.code()),
            Err(_) => self.status.to_string(),
        }
    }

    fn is_refused(&self, status: u16, wanted: &str) -> Result<(), String> {
        let code = self.envelope().ok().map(|envelope| envelope.code().to_owned());
        if (self.status, code.as_deref()) == (status, Some(wanted)) {
            return Ok(());
        }
        Err(format!("expected {status} {wanted}, got {}", self.shown()))
    }

    /// Compares, and says what is different.
    pub(super) fn is(&self, expected: &Expected) -> Result<(), String> {
        let code = self.envelope().ok().map(|envelope| envelope.code().to_owned());
        match expected {
            Expected::Error(status, wanted) => self.is_refused(*status, wanted),
            Expected::Gone(wanted) => self.is_refused(410, wanted),
            Expected::Allow(methods) => {
                self.is(&Expected::Error(405, "route.method_not_allowed"))?;
                let allow = self.headers.get(header::ALLOW).and_then(|allow| allow.to_str().ok());
                let allowed: BTreeSet<&str> = allow.unwrap_or_default().split(',').map(str::trim).collect();
                if allowed == *methods {
                    return Ok(());
                }
                let wanted: Vec<&str> = methods.iter().copied().collect();
                Err(format!(
                    "expected Allow: {}, got {}",
                    wanted.join(", "),
                    allow.unwrap_or("none")
                ))
            }
            Expected::Open => match code {
                Some(code) if code.starts_with("auth.") || code.starts_with("route.") => {
                    Err(format!("expected the handler's answer, got {}", self.shown()))
                }
                _ => Ok(()),
            },
        }
    }
}
