//! Without the feature `ticket` no request presents one.

use std::convert::Infallible;

use axum_core::body::Body;
use http::Request;

use super::core::Core;
use super::refusal::Refusal;
use super::table::Target;
use crate::context::{Entry, Scan};

/// There is none.
pub(super) type Presented = Infallible;

/// Nothing is presented.
pub(super) fn present(
    _: &Core,
    _: &Request<Body>,
    _: &Scan<'_>,
    _: &Target,
) -> Result<Option<(Entry, Presented)>, Refusal> {
    Ok(None)
}

/// There is none.
pub(super) async fn redeem(_: &Core, presented: &Presented, _: &mut Request<Body>) -> Result<(), Refusal> {
    match *presented {}
}
