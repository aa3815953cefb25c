//! One pass over the headers: which of those that the contract knows are there, and what is wrong with them together.

use http::{HeaderMap, HeaderValue};

use crate::code::{self, Code};
use crate::envelope::{ErrorEnvelope, ErrorEnvelopeBuilder, PublicText, ValidationIssue};

macro_rules! singles {
    ($($variant:ident = $name:literal $(, $invalid:ident)?;)*) => {
        /// A header that may occur once, in the contract's order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Single {
            $($variant,)*
        }

        impl Single {
            /// Its place in a set of headers.
            pub(super) const fn bit(self) -> u32 {
                1 << self as u32
            }

            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// In lower case.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The code for a malformed value; `None` where `validation.error` serves.
            const fn invalid(self) -> Option<Code> {
                match self {
                    $($(Self::$variant => Some(code::$invalid),)?)*
                    #[allow(unreachable_patterns, reason = "for those without a code")]
                    _ => None,
                }
            }
        }
    };
}

singles! {
    Mode = "x-mode", AUTH_MODE_INVALID;
    Tenant = "x-tenant-id", AUTH_TENANT_INVALID;
    Project = "x-project-id", AUTH_PROJECT_INVALID;
    App = "x-app-id", AUTH_APP_INVALID;
    Surface = "x-surface-id", AUTH_SURFACE_INVALID;
    User = "x-user-id";
    Role = "x-membership-role";
    Request = "x-request-id";
    Trace = "x-trace-id";
    Run = "x-run-id";
    Step = "x-step-id";
    StrategyLock = "x-strategy-lock-id";
    ThreeWise = "x-three-wise-id";
    Authorization = "authorization";
    LastEvent = "last-event-id";
    Host = "host";
    ContentType = "content-type";
    ContentLength = "content-length";
    ContentEncoding = "content-encoding";
    TransferEncoding = "transfer-encoding";
}

const FORBIDDEN: &str = "x-env";
const TRACEPARENT: &str = "traceparent";

/// No client has a reason to send one: a header must never be able to switch the guard off, not even by a later mistake.
const RESERVED: &str = "x-guard-";

/// The headers of a request that the contract knows.
#[derive(Debug)]
pub(crate) struct Scan<'a> {
    values: [Option<&'a HeaderValue>; Single::ALL.len()],
    /// The bits of the headers that are there.
    present: u32,
    /// `traceparent`, which may be repeated: then it says nothing.
    traceparent: Repeatable<'a>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Repeatable<'a> {
    #[default]
    Absent,
    Once(&'a HeaderValue),
    Repeated,
}

/// What is wrong with the headers before any is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeaderFault {
    /// `X-Env` is there.
    Forbidden,
    /// A name of the guard's own.
    Reserved,
    /// A gateway that joins `-` and `_`, as CGI does, would let a client's `x_tenant_id` replace the real header.
    Twin(Single),
    /// A header is there twice.
    Duplicate(Single),
}

impl<'a> Scan<'a> {
    /// Finds the headers.
    ///
    /// # Errors
    ///
    /// The first fault in this order: forbidden, reserved, a twin, a duplicate; each in the contract's order of headers.
    pub(crate) fn new(headers: &'a HeaderMap) -> Result<Self, HeaderFault> {
        let mut values = [None; Single::ALL.len()];
        let mut present = 0;
        let (mut forbidden, mut reserved) = (false, false);
        let (mut twin, mut duplicate): (Option<Single>, Option<Single>) = (None, None);
        let first = |found: Option<Single>, single| Some(found.map_or(single, |found| found.min(single)));
        let mut traceparent = Repeatable::Absent;
        for (name, value) in headers {
            let name = name.as_str();
            if let Some(single) = Single::named(name) {
                present |= single.bit();
                if values[single as usize].replace(value).is_some() {
                    duplicate = first(duplicate, single);
                }
            } else if name == FORBIDDEN {
                forbidden = true;
            } else if name.starts_with(RESERVED) {
                reserved = true;
            } else if name == TRACEPARENT {
                traceparent = match traceparent {
                    Repeatable::Absent => Repeatable::Once(value),
                    _ => Repeatable::Repeated,
                };
            } else if name.as_bytes().contains(&b'_') {
                let dashed = name.replace('_', "-");
                forbidden |= dashed == FORBIDDEN;
                reserved |= dashed.starts_with(RESERVED);
                if let Some(single) = Single::named(&dashed) {
                    twin = first(twin, single);
                }
            }
        }
        match (forbidden, reserved, twin, duplicate) {
            (true, ..) => Err(HeaderFault::Forbidden),
            (_, true, ..) => Err(HeaderFault::Reserved),
            (_, _, Some(single), _) => Err(HeaderFault::Twin(single)),
            (.., Some(single)) => Err(HeaderFault::Duplicate(single)),
            _ => Ok(Self {
                values,
                present,
                traceparent,
            }),
        }
    }

    /// The value of `traceparent`, if it is there once.
    pub(super) fn traceparent(&self) -> Option<&'a HeaderValue> {
        match self.traceparent {
            Repeatable::Once(value) => Some(value),
            Repeatable::Absent | Repeatable::Repeated => None,
        }
    }

    /// Whether one of the headers with these bits is there.
    pub(super) fn has_any(&self, bits: u32) -> bool {
        self.present & bits != 0
    }

    /// The value of a header, if it is there.
    pub(crate) fn get(&self, single: Single) -> Option<&'a HeaderValue> {
        self.values[single as usize]
    }
}

impl HeaderFault {
    /// The error that says so.
    pub(crate) fn envelope(self) -> ErrorEnvelopeBuilder {
        match self {
            Self::Forbidden => ErrorEnvelope::builder(code::AUTH_ENV_FORBIDDEN).detail("header", FORBIDDEN),
            Self::Reserved => invalid_header("x-guard-*", "x-guard-* is reserved".to_owned()),
            Self::Twin(single) => malformed(single, "is spelled with an underscore"),
            Self::Duplicate(single) => {
                ErrorEnvelope::builder(code::AUTH_HEADER_DUPLICATE).detail("header", single.name())
            }
        }
    }
}

/// The error for a header whose value is malformed. `problem` must not quote the value.
pub(super) fn malformed(single: Single, problem: impl std::fmt::Display) -> ErrorEnvelopeBuilder {
    let message = format!("{} {problem}", single.name());
    match single.invalid() {
        Some(code) => ErrorEnvelope::builder(code)
            .detail("header", single.name())
            .message(PublicText::reviewed(message)),
        None => invalid_header(single.name(), message),
    }
}

fn invalid_header(name: &str, message: String) -> ErrorEnvelopeBuilder {
    let issue = ValidationIssue {
        loc: vec!["header".to_owned(), name.to_owned()],
        msg: message.clone(),
        kind: "header_invalid".to_owned(),
    };
    ErrorEnvelope::validation(&[issue]).message(PublicText::reviewed(message))
}
