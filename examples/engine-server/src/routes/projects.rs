//! Reading: the path and the query may repeat the scope, and the guard has compared them before the handler runs.

use axum::extract::State;
use guard::context::RequestContext;
use guard::engine_route;
use guard::envelope::{EngineError, Envelope};
use guard::extract::Query;
use serde::Deserialize;

use crate::App;
use crate::store::Mask;

/// How much is wanted.
#[derive(Debug, Deserialize)]
pub struct Page {
    limit: Option<u16>,
}

/// Answers with the project's masks.
///
/// # Errors
///
/// `video_mask.backend_forbidden` outside of lab.
#[engine_route(
    method = GET,
    path = "/projects/{project_id}/masks",
    router = "engines.projects.routes",
    resource_kind = "video_mask"
)]
pub async fn list_masks(
    State(app): State<App>,
    context: RequestContext,
    Query(page): Query<Page>,
) -> Result<Envelope<Vec<Mask>>, EngineError> {
    let mut masks = app.masks.list(&context)?;
    masks.truncate(page.limit.unwrap_or(100).into());
    Ok(Envelope::new(masks))
}
