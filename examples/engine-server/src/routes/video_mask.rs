//! Changing: actions that pass the gates, with a body that may repeat the tenant.

use axum::extract::State;
use guard::context::RequestContext;
use guard::engine_route;
use guard::envelope::{EngineError, Envelope, ErrorEnvelope, ValidationIssue};
use guard::extract::Json;
use serde::Deserialize;

use crate::App;
use crate::store::Mask;

/// A mask to make. Its `tenant_id` was compared before the handler runs, and is not read here.
#[derive(Debug, Deserialize)]
pub struct NewMask {
    name: String,
    /// The corners of a polygon, in pixels.
    points: Vec<[f64; 2]>,
}

/// Makes a mask and answers with it.
///
/// # Errors
///
/// `validation.error` for a polygon of less than three corners; `video_mask.backend_forbidden` outside of lab.
#[engine_route(
    method = POST,
    path = "/video/masks",
    router = "engines.video_mask.routes",
    tickets = ["ENG-STD-003"],
    resource_kind = "video_mask",
    action = "video_mask.create",
    body = ["tenant_id"],
    missing_status = 422,
    body_limit = 65_536,
    timeout = "5s"
)]
pub async fn create_mask(
    State(app): State<App>,
    context: RequestContext,
    Json(mask): Json<NewMask>,
) -> Result<Envelope<Mask>, EngineError> {
    let NewMask { name, points } = mask;
    if points.len() < 3 {
        let issue = ValidationIssue {
            loc: vec!["body".to_owned(), "points".to_owned()],
            msg: "a polygon has at least three corners".to_owned(),
            kind: "too_short".to_owned(),
        };
        let error = ErrorEnvelope::validation(&[issue]).resource_kind("video_mask");
        return Err(error.build().into());
    }
    let corners = points.iter().zip(points.iter().cycle().skip(1));
    let doubled: f64 = corners.map(|([x1, y1], [x2, y2])| x1 * y2 - x2 * y1).sum();
    let mask = app.masks.add(&context, name, doubled.abs() / 2.0)?;
    Ok(Envelope::new(mask))
}

/// Would erase every mask. No gate of this example lets it pass.
#[engine_route(
    method = DELETE,
    path = "/video/masks",
    router = "engines.video_mask.routes",
    tickets = ["ENG-STD-003"],
    resource_kind = "video_mask",
    action = "video_mask.erase",
    missing_status = 422
)]
pub async fn erase_masks() -> Envelope<()> {
    Envelope::new(())
}
