//! Where a policy holds, and which of several decides.

use guard::context::TenantId;
use guard::envelope::Gate;
use guard::store::PolicyScope;
use serde_json::{Value, json};

use crate::house::*;
use crate::support::*;

fn licensed(required: bool) -> Value {
    json!({"license_required": required})
}

fn tenant(name: &str) -> PolicyScope {
    PolicyScope::Tenant(TenantId::parse(name).unwrap())
}

async fn status_with(policies: Vec<(Gate, PolicyScope, &str, Value)>) -> u16 {
    let house = house().await;
    for (gate, place, subject, rule) in policies {
        put(house.chain.policies(), key(gate, place, subject), rule).await;
    }
    seen().await;
    send(&house.engine, lab("POST", "/act/7")).await.status
}

/// Firearms are open everywhere in this house.
#[tokio::test]
async fn the_narrowest_place_decides_and_there_the_action_goes_first() {
    let fire = Gate::Firearms;
    for (policies, status) in [
        (vec![(fire, tenant("t_acme"), "", licensed(true))], 403),
        (vec![(fire, tenant("t_other"), "", licensed(true))], 200),
        (vec![(fire, PolicyScope::Scope(scope()), "", licensed(true))], 403),
        (vec![(fire, PolicyScope::Everywhere, "thing.act", licensed(true))], 403),
        (
            vec![(fire, PolicyScope::Everywhere, "thing.other", licensed(true))],
            200,
        ),
        (
            vec![
                (fire, tenant("t_acme"), "", licensed(true)),
                (fire, PolicyScope::Scope(scope()), "", licensed(false)),
            ],
            200,
        ),
        (
            vec![
                (fire, tenant("t_acme"), "", licensed(false)),
                (fire, PolicyScope::Everywhere, "thing.act", licensed(true)),
            ],
            200,
        ),
        (
            vec![
                (fire, tenant("t_acme"), "", licensed(true)),
                (fire, tenant("t_acme"), "thing.act", licensed(false)),
            ],
            200,
        ),
    ] {
        let shown = format!("{policies:?}");
        assert_eq!(status_with(policies).await, status, "{shown}");
    }
}

#[tokio::test]
async fn no_narrower_place_undoes_a_kill_switch() {
    let (on, off) = (json!({"blocked": true}), json!({"blocked": false}));
    let policies = vec![
        (Gate::KillSwitch, PolicyScope::Everywhere, "", on),
        (Gate::KillSwitch, PolicyScope::Scope(scope()), "thing.act", off),
    ];
    assert_eq!(status_with(policies).await, 403);
}

#[tokio::test]
async fn what_is_taken_back_does_not_hold() {
    let house = house().await;
    everywhere(&house.chain, Gate::KillSwitch, "thing.act", json!({"blocked": true})).await;
    send(&house.engine, lab("POST", "/act/7"))
        .await
        .is(403, "kill_switch.blocked");
    let by = guard::context::OpaqueId::parse("u_2").unwrap();
    let key = key(Gate::KillSwitch, PolicyScope::Everywhere, "thing.act");
    house
        .chain
        .policies()
        .put(key, None::<&Value>, None, by, 0)
        .await
        .unwrap();
    seen().await;
    assert_eq!(send(&house.engine, lab("POST", "/act/7")).await.status, 200);
}
