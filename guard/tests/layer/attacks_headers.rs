//! Section B: headers and request parsing.

use http::{HeaderValue, Request};

use crate::house::*;
use crate::support::*;

const IDENTITY: [(&str, &str, &str); 4] = [
    ("x-mode", "saas", "auth.mode_invalid"),
    ("x-tenant-id", "t_acme", "auth.tenant_invalid"),
    ("x-project-id", "launch", "auth.project_invalid"),
    ("x-app-id", "studio", "auth.app_invalid"),
];

#[tokio::test]
async fn b14_duplicate_identity_header() {
    let (engine, calls) = house();
    let others = [
        ("x-surface-id", "s", ""),
        ("x-user-id", "u_1", ""),
        ("x-membership-role", "member", ""),
        ("x-request-id", "r", ""),
        ("x-trace-id", "t", ""),
        ("x-run-id", "r", ""),
        ("x-step-id", "s", ""),
        ("x-strategy-lock-id", "s", ""),
        ("x-three-wise-id", "w", ""),
        ("authorization", "Bearer u_1.t_acme.member", ""),
        ("last-event-id", "1", ""),
        ("host", "a", ""),
        ("content-type", "application/json", ""),
        ("content-encoding", "identity", ""),
    ];
    for (name, value, _) in IDENTITY.into_iter().chain(others) {
        for second in [value, "", "t_other"] {
            let twice = and(with(request("GET", "/whoami"), name, value), name, second);
            let answer = send(&engine, twice).await;
            answer.is(400, "auth.header_duplicate");
            assert_eq!(answer.error()["details"]["header"], name);
        }
    }
    assert_eq!(calls.count(), 0);
    let once = others
        .iter()
        .filter(|(name, ..)| *name != "content-encoding")
        .fold(request("GET", "/whoami"), |request, (name, value, _)| {
            with(request, name, value)
        });
    assert_eq!(send(&engine, once).await.status, 200);
    // Refused on an exempt route too, and before the credential.
    let exempt = and(
        and(request("GET", "/ops/status"), "x-app-id", "b"),
        "authorization",
        "x",
    );
    send(&engine, exempt).await.is(400, "auth.header_duplicate");
}

#[tokio::test]
async fn b15_malformed_values() {
    let (engine, calls) = house();
    let long = "a".repeat(129);
    for (name, good, code) in IDENTITY
        .into_iter()
        .chain([("x-surface-id", "s", "auth.surface_invalid")])
    {
        let joined = format!("{good},{good}");
        let spaced = format!("{good}, {good}");
        let wide: String = good
            .chars()
            .map(|c| char::from_u32(c as u32 + 0xfee0).unwrap_or(c))
            .collect();
        let values: [&[u8]; 10] = [
            b"",
            b" ",
            joined.as_bytes(),
            spaced.as_bytes(),
            long.as_bytes(),
            b"\xff\xfe",
            wide.as_bytes(),
            "é".as_bytes(),
            b"a\tb",
            b"a b",
        ];
        for value in values {
            let mut request = request("GET", "/whoami");
            request
                .headers_mut()
                .insert(name, HeaderValue::from_bytes(value).unwrap());
            send(&engine, request).await.is(400, code);
        }
        assert!(HeaderValue::from_bytes(b"a\0b").is_err(), "NUL is no value at all");
    }
    for value in ["T_ACME", "acme", "t_", "t_a.b", "t_a/b", "t_Acme", "t_acme "] {
        send(&engine, with(request("GET", "/whoami"), "x-tenant-id", value))
            .await
            .is(400, "auth.tenant_invalid");
    }
    for value in ["dev", "development", "staging", "stage", "prod", "production", "PROD"] {
        let answer = send(&engine, with(request("GET", "/whoami"), "x-mode", value)).await;
        answer.is(400, "auth.mode_invalid");
        assert!(
            answer.text().contains(&value.to_lowercase()),
            "refused by name: {}",
            answer.text()
        );
    }
    assert_eq!(calls.count(), 0);
    for (value, stored) in [("SaaS", "saas"), ("LAB", "lab"), ("enterprise", "enterprise")] {
        let answer = send(&engine, with(request("GET", "/whoami"), "x-mode", value)).await;
        assert!(
            answer.text().contains(&format!("\"mode\":\"{stored}\"")),
            "{}",
            answer.text()
        );
    }
    let mut squared = request("GET", "/whoami");
    squared
        .headers_mut()
        .insert("x-surface-id", HeaderValue::from_bytes("SQUARED²".as_bytes()).unwrap());
    assert!(
        send(&engine, squared)
            .await
            .text()
            .contains("\"surface_id\":\"squared2\"")
    );
}

#[tokio::test]
async fn b15_carried_ids_are_shaped_too() {
    let (engine, calls) = house();
    for name in [
        "x-request-id",
        "x-trace-id",
        "x-run-id",
        "x-step-id",
        "x-strategy-lock-id",
        "x-three-wise-id",
        "x-user-id",
        "x-membership-role",
    ] {
        for value in ["", "a,b", "a b", "é", &"a".repeat(129)] {
            let mut request = request("GET", "/whoami");
            request
                .headers_mut()
                .insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            let answer = send(&engine, request).await;
            answer.is(400, "validation.error");
            let echoed = &answer.headers["x-request-id"];
            assert!(
                !echoed.is_empty() && echoed != value,
                "an error about the id is answered under a new one"
            );
        }
    }
    assert_eq!(calls.count(), 0);
}

#[tokio::test]
async fn b16_underscore_twins() {
    let (engine, calls) = house();
    for (name, code) in [
        ("x_mode", "auth.mode_invalid"),
        ("x_tenant_id", "auth.tenant_invalid"),
        ("x-tenant_id", "auth.tenant_invalid"),
        ("x_project_id", "auth.project_invalid"),
        ("x_app_id", "auth.app_invalid"),
        ("x_surface_id", "auth.surface_invalid"),
        ("x_user_id", "validation.error"),
        ("x_membership_role", "validation.error"),
        ("last_event_id", "validation.error"),
        ("x_request_id", "validation.error"),
        ("x_env", "auth.env_forbidden"),
        ("content_type", "validation.error"),
    ] {
        // Beside the real header, and instead of it.
        send(&engine, with(request("GET", "/whoami"), name, "t_acme"))
            .await
            .is(400, code);
        let dashed = name.replace('_', "-");
        let mut instead = with(request("GET", "/whoami"), name, "t_acme");
        instead.headers_mut().remove(dashed);
        send(&engine, instead).await.is(400, code);
    }
    assert_eq!(calls.count(), 0);
    assert_eq!(
        send(&engine, with(request("GET", "/whoami"), "x_other", "1"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn b17_names_in_any_case() {
    let (engine, _) = house();
    let request = Request::builder()
        .uri("/whoami")
        .header("AUTHORIZATION", "Bearer u_1.t_acme.member")
        .header("X-MODE", "saas")
        .header("X-Tenant-ID", "t_acme")
        .header("X-PROJECT-id", "launch")
        .header("X-aPP-Id", "studio")
        .body(Body::empty())
        .unwrap();
    assert_eq!(send(&engine, request).await.status, 200);
}

#[tokio::test]
async fn b18_forwarded_headers_change_nothing() {
    let (engine, _) = house();
    let plain = send(&engine, with(request("GET", "/whoami"), "x-request-id", "r")).await;
    for name in [
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "forwarded",
        "x-forwarded-prefix",
        "x-real-ip",
        "x-original-host",
    ] {
        let forwarded = send(
            &engine,
            with(with(request("GET", "/whoami"), "x-request-id", "r"), name, "127.0.0.1"),
        )
        .await;
        assert_eq!(
            (forwarded.status, forwarded.text()),
            (plain.status, plain.text()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn b19_two_hosts() {
    let (engine, calls) = house();
    for uri in [
        "http://evil/whoami",
        "http://a:80/whoami",
        "http://u@a/whoami",
        "http://a.evil/whoami",
    ] {
        send(&engine, with(request("GET", uri), "host", "a"))
            .await
            .is(400, "validation.error");
    }
    send(&engine, and(with(request("GET", "/whoami"), "host", "a"), "host", "b"))
        .await
        .is(400, "auth.header_duplicate");
    assert_eq!(calls.count(), 0);
    for request in [
        with(request("GET", "http://A/whoami"), "host", "a"),
        request("GET", "http://a/whoami"),
        with(request("GET", "/whoami"), "host", "a"),
    ] {
        assert_eq!(send(&engine, request).await.status, 200);
    }
}

#[tokio::test]
async fn b20_transfer_encoding_without_a_body() {
    let (engine, calls) = house();
    for method in ["GET", "HEAD"] {
        let answer = send(
            &engine,
            with(request(method, "/whoami"), "transfer-encoding", "chunked"),
        )
        .await;
        assert_eq!(answer.status, 400);
    }
    assert_eq!(calls.count(), 0);
    assert_eq!(
        send(&engine, with(request("POST", "/echo"), "transfer-encoding", "chunked"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn b21_query_is_compared() {
    let (engine, calls) = house();
    for query in [
        "tenant_id=t_other",
        "tenant_id=",
        "tenant_id",
        "tenant%5Fid=t_other",
        "%74enant_id=t_other",
        "tenant_id[]=t_other",
        "tenant_id%5B%5D=t_other",
        "tenant_id[0]=t_acme&tenant_id=t_acme",
        "tenant_id=t_acme&tenant_id=t_other",
        "a=1;tenant_id=t_other",
        "tenant_id=t_acme;b=1",
        "tenant_id=t_acme&tenant_id=t_acme",
        "mode=SAAS",
        "mode=lab",
        "project_id=other",
        "app_id=other",
        "surface_id=s",
        "user_id=u_2",
        "tenant_id=t_acme%00",
        "tenant_id=t_acme%20",
        "tenant_id=t_acme+",
        "tenant_id=%ff",
    ] {
        send(&engine, request("GET", &format!("/whoami?{query}")))
            .await
            .is(400, "auth.context_mismatch");
    }
    assert_eq!(calls.count(), 0);
    for query in [
        "",
        "tenant_id=t_acme",
        "tenant%5fid=t%5facme",
        "mode=saas&project_id=launch&app_id=studio&user_id=u_1",
        "tenant=t_other",
        "x=tenant_id=t_other",
    ] {
        assert_eq!(
            send(&engine, request("GET", &format!("/whoami?{query}"))).await.status,
            200,
            "{query}"
        );
    }
    // It never supplies a missing value.
    let missing = without(request("GET", "/whoami?app_id=studio"), "x-app-id");
    send(&engine, missing).await.is(400, "auth.app_missing");
}

#[tokio::test]
async fn b22_claims_are_compared() {
    let (engine, calls) = house();
    for (name, value) in [
        ("x-user-id", "u_2"),
        ("x-user-id", "U_1"),
        ("x-membership-role", "owner"),
        ("x-membership-role", "Member"),
    ] {
        let answer = send(&engine, with(request("GET", "/whoami"), name, value)).await;
        answer.is(403, "auth.identity_override");
        assert_eq!(answer.error()["details"]["header"], name);
    }
    let role = with(request("GET", "/owners"), "x-membership-role", "owner");
    send(&engine, role).await.is(403, "auth.identity_override");
    assert_eq!(calls.count(), 0);
    let same = with(
        with(request("GET", "/whoami"), "x-user-id", "u_1"),
        "x-membership-role",
        "member",
    );
    assert_eq!(send(&engine, same).await.status, 200);
}
