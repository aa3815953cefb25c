//! Requests, and refusals taken apart.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts};
use axum::response::IntoResponse;
use guard::envelope::ErrorEnvelope;
use guard::extract::{Json, Query};
use http::Request;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) fn request(content_type: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::post("/");
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    request.body(body.into()).unwrap()
}

pub(crate) fn json_request(body: impl Into<Body>) -> Request<Body> {
    request(Some("application/json"), body)
}

pub(crate) fn query_request(query: &str) -> Request<Body> {
    Request::get(format!("/?{query}")).body(Body::empty()).unwrap()
}

pub(crate) async fn json<T: DeserializeOwned>(request: Request<Body>) -> Result<T, ErrorEnvelope> {
    let extracted = <Json<T> as FromRequest<()>>::from_request(request, &()).await;
    extracted.map(|Json(value)| value)
}

pub(crate) async fn query<T: DeserializeOwned>(query: &str) -> Result<T, ErrorEnvelope> {
    let (mut parts, _) = query_request(query).into_parts();
    let extracted = Query::<T>::from_request_parts(&mut parts, &()).await;
    extracted.map(|Query(value)| value)
}

/// `loc` joined by `/`, `type` and `msg` of the one issue of a `validation.error`.
#[track_caller]
pub(crate) fn issue(error: &ErrorEnvelope) -> (String, String, String) {
    assert_eq!((error.code(), error.http_status().as_u16()), ("validation.error", 400));
    let issues = error.details()["errors"].as_array().unwrap();
    assert_eq!(issues.len(), 1);
    let issue = issues[0].as_object().unwrap();
    assert_eq!(issue.len(), 3);
    let loc: Vec<&str> = issue["loc"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part.as_str().unwrap())
        .collect();
    let text = |key: &str| issue[key].as_str().unwrap().to_owned();
    assert_eq!(error.message(), text("msg"));
    (loc.join("/"), text("type"), text("msg"))
}

/// A response's status and its body.
pub(crate) async fn answer(response: impl IntoResponse) -> (u16, Value) {
    let response = response.into_response();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}
