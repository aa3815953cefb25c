//! The parameters of the path.

use axum::extract::FromRequestParts;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::refusal::Refuse;
use crate::code;
use crate::envelope::EngineError;

/// The parameters of the path: one value, a tuple of all of them in order, or a struct by their names.
///
/// A type that does not fit the route's path is `internal.error`; of tuples, `#[engine_route]` finds that before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Path<T>(pub T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = EngineError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, EngineError> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(parameters)) => Ok(Self(parameters)),
            Err(rejection) => Err(refuse(rejection, Refuse::of(&parts.extensions))),
        }
    }
}

fn refuse(rejection: PathRejection, refuse: Refuse) -> EngineError {
    let PathRejection::FailedToDeserializePathParams(failure) = rejection else {
        return refuse.with(code::INTERNAL_ERROR).caused_by(rejection);
    };
    let wrong = |expected: &str| {
        Problem::new(
            "type_error",
            format!("the value is of the wrong type: expected {expected}"),
        )
    };
    let (path, problem) = match failure.kind() {
        ErrorKind::ParseErrorAtKey { key, expected_type, .. } => (Some(key.clone()), wrong(expected_type)),
        ErrorKind::ParseErrorAtIndex {
            index, expected_type, ..
        } => (Some(index.to_string()), wrong(expected_type)),
        ErrorKind::ParseError { expected_type, .. } => (None, wrong(expected_type)),
        ErrorKind::InvalidUtf8InPathParam { key } => {
            let problem = Problem::new("path_invalid", "the value is not UTF-8");
            (Some(key.clone()), problem)
        }
        ErrorKind::DeserializeError { key, message, .. } => (Some(key.clone()), Problem::from_serde(message)),
        ErrorKind::Message(message) => (None, Problem::from_serde(message)),
        // The handler's type does not fit the route.
        _ => return refuse.with(code::INTERNAL_ERROR).caused_by(failure),
    };
    let path: Vec<String> = path.into_iter().collect();
    refuse.invalid("path", &path, problem).into()
}
