//! What is checked.

use std::fmt;

use serde::Serialize;

macro_rules! checks {
    ($($variant:ident = $name:literal, $summary:literal;)*) => {
        /// A check of [`Conformance`](super::Conformance).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Check {
            $(#[doc = $summary] $variant,)*
        }

        impl Check {
            /// Every check, in the order of the report.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in a report.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What has to hold.
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$variant => $summary,)*
                }
            }
        }
    };
}

checks! {
    MissingHeader = "missing_header", "Without an identity header: `auth.*_missing`, with the route's status.";
    DuplicateHeader = "duplicate_header", "A header of the contract twice: `auth.header_duplicate`.";
    MalformedHeader = "malformed_header", "An identity header that is empty, joined, too long or not ASCII: `auth.*_invalid`.";
    LegacyMode = "legacy_mode", "A mode of older clients: `auth.mode_invalid`.";
    UnderscoreTwin = "underscore_twin", "A header spelled with underscores is refused.";
    EnvHeader = "env_header", "`X-Env`: `auth.env_forbidden`.";
    TokenMissing = "token_missing", "Without a token: `auth.token_missing`, or `auth.ticket_missing` where a ticket would do.";
    TokenMalformed = "token_malformed", "With no token that anybody made: `auth.token_invalid`.";
    TokenForged = "token_forged", "With a token that somebody else signed: `auth.token_invalid`.";
    TokenExpired = "token_expired", "With a token past its end: `auth.token_expired`.";
    ForeignTenant = "foreign_tenant", "With a token of another tenant: `auth.tenant_mismatch`.";
    IdentityOverride = "identity_override", "With a user or role header that contradicts the token: `auth.identity_override`.";
    InsufficientRole = "insufficient_role", "With none of the route's roles: `auth.insufficient_role`.";
    QueryRepetition = "query_repetition", "A query that contradicts the context, or repeats it twice: `auth.context_mismatch`.";
    PathRepetition = "path_repetition", "A path parameter that contradicts the context: `auth.context_mismatch`.";
    BodyRepetition = "body_repetition", "A declared field of the body that contradicts the context: `auth.context_mismatch`.";
    MalformedJson = "malformed_json", "A body that is not one JSON object, where fields are declared: `validation.error`.";
    MediaType = "media_type", "A body that is not plain JSON, where fields are declared: `request.unsupported_media_type`.";
    OversizeBody = "oversize_body", "A body over the limit: `request.too_large`.";
    WrongMethod = "wrong_method", "A method that the path has no route for: `route.method_not_allowed` with `Allow`.";
    UnknownPath = "unknown_path", "A path without routes: `route.not_found`.";
    HiddenPath = "hidden_path", "Without a token an unknown path answers as a known one does.";
    PathSyntax = "path_syntax", "A path that two readers read in two ways: `validation.error`.";
    StreamCursor = "stream_cursor", "A stream with a cursor that is none of its own: `<domain>.cursor_invalid`, before the head.";
    ExemptOpen = "exempt_open", "An exempt route answers without an identity.";
    ExemptStrict = "exempt_strict", "An exempt route refuses `X-Env`, a header given twice and a body over the limit.";
    Envelope = "envelope", "Every error is exactly an envelope of its status.";
    RequestId = "request_id", "Every response repeats the id of its request.";
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_serialised_one() {
        for check in Check::ALL {
            assert_eq!(serde_json::to_value(check).unwrap(), check.as_str());
        }
    }
}
