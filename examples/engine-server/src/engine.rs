//! The engine: what it is made of, and its routes.

use std::sync::Arc;
use std::time::Duration;

use guard::context::{Mode, OpaqueId, RequestContext};
use guard::credential::jwt::{Hs256Issuer, JwtBuildError, JwtVerifier};
use guard::envelope::EngineError;
use guard::gate::{Chain, ChainError, GateRequest, Policies};
use guard::layer::{Settings, StartErrors};
use guard::registry::{Engine, Route};
use guard::store::{NoEventLog, Retention, Scope, StoreFaults, StoreKind, Stores, StreamKey, Upkeep, UpkeepTask};
use guard::stream::{Origins, StreamEvent, Streams};
use guard::ticket::{TicketUse, Tickets, TicketsError};

use crate::render::Images;
use crate::routes::{auth, canvas, chat, ops_status, projects, render, reports, ticket, video_mask};
use crate::secrets::Secrets;
use crate::store::MaskStore;
use crate::users::Users;

/// The kind of stream of a thread.
pub(crate) const CHAT: &str = "chat";

/// The kind of stream of a canvas.
pub(crate) const CANVAS: &str = "canvas";

/// What stays of a stream.
const KEPT: Retention = Retention {
    max_age: Some(Duration::from_secs(30 * 86_400)),
    max_count: Some(100_000),
};

/// What handlers share. `Debug` shows no secret, because no part of it does.
#[derive(Debug, Clone)]
pub struct App {
    pub(crate) users: Arc<Users>,
    pub(crate) issuer: Hs256Issuer,
    pub(crate) tickets: Tickets,
    pub(crate) streams: Streams,
    pub(crate) masks: Arc<MaskStore>,
    pub(crate) images: Arc<Images>,
}

impl App {
    /// Appends an event to a stream of the request's scope, and gives its cursor.
    pub(crate) async fn publish(
        &self,
        context: &RequestContext,
        (kind, id): (&str, OpaqueId),
        event: &StreamEvent,
    ) -> Result<String, EngineError> {
        let kind = OpaqueId::parse(kind).map_err(EngineError::internal)?;
        let scope = Scope::of(context);
        let cursor = self.streams.publish(&StreamKey { scope, kind, id }, event).await?;
        Ok(cursor.to_string())
    }
}

/// What an engine is opened with.
#[derive(Debug)]
pub struct Setup {
    /// The secrets.
    pub secrets: Secrets,
    /// The modes that are served.
    pub modes: Vec<Mode>,
    /// Where it keeps what it may not forget.
    pub stores: Stores,
    /// The pages that may open a WebSocket.
    pub origins: Vec<String>,
}

/// An engine, and what whoever serves it has to end with it.
#[derive(Debug)]
pub struct Opened {
    /// The routes behind the guard.
    pub engine: Engine,
    /// Its streams, for the server to end.
    pub streams: Streams,
    /// Its gates, to wait for what is under way.
    pub chain: Chain,
    /// Keeps its stores small, until it is dropped.
    pub upkeep: UpkeepTask,
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A store is missing.
    #[error("the engine misses a store: name one with {}", .0.setting())]
    NoStore(StoreKind),
    /// A store forgets more than a mode allows, or does not prove what it says.
    #[error("--store or --events names a place that forgets too much")]
    Stores(#[from] StoreFaults),
    /// There are no gates.
    #[error(transparent)]
    Gates(#[from] ChainError),
    /// There is nothing to prune.
    #[error(transparent)]
    Upkeep(#[from] NoEventLog),
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
pub fn routes() -> [Route<App>; 14] {
    guard::routes![
        ops_status::status,
        auth::login,
        ticket::issue_ticket,
        projects::list_masks,
        video_mask::create_mask,
        video_mask::erase_masks,
        reports::count_masks,
        chat::follow_sse,
        chat::follow_ws,
        chat::say,
        canvas::follow_sse,
        canvas::follow_ws,
        canvas::command,
        render::start,
    ]
}

/// The engine behind the guard, after its stores have proved themselves. Nothing can be mounted beside it afterwards.
///
/// # Errors
///
/// [`OpenError`].
pub async fn open(setup: Setup) -> Result<Opened, OpenError> {
    let Setup {
        secrets,
        modes,
        stores,
        origins,
    } = setup;
    stores.prove(modes.iter().copied()).await?;
    let missing = OpenError::NoStore;
    let log = stores.event_log().cloned().ok_or(missing(StoreKind::Events))?;
    let used = stores.used_tickets().cloned().ok_or(missing(StoreKind::Tickets))?;
    let policies = stores.policy_store().cloned().ok_or(missing(StoreKind::Policies))?;
    let policies = Policies::load(policies).await.map_err(ChainError::Policies)?;
    let streams = Streams::builder(log, modes)?
        .gate(policies.clone())
        .origins(Origins::exactly(origins))
        .build();
    // Whoever follows a canvas sees what was decided on it.
    let chain = Chain::builder(&stores)
        .policies(policies)
        .tell(&streams, canvas_of)
        .start()
        .await?;
    let mut upkeep = Upkeep::of(&stores);
    for kind in [CHAT, CANVAS].into_iter().filter_map(|kind| OpaqueId::parse(kind).ok()) {
        upkeep = upkeep.events(kind, KEPT);
    }
    let upkeep = upkeep.start()?;
    let tickets = Tickets::new([secrets.tickets], TicketUse::Single(used))?;
    let tokens = JwtVerifier::with_shared_secrets([secrets.tokens.clone()]).build()?;
    let settings = Settings::new(tokens)
        .gates(chain.clone())
        .streams(streams.clone())
        .transport_tickets(tickets.clone())
        .flags(|flag: &str, mode: Mode| {
            // Asked once for every flag and mode, when the engine starts.
            Ok(flag == "reports.masks" && mode != Mode::Enterprise)
        });
    let app = App {
        users: Arc::new(Users::new(secrets.login)),
        issuer: Hs256Issuer::new(secrets.tokens),
        tickets,
        streams: streams.clone(),
        masks: Arc::default(),
        images: Arc::default(),
    };
    let engine = Engine::with_state(settings, routes(), app)?;
    Ok(Opened {
        engine,
        streams,
        chain,
        upkeep,
    })
}

/// The canvas that an action is about.
fn canvas_of(request: &GateRequest) -> Option<(OpaqueId, OpaqueId)> {
    let canvas = request.path.strip_prefix("/canvas/")?.split('/').next()?;
    Some((OpaqueId::parse(CANVAS).ok()?, OpaqueId::parse(canvas).ok()?))
}
