//! Behind a feature flag, for some roles: where the flag is off, the route is not there.

use axum::extract::State;
use guard::context::RequestContext;
use guard::engine_route;
use guard::envelope::{EngineError, Envelope};
use serde::Serialize;

use crate::App;

/// What the tenant has made.
#[derive(Debug, Serialize)]
pub struct Report {
    masks: usize,
    area: f64,
}

/// Counts the project's masks.
///
/// # Errors
///
/// `video_mask.backend_forbidden` outside of lab.
#[engine_route(
    method = GET,
    path = "/reports/masks",
    router = "engines.reports.routes",
    resource_kind = "video_mask",
    roles = ["owner", "admin"],
    flag = "reports.masks"
)]
pub async fn count_masks(State(app): State<App>, context: RequestContext) -> Result<Envelope<Report>, EngineError> {
    let masks = app.masks.list(&context)?;
    Ok(Envelope::new(Report {
        masks: masks.len(),
        area: masks.iter().map(|mask| mask.area).sum(),
    }))
}
