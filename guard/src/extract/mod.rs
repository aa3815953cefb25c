//! Extractors whose refusals are envelopes.
//!
//! They take what axum's `Json`, `Query` and `Path` take,
//! to the same values, and refuse by the contract what those refuse with plain text:
//!
//! | refused | answer |
//! |---|---|
//! | what does not parse or validate | 400 `validation.error`; `details.errors` says where and what |
//! | a body that is too large | 413 `request.too_large` |
//! | a body that is not JSON by its `Content-Type`, or has a `Content-Encoding` | 415 `request.unsupported_media_type` |
//!
//! [`Json`] is stricter than axum's in two ways: a name may stand only once in an object, so that no two readers of one
//! body can differ, and the body is not encoded.
//!
//! No message quotes the request, and none is in the log: a body may hold a password. `loc` names what the route itself
//! names, but for keys of a map, which the client chose; of those only short and printable ones are shown.
//!
//! On a route behind the guard the envelope names the route's `resource_kind`.
//!
//! ```
//! use guard::engine_route;
//! use guard::extract::{Json, Path, Query};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Page {
//!     limit: u32,
//! }
//!
//! #[engine_route(method = GET, path = "/masks/{mask_id}", router = "engines.video_mask.routes")]
//! async fn show(Path(mask_id): Path<u64>, Query(page): Query<Page>) -> Json<Vec<u64>> {
//!     Json((mask_id..).take(page.limit as usize).collect())
//! }
//! ```

mod json;
mod path;
mod problem;
mod query;
mod refusal;
mod unique;

pub use json::Json;
pub use path::Path;
pub use query::Query;
