//! Tickets for clients that cannot set headers.

use axum::extract::State;
use axum::response::IntoResponse;
use guard::context::RequestContext;
use guard::engine_route;
use guard::envelope::{EngineError, ErrorEnvelope, ValidationIssue};
use guard::extract::Json;
use guard::ticket::{BindingError, TicketScope};
use http::header::CACHE_CONTROL;
use serde::{Deserialize, Serialize};

use crate::App;

/// Where the ticket is to be good; without a body, everywhere.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    route: Option<String>,
    origin: Option<String>,
}

/// A ticket. The shape is the one that the Python engine's clients know.
#[derive(Serialize)]
pub struct TicketAnswer {
    ticket: String,
    expires_in: u64,
}

/// Issues a ticket for the scope of the request.
///
/// # Errors
///
/// `validation.error` for a place that a ticket cannot be bound to.
#[engine_route(
    method = POST,
    path = "/api/auth/ticket",
    router = "engines.identity.routes_ticket",
    tickets = ["ENG-STD-016"],
    resource_kind = "ticket",
    no_gate = "hands out a part of what the caller already holds, and stores nothing",
    body = [],
    body_limit = 4_096
)]
pub async fn issue_ticket(
    State(app): State<App>,
    context: RequestContext,
    wanted: Option<Json<Wanted>>,
) -> Result<impl IntoResponse, EngineError> {
    let Wanted { route, origin } = wanted.map(|Json(wanted)| wanted).unwrap_or_default();
    let mut scope = TicketScope::of(&context);
    if let Some(route) = route {
        scope = scope.for_route(&route).map_err(|error| unfit("route", &error))?;
    }
    if let Some(origin) = origin {
        scope = scope.for_origin(&origin).map_err(|error| unfit("origin", &error))?;
    }
    let issued = app.tickets.issue(&scope).map_err(EngineError::internal)?;
    let answer = TicketAnswer {
        ticket: issued.expose_ticket().to_owned(),
        expires_in: issued.expires_in(),
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)))
}

/// The error's text names a rule and quotes nothing.
fn unfit(field: &str, error: &BindingError) -> EngineError {
    let issue = ValidationIssue {
        loc: vec!["body".to_owned(), field.to_owned()],
        msg: error.to_string(),
        kind: "value_error".to_owned(),
    };
    ErrorEnvelope::validation(&[issue])
        .resource_kind("ticket")
        .build()
        .into()
}
