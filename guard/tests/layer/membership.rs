//! Attack d36: a token outlives a membership. Where the engine looks it up, its word is the one that counts, and without it
//! nobody gets in.

use std::future::pending;
use std::time::Duration;

use guard::context::{OpaqueId, TenantId};
use guard::credential::membership::{MembershipAnswer, MembershipLookup, MembershipUnavailable};

use crate::house::*;
use crate::support::*;

/// Answers by the user's name; `later-*` after a while.
struct Members;

impl MembershipLookup for Members {
    fn lookup(&self, user: &OpaqueId, _: &TenantId) -> MembershipAnswer {
        let name = user.as_str().to_owned();
        let answer = |name: &str| match name {
            "gone" => Ok(None),
            "down" => Err(MembershipUnavailable::new("canary")),
            "panics" => panic!("canary"),
            "promoted" => Ok(Some("owner".into())),
            _ => Ok(Some("member".into())),
        };
        match name.strip_prefix("later-").map(str::to_owned) {
            None => MembershipAnswer::Done(answer(&name)),
            Some(name) => MembershipAnswer::Later(Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(10)).await;
                if name == "hangs" {
                    pending::<()>().await;
                }
                answer(&name)
            })),
        }
    }
}

fn of(user: &str, role: &str, path: &str) -> http::Request<Body> {
    with(
        request("GET", path),
        "authorization",
        &format!("Bearer {user}.t_acme.{role}"),
    )
}

#[tokio::test(start_paused = true)]
async fn d36_the_lookup_counts() {
    let (engine, calls) = house_with(settings().membership(Members), Vec::new());
    for prefix in ["", "later-"] {
        for (user, status, code) in [
            ("gone", 403, "auth.tenant_membership_required"),
            ("down", 503, "http.exception"),
            ("panics", 500, "internal.error"),
            ("hangs", 504, "request.timeout"),
        ] {
            if (prefix, user) == ("", "hangs") {
                continue;
            }
            let answer = send(&engine, of(&format!("{prefix}{user}"), "owner", "/whoami")).await;
            answer.is(status, code);
            assert!(!answer.text().contains("canary"));
        }
    }
    assert_eq!(calls.count(), 0);
    for prefix in ["", "later-"] {
        let stays = of(&format!("{prefix}stays"), "member", "/whoami");
        assert_eq!(send(&engine, stays).await.status, 200);
        // The role of the lookup, not of the token.
        send(&engine, of(&format!("{prefix}stays"), "owner", "/owners"))
            .await
            .is(403, "auth.insufficient_role");
        assert_eq!(
            send(&engine, of(&format!("{prefix}promoted"), "member", "/owners"))
                .await
                .status,
            200
        );
        let claims = with(
            of(&format!("{prefix}promoted"), "member", "/whoami"),
            "x-membership-role",
            "member",
        );
        send(&engine, claims).await.is(403, "auth.identity_override");
    }
    assert_eq!(calls.count(), 4);
}

/// The lookup is asked about a scope that the token names, and about nobody who has none.
#[tokio::test]
async fn d36_the_lookup_comes_after_the_credential_and_the_scope() {
    let (engine, _) = house_with(settings().membership(Members), Vec::new());
    let panics = || of("panics", "member", "/whoami");
    send(&engine, with(panics(), "x-tenant-id", "t_other"))
        .await
        .is(403, "auth.tenant_mismatch");
    send(&engine, without(panics(), "x-app-id"))
        .await
        .is(400, "auth.app_missing");
    send(
        &engine,
        with(panics(), "authorization", "Bearer panics.t_acme.member.1"),
    )
    .await
    .is(401, "auth.token_expired");
    // And an unknown path tells a member no more than a known one tells somebody who is none.
    send(&engine, of("gone", "member", "/nowhere"))
        .await
        .is(403, "auth.tenant_membership_required");
    send(&engine, of("stays", "member", "/nowhere"))
        .await
        .is(404, "route.not_found");
    assert_eq!(
        send(&engine, without(request("GET", "/ops/status"), "authorization"))
            .await
            .status,
        200
    );
}
