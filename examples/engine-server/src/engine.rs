//! The engine: what it is made of, and its routes.

use std::sync::Arc;

use guard::context::Mode;
use guard::credential::jwt::{Hs256Issuer, JwtBuildError, JwtVerifier};
use guard::layer::{Settings, StartErrors};
use guard::registry::{Engine, Route};
use guard::ticket::{TicketUse, Tickets, TicketsError};

use crate::gates::DemoGates;
use crate::routes::{auth, ops_status, projects, reports, ticket, video_mask};
use crate::secrets::Secrets;
use crate::store::MaskStore;
use crate::users::Users;

/// What handlers share. `Debug` shows no secret, because no part of it does.
#[derive(Debug, Clone)]
pub struct App {
    pub(crate) users: Arc<Users>,
    pub(crate) issuer: Hs256Issuer,
    pub(crate) tickets: Tickets,
    pub(crate) masks: Arc<MaskStore>,
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Tokens cannot be verified.
    #[error(transparent)]
    Tokens(#[from] JwtBuildError),
    /// Tickets cannot be issued.
    #[error(transparent)]
    Tickets(#[from] TicketsError),
    /// The routes or the settings contradict each other.
    #[error(transparent)]
    Start(#[from] StartErrors),
}

/// Every route. What is not here does not exist.
pub fn routes() -> [Route<App>; 7] {
    guard::routes![
        ops_status::status,
        auth::login,
        ticket::issue_ticket,
        projects::list_masks,
        video_mask::create_mask,
        video_mask::erase_masks,
        reports::count_masks,
    ]
}

/// The engine behind the guard. Nothing can be mounted beside it afterwards.
///
/// # Errors
///
/// [`EngineError`], with everything that is wrong.
pub fn engine(secrets: Secrets, gates: DemoGates) -> Result<Engine, EngineError> {
    let tokens = JwtVerifier::with_shared_secrets([secrets.tokens.clone()]).build()?;
    let settings = Settings::new(tokens).gates(gates).flags(|flag: &str, mode: Mode| {
        // Asked once for every flag and mode, when the engine starts.
        Ok(flag == "reports.masks" && mode != Mode::Enterprise)
    });
    let app = App {
        users: Arc::new(Users::new(secrets.login)),
        issuer: Hs256Issuer::new(secrets.tokens),
        // No route of this example takes a ticket, so there is nothing to remember their use in.
        tickets: Tickets::new([secrets.tickets], TicketUse::Multi)?,
        masks: Arc::default(),
    };
    Ok(Engine::with_state(settings, routes(), app)?)
}
