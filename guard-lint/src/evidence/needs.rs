//! What a clause asks of tests, in its own words.

/// One thing that tests have to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A request without the headers of identity is refused.
    MissingHeaders,
    /// A request for another tenant, or whose headers say otherwise, is refused.
    Mismatch,
    /// A request without a valid token or ticket, or without the right, is refused.
    Unauthorized,
    /// Bad input is refused.
    Validation,
    /// An unknown cursor is answered with 410.
    CursorInvalid,
    /// Work goes on after a restart.
    Restart,
    /// Missing configuration raises.
    Raises,
    /// The artifact has its fields.
    Fields,
    /// The same input gives the same hash or id.
    Stable,
    /// The budget is asked or charged.
    Budget,
    /// The gate chain is asked.
    Gate,
    /// Errors carry the envelope.
    Enveloped,
    /// The route answers.
    Available,
    /// A forbidden backend class is refused.
    Backend,
    /// What is written is read back.
    Durable,
    /// Personal data stays out of the log.
    Privacy,
    /// Any test at all.
    Any,
}

/// Each row: what a clause says, any of it, and what that asks.
const ROWS: &[(&[&str], Need)] = &[
    (
        &[
            "missing header",
            "missing/override",
            "absent header",
            "absent and overriding",
            "missing identity",
            "missing mode",
            "missing/mismatch",
            "401 without them",
            "leave out mode",
            "without headers",
        ],
        Need::MissingHeaders,
    ),
    (
        &[
            "override",
            "overriding",
            "mismatch",
            "another tenant",
            "other tenant",
            "foreign tenant",
        ],
        Need::Mismatch,
    ),
    (
        &[
            "token",
            "unauthorized",
            "auth failure",
            "failed auth",
            "ticket misuse",
            "abused ticket",
            "without rights",
        ],
        Need::Unauthorized,
    ),
    (&["validation", "bad input", "invalid input"], Need::Validation),
    (&["cursor"], Need::CursorInvalid),
    (&["restart", "resum"], Need::Restart),
    (&["raises", "runtimeerror", "exception", "missing env"], Need::Raises),
    (&["field", "meta", "look for both"], Need::Fields),
    (&["stab", "deterministic"], Need::Stable),
    (&["budget", "request and run ids"], Need::Budget),
    (&["gate_chain", "gate chain", "gatechain"], Need::Gate),
    (&["envelope", "canonical error"], Need::Enveloped),
    (&["availability", "see it answer"], Need::Available),
    (
        &["forbiddenbackendclass", "forbidden backend class", "backend_forbidden"],
        Need::Backend,
    ),
    (&["durable read", "read back", "durable write"], Need::Durable),
    (&["pii", "personal data"], Need::Privacy),
];

/// What a clause asks of tests, in order. A clause that only mentions tests beside its own duty asks for any, and for what
/// a restart or a cursor must show.
pub fn needs(clause: &str) -> Vec<Need> {
    let lower = clause.to_lowercase();
    let of_tests = lower.trim_start().starts_with("test");
    let rows = ROWS.iter().filter(|(phrases, need)| {
        let asked = of_tests || matches!(need, Need::Restart | Need::CursorInvalid);
        asked && phrases.iter().any(|phrase| lower.contains(phrase))
    });
    let mut needs: Vec<Need> = rows.map(|(_, need)| *need).collect();
    if needs.is_empty() {
        needs.push(Need::Any);
    }
    needs
}

impl Need {
    /// What a test with this shows: "a request without identity headers refused".
    pub fn shows(self) -> &'static str {
        match self {
            Self::MissingHeaders => "a request without identity headers refused",
            Self::Mismatch => "another tenant or scope refused",
            Self::Unauthorized => "a request without valid credentials refused",
            Self::Validation => "bad input refused",
            Self::CursorInvalid => "an unknown cursor answered with 410",
            Self::Restart => "work going on after a restart",
            Self::Raises => "missing configuration raising",
            Self::Fields => "the artifact's fields",
            Self::Stable => "the same input giving the same result",
            Self::Budget => "the budget asked or charged",
            Self::Gate => "the gate chain asked",
            Self::Enveloped => "errors in the envelope",
            Self::Available => "the route answering",
            Self::Backend => "a forbidden backend class refused",
            Self::Durable => "what was written read back",
            Self::Privacy => "personal data kept out of the log",
            Self::Any => "anything",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Need, needs};

    #[test]
    fn both_wordings_ask_the_same() {
        for (left, right) in [
            (
                "tests reject missing/override headers",
                "tests see absent and overriding headers refused",
            ),
            (
                "tests cover missing headers and tenant mismatch",
                "tests try absent headers and another tenant",
            ),
            (
                "tests cover validation and auth failures",
                "tests try bad input and failed authentication",
            ),
            (
                "tests ensure 401/403 on missing/mismatch",
                "tests see 401 without them and 403 on a mismatch",
            ),
            (
                "tests assert RuntimeError when missing",
                "tests expect a RuntimeError without them",
            ),
            (
                "tests simulate missing env -> raises",
                "tests take the variable away and expect an exception",
            ),
            (
                "tests prove availability and canonical errors",
                "tests see it answer, with canonical errors",
            ),
            ("tests assert fields present", "tests look for both"),
            (
                "tests cover missing headers/unauthorized ingest",
                "tests try absent headers and an ingest without rights",
            ),
        ] {
            assert_eq!(needs(left), needs(right), "{left}");
            assert_ne!(needs(left), [Need::Any], "{left}");
        }
    }

    #[test]
    fn a_duty_that_mentions_tests_asks_for_any() {
        assert_eq!(needs("add budget hooks or document NA with tests"), [Need::Any]);
        assert_eq!(needs("restart resume verified in tests"), [Need::Restart]);
    }
}
