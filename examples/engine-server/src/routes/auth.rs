//! Login, exempt by EX-002: who has no token yet cannot show one.

use axum::extract::State;
use axum::response::IntoResponse;
use guard::code::Code;
use guard::engine_route;
use guard::envelope::{EngineError, ErrorEnvelope, ErrorStatus};
use guard::extract::Json;
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde::{Deserialize, Serialize};

use crate::App;

/// Who logs in. There is no `Debug`, so that the secret shows nowhere.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    user: String,
    secret: String,
}

/// A token to send as `Authorization: Bearer`.
#[derive(Serialize)]
pub struct Token {
    token: String,
    /// In seconds since 1970-01-01T00:00:00Z.
    expires_at: u64,
}

/// Gives a token to a user who knows the secret.
///
/// # Errors
///
/// `auth.login_refused`, whether it is the user or the secret.
#[engine_route(
    method = POST,
    path = "/auth/login",
    router = "engines.identity.routes_auth",
    exempt = "EX-002",
    body_limit = 4_096
)]
pub async fn login(State(app): State<App>, Json(login): Json<Login>) -> Result<impl IntoResponse, EngineError> {
    let Some(identity) = app.users.log_in(&login.user, &login.secret) else {
        return Err(refused());
    };
    let issued = app.issuer.issue(&identity).map_err(EngineError::internal)?;
    let token = Token {
        token: issued.expose_token().to_owned(),
        expires_at: issued.expires_at(),
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(token)))
}

fn refused() -> EngineError {
    let code = ErrorStatus::try_from(StatusCode::UNAUTHORIZED)
        .map_err(EngineError::internal)
        .and_then(|status| {
            Code::custom("auth.login_refused", status, "the user or the secret is wrong").map_err(EngineError::internal)
        });
    match code {
        Ok(code) => ErrorEnvelope::builder(code).build().into(),
        Err(error) => error,
    }
}
