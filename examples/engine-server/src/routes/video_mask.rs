//! Masks: the scope of a request, and the area of a polygon.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode};
use guard::context::{AppId, MissingStatus, Mode, ProjectId, ScopeHeaders, ScopeRules, SurfaceId, TenantId};
use guard::envelope::{EngineError, Envelope, ErrorEnvelope, ErrorEnvelopeBuilder, ValidationIssue};
use guard::{code, engine_route};
use serde::{Deserialize, Serialize};

const RESOURCE_KIND: &str = "video_mask";

/// What the headers ask for.
#[derive(Serialize)]
pub struct Scope {
    mode: Mode,
    tenant_id: TenantId,
    project_id: ProjectId,
    app_id: AppId,
    surface_id: Option<SurfaceId>,
}

/// Answers with the scope that the headers ask for.
///
/// # Errors
///
/// As [`ScopeHeaders::from_headers`], with 422 for a missing header.
#[engine_route(
    method = GET,
    path = "/video/mask/scope",
    router = "engines.video_mask.routes",
    tickets = ["ENG-STD-003"],
    resource_kind = "video_mask"
)]
pub async fn show_scope(headers: HeaderMap) -> Result<Envelope<Scope>, ErrorEnvelope> {
    let ScopeHeaders {
        mode,
        tenant_id,
        project_id,
        app_id,
        surface_id,
        ..
    } = scope(&headers)?;
    Ok(Envelope::new(Scope {
        mode,
        tenant_id,
        project_id,
        app_id,
        surface_id,
    }))
}

/// A polygon, in pixels.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Polygon {
    points: Vec<[f64; 2]>,
}

/// The area of a polygon, in square pixels.
#[derive(Serialize)]
pub struct Area {
    area: f64,
}

/// Answers with the area of a polygon.
///
/// # Errors
///
/// Those of the scope first, then those of the body: `validation.error`, `request.too_large`,
/// `request.unsupported_media_type`.
#[engine_route(
    method = POST,
    path = "/video/mask/area",
    router = "engines.video_mask.routes",
    tickets = ["ENG-STD-003"],
    resource_kind = "video_mask",
    no_gate = "computes from its body and stores nothing",
    body = []
)]
pub async fn measure_area(
    headers: HeaderMap,
    body: Result<Json<Polygon>, JsonRejection>,
) -> Result<Envelope<Area>, EngineError> {
    scope(&headers)?;
    let Json(Polygon { points }) = body.map_err(refuse)?;
    if points.len() < 3 {
        let error = invalid("a polygon has at least three points", "too_short", &["body", "points"]);
        return Err(error.resource_kind(RESOURCE_KIND).build().into());
    }
    let corners = points.iter().zip(points.iter().cycle().skip(1));
    let doubled: f64 = corners.map(|([x1, y1], [x2, y2])| x1 * y2 - x2 * y1).sum();
    Ok(Envelope::new(Area {
        area: doubled.abs() / 2.0,
    }))
}

fn scope(headers: &HeaderMap) -> Result<ScopeHeaders, ErrorEnvelope> {
    let rules = ScopeRules::default()
        .missing_status(MissingStatus::UnprocessableEntity)
        .resource_kind(RESOURCE_KIND);
    ScopeHeaders::from_headers_with(headers, &rules)
}

/// axum's own text quotes the body's fields, so it goes to the log and not to the client.
fn refuse(rejection: JsonRejection) -> EngineError {
    let builder = match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ErrorEnvelope::builder(code::REQUEST_TOO_LARGE),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorEnvelope::builder(code::REQUEST_UNSUPPORTED_MEDIA_TYPE),
        _ => invalid("the body is not the JSON of a polygon", "json_invalid", &["body"]),
    };
    builder.resource_kind(RESOURCE_KIND).caused_by(rejection)
}

fn invalid(msg: &str, kind: &str, loc: &[&str]) -> ErrorEnvelopeBuilder {
    let loc = loc.iter().map(|&part| part.to_owned()).collect();
    ErrorEnvelope::validation(&[ValidationIssue {
        loc,
        msg: msg.to_owned(),
        kind: kind.to_owned(),
    }])
}
