//! The query.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::json::segment;
use super::problem::Problem;
use super::refusal::Refuse;
use crate::envelope::ErrorEnvelope;

/// The query, as a struct of its parameters.
///
/// A parameter that repeats a field of the context was compared before the handler runs, whether the struct has it or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ErrorEnvelope;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorEnvelope> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs).map(Self).map_err(|error| {
            let path: Vec<String> = error.path().iter().filter_map(segment).collect();
            let problem = Problem::from_serde(&error.inner().to_string());
            Refuse::of(&parts.extensions).invalid("query", &path, problem)
        })
    }
}
