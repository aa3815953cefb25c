//! Section 2 of the contract, row by row, and the overrides of a route.

use std::time::Duration;

use guard::clock::Clock;
use guard::layer::Settings;

use crate::house::*;
use crate::support::*;

#[tokio::test]
async fn identity_headers_missing() {
    let (engine, calls) = house();
    for (header, code) in [
        ("x-mode", "auth.mode_missing"),
        ("x-tenant-id", "auth.tenant_missing"),
        ("x-project-id", "auth.project_missing"),
        ("x-app-id", "auth.app_missing"),
    ] {
        for (path, status, kind) in [
            ("/whoami", 400, None),
            ("/strict", 422, Some("thing")),
            ("/hard", 401, None),
            ("/nowhere", 400, None),
        ] {
            let answer = send(&engine, without(request("GET", path), header)).await;
            answer.is(status, code);
            assert_eq!(answer.error()["resource_kind"].as_str(), kind);
            assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401);
        }
        // Only a missing header has the route's status.
        send(&engine, with(request("GET", "/strict"), header, "a,b"))
            .await
            .is(400, &code.replace("missing", "invalid"));
    }
    assert_eq!(calls.count(), 0);
}

#[tokio::test]
async fn credentials() {
    let (engine, calls) = house();
    for (token, status, code) in [
        ("Bearer nonsense", 401, "auth.token_invalid"),
        ("Bearer  u_1.t_acme.member", 401, "auth.token_invalid"),
        ("Bearer", 401, "auth.token_invalid"),
        ("Basic dTpw", 401, "auth.token_missing"),
        ("u_1.t_acme.member", 401, "auth.token_missing"),
        ("Bearer u_1.t_acme.member.tampered", 401, "auth.token_invalid"),
        ("Bearer u_1.t_acme.member.0", 401, "auth.token_expired"),
        ("Bearer u_1.t_other.member", 403, "auth.tenant_mismatch"),
    ] {
        let answer = send(&engine, with(request("GET", "/whoami"), "authorization", token)).await;
        answer.is(status, code);
        assert_eq!(
            answer.headers.contains_key("www-authenticate"),
            status == 401,
            "{token}"
        );
    }
    send(&engine, without(request("GET", "/whoami"), "authorization"))
        .await
        .is(401, "auth.token_missing");
    assert_eq!(calls.count(), 0);
    for scheme in ["bearer", "BEARER"] {
        let request = with(
            request("GET", "/whoami"),
            "authorization",
            &format!("{scheme} u_1.t_acme.member"),
        );
        assert_eq!(send(&engine, request).await.status, 200);
    }
}

#[tokio::test]
async fn a_token_ends_at_its_second() {
    let (engine, _) = house();
    let until = |second: u64| {
        with(
            request("GET", "/whoami"),
            "authorization",
            &format!("Bearer u_1.t_acme.member.{second}"),
        )
    };
    send(&engine, until(NOW - 1)).await.is(401, "auth.token_expired");
    send(&engine, until(NOW)).await.is(401, "auth.token_expired");
    assert_eq!(send(&engine, until(NOW + 1)).await.status, 200);
}

#[tokio::test]
async fn a_token_without_an_end_is_for_the_lab() {
    let (engine, calls) = house();
    let endless = |mode: &str| {
        with(
            with(
                request("GET", "/whoami"),
                "authorization",
                "Bearer u_1.t_acme.member.never",
            ),
            "x-mode",
            mode,
        )
    };
    for mode in ["saas", "enterprise", "SAAS"] {
        send(&engine, endless(mode)).await.is(401, "auth.token_invalid");
    }
    assert_eq!(calls.count(), 0);
    assert_eq!(send(&engine, endless("lab")).await.status, 200);
}

#[tokio::test]
async fn a_clock_that_does_not_know_the_time() {
    #[derive(Debug)]
    struct Broken;
    impl Clock for Broken {
        fn wall(&self) -> Option<Duration> {
            None
        }
        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }
    }
    let (engine, calls) = house_with(settings().clock(Broken), Vec::new());
    let answer = send(&engine, request("GET", "/whoami")).await;
    answer.is(503, "http.exception");
    assert_eq!(answer.headers["retry-after"], "1");
    assert_eq!(calls.count(), 0);
    let answer = send(&engine, without(request("GET", "/ops/status"), "authorization")).await;
    assert_eq!(answer.status, 200, "an exempt route asks for no time");
}

#[tokio::test]
async fn roles() {
    let (engine, calls) = house();
    let with_role = |role: &str| {
        with(
            request("GET", "/owners"),
            "authorization",
            &format!("Bearer u_1.t_acme.{role}"),
        )
    };
    for role in ["member", "Owner", "owner2"] {
        let answer = send(&engine, with_role(role)).await;
        answer.is(403, "auth.insufficient_role");
        assert_eq!(answer.error()["resource_kind"], "thing");
    }
    assert_eq!(calls.count(), 0);
    for role in ["owner", "admin"] {
        assert_eq!(send(&engine, with_role(role)).await.status, 200);
    }
}

#[tokio::test]
async fn request_ids() {
    let (engine, _) = house();
    let answer = send(&engine, with(request("GET", "/whoami"), "x-request-id", "mine")).await;
    assert_eq!(answer.headers["x-request-id"], "mine");
    assert!(answer.text().contains("\"request_id\":\"mine\""));
    let answer = send(&engine, request("GET", "/whoami")).await;
    let id = answer.headers["x-request-id"].to_str().unwrap();
    assert_eq!((id.len(), &id[14..15]), (36, "4"), "a UUID: {id}");
    assert!(answer.text().contains(id), "the handler sees the same");
    for request in [
        without(with(request("GET", "/x"), "x-request-id", "mine"), "authorization"),
        with(request("GET", "//"), "x-request-id", "mine"),
        with(request("GET", "/ops/status"), "x-request-id", "mine"),
    ] {
        assert_eq!(send(&engine, request).await.headers["x-request-id"], "mine");
    }
}

#[tokio::test]
async fn a_token_in_the_query() {
    let (engine, calls) = house();
    send(&engine, request("GET", "/whoami?access_token=x"))
        .await
        .is(400, "validation.error");
    let instead = without(
        request("GET", "/whoami?access_token=u_1.t_acme.member"),
        "authorization",
    );
    send(&engine, instead).await.is(401, "auth.token_missing");
    assert_eq!(calls.count(), 0);
}

#[tokio::test]
async fn the_tenant_of_a_token_serves_where_none_is_named() {
    use guard::credential::{Identity, Verification, VerifyToken};

    struct WithDefault;
    impl VerifyToken for WithDefault {
        fn verify(&self, _: &str, _: Duration) -> Verification {
            let tenants: [guard::context::TenantId; 2] = ["t_acme".parse().unwrap(), "t_home".parse().unwrap()];
            let identity = Identity::builder("u_1".parse().unwrap())
                .tenant(tenants[0].clone())
                .tenant(tenants[1].clone());
            let identity = identity
                .default_tenant(tenants[1].clone())
                .expires_at(NOW + 1)
                .build()
                .unwrap();
            Verification::Done(Ok(identity.into()))
        }
    }
    let settings = Settings::new(WithDefault)
        .clock(Stopped)
        .gates(Gates)
        .flags(|_: &str, _: guard::context::Mode| Ok(true));
    let (engine, _) = house_with(settings, Vec::new());
    let answer = send(&engine, without(request("GET", "/whoami"), "x-tenant-id")).await;
    assert!(answer.text().contains("\"tenant_id\":\"t_home\""), "{}", answer.text());
    let answer = send(&engine, request("GET", "/whoami")).await;
    assert!(
        answer.text().contains("\"tenant_id\":\"t_acme\""),
        "never substituted: {}",
        answer.text()
    );
    // Malformed is not absent.
    send(&engine, with(request("GET", "/whoami"), "x-tenant-id", ""))
        .await
        .is(400, "auth.tenant_invalid");
    send(&engine, with(request("GET", "/whoami"), "x-tenant-id", "t_other"))
        .await
        .is(403, "auth.tenant_mismatch");
}
