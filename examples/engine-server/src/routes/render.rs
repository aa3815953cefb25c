//! Work that costs money: gated, audited, held from the budget before it begins and charged for what it was.

use axum::extract::{Path, State};
use guard::artifact::ArtifactMeta;
use guard::budget::{Charge, Usage};
use guard::context::{OpaqueId, RequestContext};
use guard::engine_route;
use guard::envelope::{EngineError, Envelope};
use guard::extract::Json;
use guard::store::Scope;
use guard::stream::StreamEvent;
use serde::Serialize;
use serde_json::{Map, json};

use crate::App;
use crate::engine::CANVAS;
use crate::render::{Drawing, Image, MetaError};

/// What a drawing costs, in euros; one from the cache costs nothing.
const PRICE: &str = "0.08";

/// An image on a canvas.
#[derive(Debug, Serialize)]
pub struct Rendered {
    #[serde(flatten)]
    image: Image,
    cached: bool,
    /// Where it stands on the canvas.
    cursor: String,
}

/// Draws on a canvas, answers with the image and its metadata, and tells whoever follows the canvas.
///
/// # Errors
///
/// `validation.error` for a number that cannot be hashed alike everywhere; `canvas.backend_forbidden` in a mode that is not
/// served.
#[engine_route(
    method = POST,
    path = "/canvas/{canvas_id}/renders",
    router = "engines.video_render.routes",
    tickets = ["ENG-STD-022"],
    resource_kind = "render",
    action = "render.start",
    budget = "0.25 EUR",
    body = [],
    body_limit = 65_536,
    timeout = "5s"
)]
pub async fn start(
    State(app): State<App>,
    context: RequestContext,
    charge: Charge,
    Path(canvas): Path<OpaqueId>,
    Json(drawing): Json<Drawing>,
) -> Result<Envelope<Rendered>, EngineError> {
    let meta = drawing.meta(&Scope::of(&context)).map_err(unfit)?;
    let (image, cached) = app.images.draw(&drawing, meta);
    let price = if cached { "0" } else { PRICE };
    let usage = Usage {
        tool_type: "render".to_owned(),
        tool_id: "polygon".to_owned(),
        cost: price.parse().map_err(EngineError::internal)?,
        metadata: Map::from_iter([("cached".to_owned(), cached.into())]),
        ..Usage::default()
    };
    charge.spend(usage).map_err(EngineError::internal)?;
    let cursor = announce(&app, &context, canvas, &image.meta).await?;
    Ok(Envelope::new(Rendered { image, cached, cursor }))
}

async fn announce(
    app: &App,
    context: &RequestContext,
    canvas: OpaqueId,
    meta: &ArtifactMeta,
) -> Result<String, EngineError> {
    let event = StreamEvent::new("rendered", json!({"meta": meta})).map_err(EngineError::internal)?;
    app.publish(context, (CANVAS, canvas), &event.caused_by(context)).await
}

/// What cannot be hashed is what the client sent.
fn unfit(error: MetaError) -> EngineError {
    match error {
        MetaError::Pipeline(error) => error.envelope().resource_kind("render").build().into(),
        MetaError::Version(_) => EngineError::internal(error),
    }
}
