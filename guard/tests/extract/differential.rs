//! The same bodies and queries to axum: what guard takes, axum takes, to the same value; what axum takes and guard refuses
//! has a name.

use std::collections::BTreeMap;

use axum::extract::FromRequest;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::support::*;

#[derive(Debug, PartialEq, Deserialize)]
struct Typed {
    a: Option<u8>,
    b: Option<Vec<f64>>,
    c: Option<BTreeMap<String, Value>>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Parameters {
    a: u8,
    b: Option<String>,
}

fn block<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

/// Both readings of a body: axum's, and guard's or the `type` of its refusal.
fn read<T: DeserializeOwned>(body: &str) -> (Option<T>, Result<T, String>) {
    block(async {
        let theirs = axum::Json::<T>::from_request(json_request(body.to_owned()), &()).await;
        let ours = json::<T>(json_request(body.to_owned())).await;
        (
            theirs.ok().map(|axum::Json(value)| value),
            ours.map_err(|error| issue(&error).1),
        )
    })
}

fn compare<T: DeserializeOwned + PartialEq + std::fmt::Debug>(body: &str) -> Result<(), TestCaseError> {
    match read::<T>(body) {
        (Some(theirs), Ok(ours)) => prop_assert_eq!(theirs, ours),
        (None, Err(_)) => {}
        // axum does not look into a field that nobody reads; what is no JSON there is refused all the same.
        (Some(_), Err(kind)) if serde_json::from_str::<Value>(body).is_err() => {
            prop_assert_eq!(kind, "json_invalid", "{}", body)
        }
        (Some(_), Err(kind)) => prop_assert_eq!(kind, "duplicate", "{}", body),
        (None, Ok(value)) => prop_assert!(false, "only guard takes {body}: {value:?}"),
    }
    Ok(())
}

/// JSON with few names, so that they meet, and with spaces and escapes where they may be.
fn documents() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["\"a\"", "\"b\"", "\"c\"", "\"\\u0061\"", "\"\""]);
    let leaf = prop::sample::select(vec![
        "null",
        "true",
        "0",
        "255",
        "256",
        "-1",
        "1.5",
        "1e2",
        "\"x\"",
        "\"\\ud83d\\ude00\"",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 32, 4, move |inner| {
        let member = (name.clone(), inner.clone()).prop_map(|(name, value)| format!("{name}: {value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..4).prop_map(|members| format!("{{ {} }}", members.join(" ,"))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn documents_are_read_alike(body in documents()) {
        compare::<Value>(&body)?;
        compare::<Typed>(&body)?;
    }

    #[test]
    fn broken_documents_are_read_alike(body in documents(), at in any::<prop::sample::Index>(), byte in "[ -~]") {
        let mut body = body;
        let at = at.index(body.len());
        if body.is_char_boundary(at) {
            body.insert_str(at, &byte);
        }
        compare::<Value>(&body)?;
        compare::<Typed>(&body)?;
    }

    #[test]
    fn queries_are_read_alike(text in "(a|b|c|%61)(=|=1|=256|=x|=%2|\\+)(&(a|b)=[0-9a-z%&]{0,4}){0,2}") {
        let (theirs, ours) = block(async {
            let theirs = axum::extract::Query::<Parameters>::from_request(query_request(&text), &()).await;
            (theirs.ok().map(|axum::extract::Query(value)| value), query::<Parameters>(&text).await.ok())
        });
        prop_assert_eq!(theirs, ours);
    }

    #[test]
    fn content_types_are_judged_alike(content_type in "(application|text|APPLICATION)/(json|JSON|a\\+json|jsonx|a\\+b\\+json|\\+json)( ?; ?[a-z]{1,3}=[a-z0-9]{1,3})?") {
        let (theirs, ours) = block(async {
            let theirs = axum::Json::<Value>::from_request(request(Some(&content_type), "{}"), &()).await;
            (theirs.is_ok(), json::<Value>(request(Some(&content_type), "{}")).await.is_ok())
        });
        prop_assert_eq!(theirs, ours, "{}", content_type);
    }
}
