//! Work that costs money: its metadata, its budget, its audit.

use guard::audit::{Verified, verify};
use guard::context::{Mode, ProjectId, TenantId};
use guard::store::Scope;
use http::Version;
use serde_json::{Value, json};

use crate::support::*;

fn drawing(token: &str, seed: u64) -> Call {
    let body = json!({"width": 8, "height": 6, "points": [[0, 0], [4.5, 0], [4, 3]], "seed": seed});
    guarded(Version::HTTP_11, "POST", "/canvas/c_1/renders", token).json(&body.to_string())
}

fn scope() -> Scope {
    Scope {
        tenant: TenantId::parse("t_demo").unwrap(),
        mode: Mode::Lab,
        project: ProjectId::parse("launch").unwrap(),
    }
}

/// The payloads of the audit, in order.
async fn records(running: &Running) -> Vec<Value> {
    let records = running
        .stores
        .audit_store()
        .unwrap()
        .read(&scope(), 0, 1_000)
        .await
        .unwrap();
    let payloads = records
        .iter()
        .map(|record| serde_json::from_str(&record.payload).unwrap());
    payloads.collect()
}

#[tokio::test]
async fn an_image_says_what_it_was_made_of() {
    let running = start().await;
    let token = log_in(&running, Version::HTTP_11, "owner").await;
    let first = drawing(&token, 7).send(&running).await.ok()["data"].clone();
    let again = drawing(&token, 7).send(&running).await.ok()["data"].clone();
    let other = drawing(&token, 8).send(&running).await.ok()["data"].clone();
    assert_eq!((&first["cached"], &again["cached"]), (&json!(false), &json!(true)));
    assert_eq!((&first["meta"], &first["svg"]), (&again["meta"], &again["svg"]));
    for field in ["pipeline_hash", "cache_key"] {
        let hash = first["meta"][field].as_str().unwrap();
        assert_eq!(hash.len(), 64, "{hash}");
        assert_ne!(first["meta"][field], other["meta"][field], "{field}");
    }
    let version = concat!("engine-server-svg/", env!("CARGO_PKG_VERSION"));
    assert_eq!(first["meta"]["backend_version"], version);
    assert_ne!(first["svg"], other["svg"]);
    let elsewhere = drawing(&token, 7)
        .with("x-project-id", "other")
        .send(&running)
        .await
        .ok();
    assert_eq!(
        elsewhere["data"]["meta"]["pipeline_hash"],
        first["meta"]["pipeline_hash"]
    );
    assert_ne!(elsewhere["data"]["meta"]["cache_key"], first["meta"]["cache_key"]);
}

#[tokio::test]
async fn a_parameter_that_is_not_carried_exactly_is_named_and_costs_nothing() {
    let running = start().await;
    let token = log_in(&running, Version::HTTP_11, "owner").await;
    let refused = drawing(&token, 9_007_199_254_740_993).send(&running).await.envelope();
    assert_eq!(refused.resource_kind(), Some("render"));
    let issue = &refused.details()["errors"][0];
    assert_eq!(issue["loc"], json!(["parameters", "seed"]));
    assert!(issue["msg"].as_str().unwrap().ends_with("send it as a text"), "{issue}");
    running.chain.idle().await;
    let [_, outcome] = &records(&running).await[..] else {
        panic!("a decision and an outcome")
    };
    assert_eq!((&outcome["status"], &outcome["cost"]), (&json!(400), &Value::Null));
}

#[tokio::test]
async fn renders_are_charged_for_what_they_were_until_the_day_is_spent() {
    let running = start().await;
    let token = log_in(&running, Version::HTTP_11, "owner").await;
    // Each holds 0.25 of the day's euro and costs 0.08, so the eleventh finds 0.20 left.
    for seed in 0..10 {
        drawing(&token, seed).send(&running).await.ok();
        running.chain.idle().await;
    }
    let refused = drawing(&token, 10).send(&running).await;
    assert_eq!(refused.error(), (403, "budget.daily_cap_exceeded".to_owned()));
    running.chain.idle().await;

    let records = records(&running).await;
    let of = |kind: &str| {
        records
            .iter()
            .filter(|record| record["kind"] == kind)
            .cloned()
            .collect::<Vec<_>>()
    };
    let (decisions, outcomes) = (of("decision"), of("outcome"));
    assert_eq!((decisions.len(), outcomes.len()), (11, 10));
    assert_eq!(decisions[10]["code"], "budget.daily_cap_exceeded");
    assert_eq!(outcomes[9]["cost"], json!({"amount": "0.08", "currency": "EUR"}));
    let verified = verify(&**running.stores.audit_store().unwrap(), &scope(), None)
        .await
        .unwrap();
    assert!(
        matches!(verified, Verified::Whole { head: Some(head) } if head.seq == 21),
        "{verified:?}"
    );
}
