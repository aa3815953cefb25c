//! The gates: on any doubt they deny, and nothing of the handler runs.

use crate::house::*;
use crate::support::*;

fn act(run: &str) -> http::Request<Body> {
    with(request("POST", "/act"), "x-run-id", run)
}

#[tokio::test(start_paused = true)]
async fn every_way_to_fail_denies() {
    let (engine, calls) = house();
    for (run, status, code) in [
        ("deny", 403, "kill_switch.blocked"),
        ("error", 403, "budget_unavailable"),
        ("panic", 500, "internal.error"),
        ("panic-at-once", 500, "internal.error"),
        ("hang", 504, "request.timeout"),
    ] {
        let answer = send(&engine, act(run)).await;
        answer.is(status, code);
        assert!(!answer.text().contains("canary"), "{}", answer.text());
    }
    assert_eq!(calls.count(), 0);
    assert_eq!(send(&engine, act("pass")).await.status, 200);
    assert_eq!(calls.count(), 1);
}

#[tokio::test]
async fn the_answer_names_the_gate() {
    let (engine, _) = house();
    let error = send(&engine, act("deny")).await.error();
    assert_eq!(
        (&error["gate"], &error["action_name"]),
        (&"kill_switch".into(), &"thing.act".into())
    );
    let error = send(&engine, act("error")).await.error();
    assert_eq!(error["gate"], "budget");
    assert_eq!(
        (&error["action_name"], &error["resource_kind"]),
        (&"thing.act".into(), &"thing".into()),
        "filled in where the chain names none"
    );
    let hung = send(&engine, act("panic")).await.error();
    assert_eq!(hung["resource_kind"], "thing", "whoever is let in may know the route");
}

#[tokio::test]
async fn only_an_action_is_gated() {
    let (engine, _) = house();
    let free = with(request("POST", "/echo"), "x-run-id", "deny");
    assert_eq!(send(&engine, free).await.status, 200);
    let exempt = with(request("POST", "/auth/login"), "x-run-id", "deny");
    assert_eq!(send(&engine, exempt).await.status, 200);
}

#[tokio::test]
async fn the_gates_come_last() {
    let (engine, calls) = house();
    for (request, code) in [
        (without(act("panic-at-once"), "authorization"), "auth.token_missing"),
        (without(act("panic-at-once"), "x-app-id"), "auth.app_missing"),
        (
            with(act("panic-at-once"), "x-tenant-id", "t_other"),
            "auth.tenant_mismatch",
        ),
        (
            with(act("panic-at-once"), "content-length", "99999"),
            "request.too_large",
        ),
    ] {
        assert_eq!(send(&engine, request).await.code(), code);
    }
    assert_eq!(calls.count(), 0);
}
