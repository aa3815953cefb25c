//! Every built-in gate: what it lets pass, what it does not, and with which code.

use guard::envelope::Gate;
use guard::store::{Memory, Stores};
use serde_json::{Value, json};

use crate::house::*;
use crate::support::*;

/// Puts one policy into a house where everything is open, and sends one request.
async fn judged(gate: Gate, subject: &str, rule: Value, request: http::Request<Body>) -> Answer {
    judged_with(&[(gate, subject, rule)], request).await
}

async fn judged_with(policies: &[(Gate, &str, Value)], request: http::Request<Body>) -> Answer {
    let house = house().await;
    for (gate, subject, rule) in policies {
        everywhere(&house.chain, *gate, subject, rule.clone()).await;
    }
    let answer = send(&house.engine, request).await;
    assert_eq!(house.calls.count(), usize::from(answer.status == 200));
    answer
}

/// The gate, the action, the resource kind and the reason are in the envelope.
#[track_caller]
fn refused(answer: &Answer, gate: &str, code: &str, reason: &str) {
    answer.is(403, code);
    let error = answer.error();
    assert_eq!(
        (
            &error["gate"],
            &error["action_name"],
            &error["resource_kind"],
            &error["details"]["reason"]
        ),
        (&json!(gate), &json!("thing.act"), &json!("thing"), &json!(reason)),
        "{error}"
    );
}

fn act() -> http::Request<Body> {
    lab("POST", "/act/7")
}

#[tokio::test]
async fn an_action_passes_where_every_gate_lets_it() {
    let house = house().await;
    let answer = send(&house.engine, act()).await;
    assert_eq!(answer.text(), "done");
    assert_eq!(house.calls.count(), 1);
}

#[tokio::test]
async fn a_kill_switch_stands_on_everything_an_action_or_a_surface() {
    let on = || json!({"blocked": true});
    for subject in ["", "thing.act", "surface/squared2"] {
        let request = with(act(), "x-surface-id", "SQUARED");
        let answer = judged(Gate::KillSwitch, subject, on(), request).await;
        refused(&answer, "kill_switch", "kill_switch.blocked", "blocked");
    }
    for subject in ["thing.other", "surface/elsewhere"] {
        assert_eq!(
            judged(Gate::KillSwitch, subject, on(), act()).await.status,
            200,
            "{subject}"
        );
    }
}

#[tokio::test]
async fn firearms_want_a_licence_for_the_action() {
    const CODE: &str = "firearms.license_required";
    let rule = || (Gate::Firearms, "thing.act", json!({"license_required": true}));
    let license = |actions: &[&str], until_s: u64| {
        let license = json!({"actions": actions, "until_s": until_s});
        (Gate::Firearms, "license/u_1", license)
    };
    refused(&judged_with(&[rule()], act()).await, "firearms", CODE, "no_license");
    for (license, reason) in [
        (license(&["thing.act"], NOW), "license_expired"),
        (license(&["thing.other"], NOW + 1), "license_for_other_actions"),
    ] {
        refused(&judged_with(&[rule(), license], act()).await, "firearms", CODE, reason);
    }
    let good = license(&["thing.other", "thing.act"], NOW + 1);
    assert_eq!(judged_with(&[rule(), good], act()).await.status, 200);
}

#[tokio::test]
async fn a_strategy_lock_is_approved_for_the_action() {
    const CODE: &str = "strategy_lock.approval_required";
    let rule = || {
        let rule = json!({"approval_required": true, "three_wise_required": false});
        (Gate::StrategyLock, "", rule)
    };
    let lock = |approved: bool, action: &str, until_s: u64| {
        let lock = json!({"approved": approved, "actions": [action], "until_s": until_s});
        (Gate::StrategyLock, "lock/sl_1", lock)
    };
    let locked = || with(act(), "x-strategy-lock-id", "sl_1");
    refused(&judged_with(&[rule()], act()).await, "strategy_lock", CODE, "no_lock");
    refused(
        &judged_with(&[rule()], locked()).await,
        "strategy_lock",
        CODE,
        "unknown_lock",
    );
    for (lock, reason) in [
        (lock(false, "thing.act", NOW + 1), "lock_not_approved"),
        (lock(true, "thing.act", NOW), "lock_expired"),
        (lock(true, "thing.other", NOW + 1), "lock_for_other_actions"),
    ] {
        refused(
            &judged_with(&[rule(), lock], locked()).await,
            "strategy_lock",
            CODE,
            reason,
        );
    }
    let good = lock(true, "thing.act", NOW + 1);
    assert_eq!(judged_with(&[rule(), good], locked()).await.status, 200);
}

#[tokio::test]
async fn three_wise_agree_to_this_lock() {
    const CODE: &str = "three_wise_verdict_required";
    let rule = || {
        let rule = json!({"approval_required": false, "three_wise_required": true});
        (Gate::StrategyLock, "thing.act", rule)
    };
    let lock = || {
        let lock = json!({"approved": true, "actions": ["thing.act"], "until_s": NOW + 1});
        (Gate::StrategyLock, "lock/sl_1", lock)
    };
    let verdict = |approved: bool, lock: &str, until_s: u64| {
        let verdict = json!({"approved": approved, "strategy_lock_id": lock, "until_s": until_s});
        (Gate::StrategyLock, "three_wise/tw_1", verdict)
    };
    let locked = || with(act(), "x-strategy-lock-id", "sl_1");
    let both = || with(locked(), "x-three-wise-id", "tw_1");
    let answer = judged_with(&[rule()], both()).await;
    refused(
        &answer,
        "strategy_lock",
        "strategy_lock.approval_required",
        "unknown_lock",
    );
    let answer = judged_with(&[rule(), lock()], locked()).await;
    refused(&answer, "strategy_lock", CODE, "no_verdict");
    let answer = judged_with(&[rule(), lock()], both()).await;
    refused(&answer, "strategy_lock", CODE, "unknown_verdict");
    for (verdict, reason) in [
        (verdict(false, "sl_1", NOW + 1), "verdict_against"),
        (verdict(true, "sl_2", NOW + 1), "verdict_on_another_lock"),
        (verdict(true, "sl_1", NOW), "verdict_expired"),
    ] {
        let answer = judged_with(&[rule(), lock(), verdict], both()).await;
        refused(&answer, "strategy_lock", CODE, reason);
    }
    let good = verdict(true, "sl_1", NOW + 1);
    assert_eq!(judged_with(&[rule(), lock(), good], both()).await.status, 200);
}

#[tokio::test]
async fn a_kpi_stays_in_its_corridor() {
    let rule = || {
        let rule = json!({"metrics": {"rating": {"floor": 3.5, "ceiling": 5.0, "max_age_s": 60}}});
        (Gate::Kpi, "", rule)
    };
    let reading = |value: f64, at_s: u64| {
        let reading = json!({"value": value, "at_s": at_s});
        (Gate::Kpi, "reading/rating", reading)
    };
    let answer = judged_with(&[rule()], act()).await;
    refused(&answer, "kpi", "kpi_unavailable", "reading_missing");
    assert_eq!(answer.error()["details"]["metric"], "rating");
    for (reading, code, reason) in [
        (reading(3.4, NOW), "kpi_floor_breached", "below_floor"),
        (reading(5.1, NOW), "kpi_ceiling_breached", "above_ceiling"),
        (reading(4.0, NOW - 61), "kpi_unavailable", "reading_too_old"),
        (reading(4.0, NOW + 31), "kpi_unavailable", "reading_from_the_future"),
    ] {
        refused(&judged_with(&[rule(), reading], act()).await, "kpi", code, reason);
    }
    for value in [3.5, 5.0] {
        assert_eq!(
            judged_with(&[rule(), reading(value, NOW - 60)], act()).await.status,
            200
        );
    }
}

#[tokio::test]
async fn the_temperature_stays_in_its_corridor() {
    let rule = || {
        (
            Gate::Temperature,
            "",
            json!({"floor": -5.0, "ceiling": 70.0, "max_age_s": 10}),
        )
    };
    let reading = |value: f64, at_s: u64| {
        let reading = json!({"value": value, "at_s": at_s});
        (Gate::Temperature, "reading/temperature", reading)
    };
    for (reading, code, reason) in [
        (reading(70.1, NOW), "temperature_breach", "above_ceiling"),
        (reading(-5.1, NOW), "temperature_breach", "below_floor"),
        (reading(20.0, NOW - 11), "temperature_unavailable", "reading_too_old"),
    ] {
        refused(
            &judged_with(&[rule(), reading], act()).await,
            "temperature",
            code,
            reason,
        );
    }
    assert_eq!(judged_with(&[rule(), reading(70.0, NOW)], act()).await.status, 200);
}

#[tokio::test]
async fn lab_passes_without_a_policy() {
    let memory = Memory::default();
    let chain = builder(&Stores::of(memory.clone())).start().await.unwrap();
    let house = house_of(chain, memory);
    assert_eq!(send(&house.engine, act()).await.status, 200);
    let records = records(&house.memory).await;
    let reasons: Vec<&str> = records[0]["gates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gate| gate["reason"].as_str().unwrap())
        .collect();
    assert_eq!(reasons, ["no_policy"; 6]);
}

/// What is in the store and was not put through the guard.
#[tokio::test]
async fn a_policy_that_cannot_be_read_denies() {
    use guard::store::{PolicyScope, PolicyStore, PutPolicy};
    for (gate, code) in [
        (Gate::KillSwitch, "kill_switch.blocked"),
        (Gate::Firearms, "firearms.license_required"),
        (Gate::StrategyLock, "strategy_lock.approval_required"),
        (Gate::Budget, "budget_unavailable"),
        (Gate::Kpi, "kpi_unavailable"),
        (Gate::Temperature, "temperature_unavailable"),
    ] {
        let house = house().await;
        let broken = PutPolicy {
            key: key(gate, PolicyScope::Everywhere, ""),
            body: Some("{".to_owned()),
            expected: None,
            by: guard::context::OpaqueId::parse("u_2").unwrap(),
            at_ms: 0,
        };
        house.memory.put(broken).await.unwrap();
        seen().await;
        send(&house.engine, act()).await.is(403, code);
        assert_eq!(house.calls.count(), 0);
    }
}

#[tokio::test]
async fn a_policy_that_its_gate_could_not_read_is_not_put() {
    let house = house().await;
    let by = guard::context::OpaqueId::parse("u_2").unwrap();
    let key = key(Gate::KillSwitch, guard::store::PolicyScope::Everywhere, "");
    let rule = json!({"blocked": "yes"});
    let error = house
        .chain
        .policies()
        .put(key, Some(&rule), None, by, 0)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("kill_switch policy"), "{error}");
}
