//! A canvas: followed over SSE, or over a WebSocket whose first frame says who asks, and drawn on.

use axum::extract::{Path, State};
use guard::context::{OpaqueId, RequestContext};
use guard::engine_route;
use guard::envelope::{EngineError, Envelope};
use guard::extract::Json;
use guard::stream::{StreamEvent, Subscribe};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::engine::CANVAS;

/// What changes a canvas.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// A stroke, in pixels.
    Stroke {
        /// Its corners.
        points: Vec<[f64; 2]>,
    },
    /// Nothing is left.
    Clear,
}

/// Where the command stands on the canvas.
#[derive(Debug, Serialize)]
pub struct Done {
    cursor: String,
}

/// Follows a canvas: all that is kept, or what comes after the client's cursor, then what happens.
#[engine_route(
    method = GET,
    path = "/sse/canvas/{canvas_id}",
    router = "engines.canvas_stream.router",
    tickets = ["ENG-STD-009"],
    resource_kind = "canvas",
    stream = sse("canvas"),
    state = App
)]
pub async fn follow_sse(Path(canvas): Path<OpaqueId>) -> Subscribe {
    Subscribe::to(canvas).from_start()
}

/// The same over a WebSocket, for the Python engine's clients: they say who they are in their first frame.
#[engine_route(
    method = GET,
    path = "/ws/canvas/{canvas_id}",
    router = "engines.canvas_stream.router",
    tickets = ["ENG-STD-009"],
    resource_kind = "canvas",
    stream = websocket("canvas", hello),
    state = App
)]
pub async fn follow_ws(Path(canvas): Path<OpaqueId>) -> Subscribe {
    Subscribe::to(canvas).from_start()
}

/// Changes a canvas.
///
/// # Errors
///
/// `canvas.backend_forbidden` in a mode that is not served.
#[engine_route(
    method = POST,
    path = "/canvas/{canvas_id}/commands",
    router = "engines.canvas_commands",
    tickets = ["ENG-STD-049"],
    resource_kind = "canvas",
    action = "canvas.command",
    body = [],
    body_limit = 65_536
)]
pub async fn command(
    State(app): State<App>,
    context: RequestContext,
    Path(canvas): Path<OpaqueId>,
    Json(command): Json<Command>,
) -> Result<Envelope<Done>, EngineError> {
    let event = StreamEvent::new("command", command).map_err(EngineError::internal)?;
    let cursor = app
        .publish(&context, (CANVAS, canvas), &event.caused_by(&context))
        .await?;
    Ok(Envelope::new(Done { cursor }))
}
