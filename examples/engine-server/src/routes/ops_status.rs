//! The public health check, exempt by EX-001.

use guard::engine_route;
use guard::envelope::Envelope;
use serde::Serialize;

/// Whether the process answers.
#[derive(Serialize)]
pub struct Status {
    status: &'static str,
}

/// Says that the process answers, to anyone.
#[engine_route(method = GET, path = "/ops/status", router = "engines.ops.status", exempt = "EX-001")]
pub async fn status() -> Envelope<Status> {
    Envelope::new(Status { status: "ok" })
}
