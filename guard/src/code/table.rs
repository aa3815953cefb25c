//! The table itself. Order: as in the contract, first by outcome, then by gate.

use http::StatusCode;

use super::{Code, CodeEntry, CodeError};
use crate::envelope::{ErrorStatus, Gate};

macro_rules! codes {
    (
        fixed { $($name:ident = $text:literal, $status:ident $(by $gate:ident)?, $situation:literal;)* }
        parameterised { $($function:ident($parameter:ident) = $suffix:literal, $pstatus:ident, $psituation:literal;)* }
        unchanged { $keeper:ident = $ktext:literal, $ksituation:literal; }
    ) => {
        $(
            #[doc = concat!("`", $text, "`: ", $situation, ".")]
            pub const $name: Code = Code::fixed(
                $text,
                ErrorStatus::literal(StatusCode::$status),
                codes!(@gate $($gate)?),
                $situation,
            );
        )*

        $(
            #[doc = concat!("`<", stringify!($parameter), ">", $suffix, "`: ", $psituation, ".")]
            ///
            /// # Errors
            ///
            /// [`CodeError::Shape`] unless the parameter is one `snake_case` word.
            pub fn $function($parameter: &str) -> Result<Code, CodeError> {
                const ENTRY: CodeEntry = CodeEntry {
                    pattern: concat!("<", stringify!($parameter), ">", $suffix),
                    status: Some(ErrorStatus::literal(StatusCode::$pstatus)),
                    gate: None,
                    situation: $psituation,
                };
                Code::parameterised($parameter, &ENTRY, ErrorStatus::literal(StatusCode::$pstatus))
            }
        )*

        #[doc = concat!("`", $ktext, "`: ", $ksituation, ". It keeps the status of what it replaces.")]
        pub fn $keeper(status: ErrorStatus) -> Code {
            Code::fixed($ktext, status, None, $ksituation)
        }

        /// Every code of the contract.
        pub const CODES: &[CodeEntry] = &[
            $(CodeEntry {
                pattern: $text,
                status: Some(ErrorStatus::literal(StatusCode::$status)),
                gate: codes!(@gate $($gate)?),
                situation: $situation,
            },)*
            $(CodeEntry {
                pattern: concat!("<", stringify!($parameter), ">", $suffix),
                status: Some(ErrorStatus::literal(StatusCode::$pstatus)),
                gate: None,
                situation: $psituation,
            },)*
            CodeEntry { pattern: $ktext, status: None, gate: None, situation: $ksituation },
        ];
    };
    (@gate) => { None };
    (@gate $gate:ident) => { Some(Gate::$gate) };
}

codes! {
    fixed {
        AUTH_MODE_MISSING = "auth.mode_missing", BAD_REQUEST, "the mode header is missing";
        AUTH_TENANT_MISSING = "auth.tenant_missing", BAD_REQUEST, "the tenant header is missing";
        AUTH_PROJECT_MISSING = "auth.project_missing", BAD_REQUEST, "the project header is missing";
        AUTH_APP_MISSING = "auth.app_missing", BAD_REQUEST, "the app header is missing";
        AUTH_MODE_INVALID = "auth.mode_invalid", BAD_REQUEST, "the mode header is malformed";
        AUTH_TENANT_INVALID = "auth.tenant_invalid", BAD_REQUEST, "the tenant header is malformed";
        AUTH_PROJECT_INVALID = "auth.project_invalid", BAD_REQUEST, "the project header is malformed";
        AUTH_APP_INVALID = "auth.app_invalid", BAD_REQUEST, "the app header is malformed";
        AUTH_SURFACE_INVALID = "auth.surface_invalid", BAD_REQUEST, "the surface header is malformed";
        AUTH_HEADER_DUPLICATE = "auth.header_duplicate", BAD_REQUEST, "an identity header is given twice";
        AUTH_ENV_FORBIDDEN = "auth.env_forbidden", BAD_REQUEST, "the X-Env header is present";
        AUTH_CONTEXT_MISMATCH = "auth.context_mismatch", BAD_REQUEST,
            "the query, path or body repeats a context field with another value";
        AUTH_TOKEN_MISSING = "auth.token_missing", UNAUTHORIZED, "there is no credential";
        AUTH_TOKEN_INVALID = "auth.token_invalid", UNAUTHORIZED,
            "the token is malformed, or its signature or algorithm is wrong";
        AUTH_TOKEN_EXPIRED = "auth.token_expired", UNAUTHORIZED, "the token has expired";
        AUTH_TICKET_MISSING = "auth.ticket_missing", UNAUTHORIZED, "a stream route got neither token nor ticket";
        AUTH_TICKET_INVALID = "auth.ticket_invalid", UNAUTHORIZED,
            "the ticket is malformed, tampered with, or for another scope";
        AUTH_TICKET_EXPIRED = "auth.ticket_expired", UNAUTHORIZED, "the ticket has expired";
        AUTH_TICKET_REPLAYED = "auth.ticket_replayed", UNAUTHORIZED, "the ticket was used before";
        AUTH_TENANT_MISMATCH = "auth.tenant_mismatch", FORBIDDEN, "the requested tenant is not in the token";
        AUTH_TENANT_MEMBERSHIP_REQUIRED = "auth.tenant_membership_required", FORBIDDEN,
            "the subject is no member of the tenant";
        AUTH_INSUFFICIENT_ROLE = "auth.insufficient_role", FORBIDDEN, "the subject's role is too low";
        AUTH_IDENTITY_OVERRIDE = "auth.identity_override", FORBIDDEN,
            "a user or role header contradicts the credential";
        ROUTE_NOT_FOUND = "route.not_found", NOT_FOUND, "there is no such route";
        ROUTE_METHOD_NOT_ALLOWED = "route.method_not_allowed", METHOD_NOT_ALLOWED,
            "the route does not answer this method";
        VALIDATION_ERROR = "validation.error", BAD_REQUEST, "a body or parameter does not parse or validate";
        REQUEST_TOO_LARGE = "request.too_large", PAYLOAD_TOO_LARGE, "the body is too large";
        REQUEST_UNSUPPORTED_MEDIA_TYPE = "request.unsupported_media_type", UNSUPPORTED_MEDIA_TYPE,
            "the body's media type is not supported";
        REQUEST_TIMEOUT = "request.timeout", GATEWAY_TIMEOUT, "the request took too long";
        INTERNAL_ERROR = "internal.error", INTERNAL_SERVER_ERROR, "something went wrong inside";
        KILL_SWITCH_BLOCKED = "kill_switch.blocked", FORBIDDEN by KillSwitch, "a kill switch blocks the action";
        FIREARMS_LICENSE_REQUIRED = "firearms.license_required", FORBIDDEN by Firearms,
            "the action needs a firearms licence";
        STRATEGY_LOCK_APPROVAL_REQUIRED = "strategy_lock.approval_required", FORBIDDEN by StrategyLock,
            "the action needs an approved strategy lock";
        THREE_WISE_VERDICT_REQUIRED = "three_wise_verdict_required", FORBIDDEN by StrategyLock,
            "the strategy lock needs a three-wise verdict";
        BUDGET_THRESHOLD_MISSING = "budget_threshold_missing", FORBIDDEN by Budget, "no budget threshold is set";
        BUDGET_UNAVAILABLE = "budget_unavailable", FORBIDDEN by Budget, "the budget could not be read";
        BUDGET_THRESHOLD_EXCEEDED = "budget_threshold_exceeded", FORBIDDEN by Budget,
            "the budget threshold would be exceeded";
        BUDGET_DAILY_CAP_EXCEEDED = "budget.daily_cap_exceeded", FORBIDDEN by Budget,
            "the daily cap would be exceeded";
        KPI_UNAVAILABLE = "kpi_unavailable", FORBIDDEN by Kpi, "the KPI could not be read";
        KPI_THRESHOLD_MISSING = "kpi_threshold_missing", FORBIDDEN by Kpi, "no KPI threshold is set";
        KPI_FLOOR_BREACHED = "kpi_floor_breached", FORBIDDEN by Kpi, "the KPI is below its floor";
        KPI_CEILING_BREACHED = "kpi_ceiling_breached", FORBIDDEN by Kpi, "the KPI is above its ceiling";
        TEMPERATURE_UNAVAILABLE = "temperature_unavailable", FORBIDDEN by Temperature,
            "the temperature could not be read";
        TEMPERATURE_BREACH = "temperature_breach", FORBIDDEN by Temperature, "the temperature is out of bounds";
    }
    parameterised {
        cursor_invalid(domain) = ".cursor_invalid", GONE, "the cursor is unknown or pruned";
        missing_route(resource_kind) = ".missing_route", SERVICE_UNAVAILABLE,
            "no backend is configured for the resource";
        backend_forbidden(resource_kind) = ".backend_forbidden", FORBIDDEN,
            "the class of backend is forbidden in this mode";
    }
    unchanged {
        http_exception = "http.exception", "another error without an envelope";
    }
}
