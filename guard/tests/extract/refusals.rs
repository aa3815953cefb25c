//! What is refused, where it is said to be, and what is not said of it.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::OptionalFromRequest;
use guard::extract::Json;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, json as value};

use crate::support::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "they are read by serde alone")]
struct Mask {
    name: String,
    points: Vec<Point>,
    kind: Option<Kind>,
    tags: Option<HashMap<String, u8>>,
    never: Option<Never>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "they are read by serde alone")]
struct Point {
    x: u32,
    y: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Soft,
    Hard,
}

/// Quotes its input in its own words.
#[derive(Debug)]
struct Never;

impl<'de> Deserialize<'de> for Never {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Err(de::Error::custom(format!("{text} is not wanted")))
    }
}

#[tokio::test]
async fn the_field_is_named_and_the_input_is_not_quoted() {
    let wrong = "the value is of the wrong type: expected";
    for (body, loc, kind, msg) in [
        (
            r#"{"points": []}"#,
            "body/name",
            "missing",
            "the field is missing".to_owned(),
        ),
        (
            r#"{"name": 7, "points": []}"#,
            "body/name",
            "type_error",
            format!("{wrong} a string"),
        ),
        (
            r#"{"name": "n", "points": [{"x": 1, "y": 2}, {"x": "canary", "y": 2}]}"#,
            "body/points/1/x",
            "type_error",
            format!("{wrong} u32"),
        ),
        (
            r#"{"name": "n", "points": [{"x": 1}]}"#,
            "body/points/0/y",
            "missing",
            "the field is missing".to_owned(),
        ),
        (
            r#"{"name": "n", "points": [{"x": 1, "y": -5}]}"#,
            "body/points/0/y",
            "value_error",
            "the value is not allowed: expected u32".to_owned(),
        ),
        (
            r#"{"name": "n", "points": [], "kind": "canary"}"#,
            "body/kind",
            "enum",
            "the value is none of those that are known: expected `soft` or `hard`".to_owned(),
        ),
        (
            r#"{"name": "n", "points": [], "never": "canary"}"#,
            "body/never",
            "value_error",
            "the value is not allowed".to_owned(),
        ),
        (
            r#"{"name": "n", "points": [], "name": "canary"}"#,
            "body/name",
            "duplicate",
            "the field is given twice".to_owned(),
        ),
        (
            r#"{"name": "n", "points": [], "tags": {"a": 256}}"#,
            "body/tags/a",
            "value_error",
            "the value is not allowed: expected u8".to_owned(),
        ),
        (
            "[]",
            "body",
            "length_error",
            "the value has the wrong length: expected struct Mask with 5 elements".to_owned(),
        ),
        ("\"canary\"", "body", "type_error", format!("{wrong} struct Mask")),
        (
            "{canary}",
            "body",
            "json_invalid",
            "the body is not JSON: line 1, column 2".to_owned(),
        ),
        (
            "",
            "body",
            "json_invalid",
            "the body is not JSON: line 1, column 0".to_owned(),
        ),
        (
            "{}\n{}",
            "body",
            "json_invalid",
            "the body is not JSON: line 2, column 1".to_owned(),
        ),
    ] {
        let error = json::<Mask>(json_request(body)).await.unwrap_err();
        assert_eq!(issue(&error), (loc.to_owned(), kind.to_owned(), msg), "{body}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn a_key_that_the_client_chose_is_bounded() {
    let unknown = json::<Mask>(json_request(r#"{"name": "n", "points": [], "color": 1}"#)).await;
    let (loc, kind, msg) = issue(&unknown.unwrap_err());
    assert_eq!((&*loc, &*kind), ("body/color", "unknown_field"));
    assert!(
        msg.ends_with("expected one of `name`, `points`, `kind`, `tags`, `never`"),
        "{msg}"
    );
    for key in ["a".repeat(65), "\\n".to_owned(), "\\u0000".to_owned()] {
        let body = format!(r#"{{"name": "n", "points": [], "tags": {{"{key}": -1}}}}"#);
        let error = json::<Mask>(json_request(body)).await.unwrap_err();
        assert_eq!(issue(&error).0, "body/tags/*");
    }
}

#[tokio::test]
async fn the_body_is_plain_json_by_its_headers() {
    for (content_type, status) in [
        (Some("application/json"), None),
        (Some("Application/JSON; charset=utf-8"), None),
        (Some("application/vnd.api+json"), None),
        (None, Some(415)),
        (Some("text/json"), Some(415)),
        (Some("application/jsonp"), Some(415)),
        (Some("application/json, text/plain"), Some(415)),
        (Some("text/plain"), Some(415)),
        (Some("multipart/form-data"), Some(415)),
    ] {
        let error = json::<Value>(request(content_type, "{}")).await.err();
        assert_eq!(
            error.map(|error| (error.code().to_owned(), error.http_status().as_u16())),
            status.map(|status| ("request.unsupported_media_type".to_owned(), status)),
            "{content_type:?}"
        );
    }
    for encoding in ["gzip", "identity", ""] {
        let mut encoded = json_request("{}");
        encoded
            .headers_mut()
            .insert("content-encoding", encoding.parse().unwrap());
        let error = json::<Value>(encoded).await.unwrap_err();
        assert_eq!(error.code(), "request.unsupported_media_type", "{encoding}");
    }
    let mut twice = json_request("{}");
    twice
        .headers_mut()
        .append("content-type", "application/json".parse().unwrap());
    assert_eq!(
        json::<Value>(twice).await.unwrap_err().code(),
        "request.unsupported_media_type"
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_or_breaks_off() {
    let large = format!("\"{}\"", "a".repeat(2 << 20));
    let error = json::<Value>(json_request(large)).await.unwrap_err();
    assert_eq!((error.code(), error.http_status().as_u16()), ("request.too_large", 413));

    let broken = futures_util::stream::iter([Ok("{\"a\""), Err(std::io::Error::other("canary"))]);
    let error = json::<Value>(json_request(Body::from_stream(broken)))
        .await
        .unwrap_err();
    assert_eq!(issue(&error).1, "body_incomplete");
    assert!(!format!("{error:?}").contains("canary"));
}

#[tokio::test]
async fn an_optional_body_is_none_only_where_there_is_none() {
    let optional = async |request| <Json<u8> as OptionalFromRequest<()>>::from_request(request, &()).await;
    assert_eq!(optional(request(None, Body::empty())).await.unwrap(), None);
    assert_eq!(optional(json_request("7")).await.unwrap(), Some(Json(7)));
    assert!(
        optional(request(None, "7")).await.is_err(),
        "a body without a type is refused"
    );
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "they are read by serde alone")]
struct Page {
    limit: u8,
    kind: Option<Kind>,
}

#[tokio::test]
async fn a_query_is_refused_by_parameter() {
    for (text, loc, kind) in [
        ("", "query/limit", "missing"),
        ("limit=canary", "query/limit", "value_error"),
        ("limit=256", "query/limit", "value_error"),
        ("limit=1&limit=2", "query/limit", "duplicate"),
        ("limit=1&kind=canary", "query/kind", "enum"),
    ] {
        let error = query::<Page>(text).await.unwrap_err();
        let (at, what, _) = issue(&error);
        assert_eq!((&*at, &*what), (loc, kind), "{text}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
    assert_eq!(query::<Page>("limit=7&other=1").await.unwrap().limit, 7);
}

#[tokio::test]
async fn json_is_a_response() {
    assert_eq!(
        answer(Json(value!({"a": [1, null]}))).await,
        (200, value!({"a": [1, null]}))
    );
    let (status, body) = answer(Json(HashMap::from([((1, 2), 3)]))).await;
    assert_eq!((status, &body["error"]["code"]), (500, &value!("internal.error")));
}
