//! The envelope on the wire: exact in what it writes, as exact in what it reads.

use std::error::Error;
use std::fmt;

use guard::code;
use guard::context::{Mode, TenantId};
use guard::envelope::{EngineError, Envelope, ErrorEnvelope, ErrorStatus, Gate, InternalCause, ValidationIssue};
use serde_json::{Value, json};

const KEYS: [&str; 7] = [
    "action_name",
    "code",
    "details",
    "gate",
    "http_status",
    "message",
    "resource_kind",
];

fn contract_example() -> Value {
    json!({"error": {
        "code": "auth.tenant_mismatch", "message": "text for people", "http_status": 403,
        "gate": null, "action_name": null, "resource_kind": "chat", "details": {},
    }})
}

#[test]
fn the_contracts_example_round_trips() {
    let built = ErrorEnvelope::builder(code::AUTH_TENANT_MISMATCH)
        .message("text for people")
        .resource_kind("chat")
        .build();
    assert_eq!(serde_json::to_value(&built).unwrap(), contract_example());
    assert_eq!(
        serde_json::from_value::<ErrorEnvelope>(contract_example()).unwrap(),
        built
    );
}

#[test]
fn every_code_writes_seven_keys_and_one_status() {
    let status = ErrorStatus::try_from(418).unwrap();
    let envelope = ErrorEnvelope::builder(code::http_exception(status)).build();
    assert_eq!(envelope.to_response().status(), 418);

    let gated = ErrorEnvelope::builder(code::BUDGET_UNAVAILABLE)
        .action_name("render")
        .build();
    for envelope in [
        envelope,
        gated,
        ErrorEnvelope::cursor_invalid("chat", "9").unwrap().build(),
    ] {
        let response = envelope.to_response();
        let body: Value = serde_json::from_str(response.body()).unwrap();
        let error = body["error"].as_object().unwrap();
        let mut keys: Vec<_> = error.keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, KEYS);
        assert_eq!(body.as_object().unwrap().len(), 1);
        assert_eq!(error["http_status"], response.status().as_u16());
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.headers().len(), 1);
    }
}

#[test]
fn a_gates_code_brings_its_gate() {
    let envelope = ErrorEnvelope::builder(code::THREE_WISE_VERDICT_REQUIRED).build();
    assert_eq!(envelope.gate(), Some(Gate::StrategyLock));
    assert_eq!(envelope.http_status().as_u16(), 403);
}

#[test]
fn a_read_envelope_answers_with_its_own_status() {
    let mut document = contract_example();
    document["error"]["http_status"] = json!(422);
    let envelope: ErrorEnvelope = serde_json::from_value(document).unwrap();
    assert_eq!(envelope.to_response().status(), 422);
}

#[test]
fn nothing_but_the_exact_shape_is_read() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut document = contract_example();
        change(&mut document);
        assert!(
            serde_json::from_value::<ErrorEnvelope>(document.clone()).is_err(),
            "{document}"
        );
        assert!(
            serde_json::from_str::<ErrorEnvelope>(&document.to_string()).is_err(),
            "{document}"
        );
    };
    for key in KEYS {
        refused(&|document| {
            document["error"].as_object_mut().unwrap().remove(key);
        });
    }
    refused(&|document| document["extra"] = json!(null));
    refused(&|document| document["error"]["extra"] = json!(null));
    for status in [
        json!(0),
        json!(200),
        json!(399),
        json!(600),
        json!(70_000),
        json!("403"),
        json!(403.5),
        json!(null),
    ] {
        refused(&|document| document["error"]["http_status"] = status.clone());
    }
    for gate in [json!("Budget"), json!("none"), json!(""), json!(1)] {
        refused(&|document| document["error"]["gate"] = gate.clone());
    }
    for details in [json!(null), json!([]), json!("x")] {
        refused(&|document| document["error"]["details"] = details.clone());
    }
    refused(&|document| document["error"]["code"] = json!(""));
    refused(&|document| document["error"]["message"] = json!(null));
    refused(&|document| document["error"] = json!(["a.b", "m", 403, null, null, null, {}]));
    refused(&|document| *document = json!([document["error"]]));
    refused(&|document| *document = json!({}));
    let twice = r#"{"error":{"code":"a.b","code":"a.b","message":"","http_status":400,"gate":null,"action_name":null,"resource_kind":null,"details":{}}}"#;
    assert!(serde_json::from_str::<ErrorEnvelope>(twice).is_err());
}

#[test]
fn fixed_details() {
    let tenant = TenantId::parse("t_a").unwrap();
    let missing = ErrorEnvelope::missing_route("event_spine", &tenant, Mode::Saas)
        .unwrap()
        .build();
    assert_eq!(missing.code(), "event_spine.missing_route");
    assert_eq!(missing.http_status().as_u16(), 503);
    assert_eq!(missing.resource_kind(), Some("event_spine"));
    assert_eq!(
        Value::from(missing.details().clone()),
        json!({"resource_kind": "event_spine", "tenant_id": "t_a", "mode": "saas"})
    );

    let issue = ValidationIssue {
        loc: vec!["body".into()],
        msg: "is empty".into(),
        kind: "empty".into(),
    };
    let invalid = ErrorEnvelope::validation(&[issue]).build();
    assert_eq!(
        Value::from(invalid.details().clone()),
        json!({"errors": [{"loc": ["body"], "msg": "is empty", "type": "empty"}]})
    );
}

#[test]
fn success() {
    let response = Envelope::new(json!({"status": "ok"})).to_response();
    assert_eq!(response.status(), 200);
    assert_eq!(response.body(), r#"{"data":{"status":"ok"}}"#);
    assert!(serde_json::from_str::<Envelope<u8>>(r#"{"data":1,"more":2}"#).is_err());
}

const CANARY: &str = "canary-7f3a";

#[derive(Debug)]
struct Leaky;

impl fmt::Display for Leaky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(CANARY)
    }
}

impl Error for Leaky {}

#[test]
fn a_cause_stays_inside() {
    let errors = [
        EngineError::internal(Leaky),
        EngineError::new(ErrorEnvelope::builder(code::REQUEST_TIMEOUT).build(), Leaky),
        ErrorEnvelope::builder(code::BUDGET_UNAVAILABLE)
            .action_name("render")
            .caused_by(Leaky),
    ];
    for error in errors {
        let response = error.to_response();
        assert!(!response.body().contains(CANARY));
        assert!(!format!("{:?}", response.headers()).contains(CANARY));
        assert!(!error.to_string().contains(CANARY));
        assert!(!format!("{error:#}").contains(CANARY));
        assert!(!serde_json::to_string(error.envelope()).unwrap().contains(CANARY));

        assert_eq!(error.source().unwrap().to_string(), CANARY, "the log sees it");
        assert_eq!(
            response
                .extensions()
                .get::<InternalCause>()
                .unwrap()
                .error()
                .to_string(),
            CANARY
        );
    }
    let plain = EngineError::from(ErrorEnvelope::builder(code::ROUTE_NOT_FOUND).build());
    assert!(plain.source().is_none());
    assert!(plain.to_response().extensions().get::<InternalCause>().is_none());
}
