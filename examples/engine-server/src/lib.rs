//! A small axum application that answers with guard's envelopes.
//!
//! It checks no credential and runs no gate: this version of `guard` has neither.

pub mod routes;

use axum::Router;
use axum::routing::{get, post};
use guard::code;
use guard::envelope::ErrorEnvelope;
use guard::route::RouteMeta;

use routes::{ops_status, video_mask};

/// The facts of every route that [`app`] mounts.
pub const ROUTES: &[RouteMeta] = &[
    ops_status::STATUS_ROUTE,
    video_mask::SHOW_SCOPE_ROUTE,
    video_mask::MEASURE_AREA_ROUTE,
];

/// The application. Every response that its router makes with status 4xx or 5xx is an envelope.
pub fn app() -> Router {
    Router::new()
        .route(ops_status::STATUS_ROUTE.path, get(ops_status::status))
        .route(video_mask::SHOW_SCOPE_ROUTE.path, get(video_mask::show_scope))
        .route(video_mask::MEASURE_AREA_ROUTE.path, post(video_mask::measure_area))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
}

async fn not_found() -> ErrorEnvelope {
    ErrorEnvelope::builder(code::ROUTE_NOT_FOUND).build()
}

/// axum adds `Allow` to whatever this returns.
async fn method_not_allowed() -> ErrorEnvelope {
    ErrorEnvelope::builder(code::ROUTE_METHOD_NOT_ALLOWED).build()
}
