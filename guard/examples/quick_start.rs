//! A whole engine in one file: `cargo run -p guard --example quick_start`. The manual's first chapter explains it.

use std::error::Error;
use std::io::Write as _;

use guard::code;
use guard::context::{OpaqueId, RequestContext, TenantId};
use guard::credential::Identity;
use guard::credential::jwt::{Hs256Issuer, JwtVerifier, SharedSecret};
use guard::engine_route;
use guard::envelope::{Envelope, ErrorEnvelope};
use guard::extract::Json;
use guard::gate::{GateChain, GateFuture, GateRequest, Pass};
use guard::layer::Settings;
use guard::registry::Engine;
use guard::server::{Server, termination};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// Exempt by a registered ticket: nobody is asked who they are.
#[engine_route(method = GET, path = "/ops/status", router = "engines.ops.status", exempt = "EX-001")]
async fn status() -> Envelope<&'static str> {
    Envelope::new("ok")
}

#[derive(Serialize)]
struct Caller {
    user: String,
    tenant: String,
    role: Option<String>,
}

/// Guarded: it runs for a verified caller in an allowed scope, or not at all.
#[engine_route(method = GET, path = "/projects/{project_id}/whoami", router = "engines.whoami.routes")]
async fn whoami(context: RequestContext) -> Envelope<Caller> {
    Envelope::new(Caller {
        user: context.user_id().to_string(),
        tenant: context.tenant_id().to_string(),
        role: context.role().map(str::to_owned),
    })
}

#[derive(Deserialize, Serialize)]
struct Mask {
    name: String,
}

/// Changes something, so it names the action that the gates judge.
#[engine_route(
    method = POST,
    path = "/video/masks",
    router = "engines.video_mask.routes",
    resource_kind = "video_mask",
    action = "video_mask.create",
    body = ["tenant_id"]
)]
async fn create_mask(Json(mask): Json<Mask>) -> Envelope<Mask> {
    Envelope::new(mask)
}

/// An action that the gates below do not know.
#[engine_route(
    method = DELETE,
    path = "/video/masks",
    router = "engines.video_mask.routes",
    resource_kind = "video_mask",
    action = "video_mask.erase"
)]
async fn erase_masks() -> Envelope<()> {
    Envelope::new(())
}

/// One gate: a list of the actions that need no approved strategy lock.
struct Gates;

impl GateChain for Gates {
    fn decide(&self, request: GateRequest) -> GateFuture {
        Box::pin(async move {
            match request.action {
                "video_mask.create" => Ok(Pass::new()),
                action => Err(ErrorEnvelope::builder(code::STRATEGY_LOCK_APPROVAL_REQUIRED)
                    .action_name(action)
                    .build()),
            }
        })
    }
}

/// The guard around these routes. Nothing can be mounted beside them later.
pub(crate) fn engine(secret: SharedSecret) -> Result<Engine, Box<dyn Error>> {
    let tokens = JwtVerifier::with_shared_secrets([secret]).build()?;
    let settings = Settings::new(tokens).gates(Gates);
    let routes = guard::routes![status, whoami, create_mask, erase_masks];
    Ok(Engine::new(settings, routes)?)
}

/// A token to try the engine with. A real engine has a login, or an identity provider.
pub(crate) fn token(secret: SharedSecret) -> Result<String, Box<dyn Error>> {
    let tenant = TenantId::parse("t_acme")?;
    let user = Identity::builder(OpaqueId::parse("u_1")?)
        .tenant(tenant.clone())
        .role(&tenant, "owner")
        .build()?;
    Ok(Hs256Issuer::new(secret).issue(&user)?.expose_token().to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = SharedSecret::new(std::env::var("AUTH_JWT_SIGNING")?)?;
    let engine = engine(secret.clone())?;
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    writeln!(std::io::stdout(), "export TOKEN={}", token(secret)?)?;
    Server::new().serve(listener, engine, termination()?).await;
    Ok(())
}
