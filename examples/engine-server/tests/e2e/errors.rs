//! The contract's table of outcomes, on the wire.

use std::sync::Arc;
use std::time::Duration;

use guard::clock::{Clock, SystemClock};
use guard::context::{OpaqueId, TenantId};
use guard::credential::Identity;
use guard::credential::jwt::{Hs256Issuer, SharedSecret};
use guard::envelope::Gate;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::*;

const LIST: &str = "/projects/launch/masks";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Stands still.
#[derive(Debug)]
struct At(Duration);

impl Clock for At {
    fn wall(&self) -> Option<Duration> {
        Some(self.0)
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// A token of the owner, good for an hour from `now`.
fn minted(secret: &str, now: Duration) -> String {
    let tenant = TenantId::parse("t_demo").unwrap();
    let owner = Identity::builder(OpaqueId::parse("owner").unwrap()).tenant(tenant);
    let issuer = Hs256Issuer::new(SharedSecret::new(secret).unwrap()).clock(Arc::new(At(now)));
    let issued = issuer.issue(&owner.build().unwrap()).unwrap();
    issued.expose_token().to_owned()
}

/// A request that differs from a good one in one thing, and what becomes of it.
type Row = (&'static str, Call, u16, &'static str);

#[tokio::test]
async fn every_outcome_over_both_versions() {
    let running = start().await;
    let lock = json!({"approved": true, "actions": ["video_mask.erase"], "until_s": 4_000_000_000_u64});
    put(running.chain.policies(), Gate::StrategyLock, "lock/l_7", lock).await;
    seen().await;
    let now = SystemClock.wall().unwrap();
    for version in VERSIONS {
        let owner = log_in(&running, version, "owner").await;
        let viewer = log_in(&running, version, "viewer").await;
        let get = |path: &str| guarded(version, "GET", path, &owner);
        let post = |body: &str| guarded(version, "POST", "/video/masks", &owner).json(body);
        let broken = format!("{}x", &owner[..owner.len() - 1]);
        let rows: Vec<Row> = vec![
            (
                "no token",
                get(LIST).without("authorization"),
                401,
                "auth.token_missing",
            ),
            (
                "no token, no route",
                bare(version, "GET", "/nowhere"),
                401,
                "auth.token_missing",
            ),
            (
                "a token of nobody",
                get(LIST).with("authorization", "Bearer a.b.c"),
                401,
                "auth.token_invalid",
            ),
            (
                "a token that was changed",
                guarded(version, "GET", LIST, &broken),
                401,
                "auth.token_invalid",
            ),
            (
                "a token of another issuer",
                guarded(version, "GET", LIST, &minted("another secret of thirty-two bytes", now)),
                401,
                "auth.token_invalid",
            ),
            (
                "a token of yesterday",
                guarded(version, "GET", LIST, &minted(TOKENS_SECRET, now - DAY)),
                401,
                "auth.token_expired",
            ),
            (
                "a token of tomorrow",
                guarded(version, "GET", LIST, &minted(TOKENS_SECRET, now + DAY)),
                401,
                "auth.token_invalid",
            ),
            (
                "a token in the query",
                get(&format!("{LIST}?access_token={owner}")),
                400,
                "validation.error",
            ),
            ("no mode", get(LIST).without("x-mode"), 400, "auth.mode_missing"),
            (
                "no project",
                get(LIST).without("x-project-id"),
                400,
                "auth.project_missing",
            ),
            ("no app", get(LIST).without("x-app-id"), 400, "auth.app_missing"),
            (
                "422 as ENG-STD-003 wants it",
                post("{}").without("x-mode"),
                422,
                "auth.mode_missing",
            ),
            (
                "a legacy mode",
                get(LIST).with("x-mode", "prod"),
                400,
                "auth.mode_invalid",
            ),
            (
                "a malformed tenant",
                get(LIST).with("x-tenant-id", "demo"),
                400,
                "auth.tenant_invalid",
            ),
            (
                "two tenants",
                get(LIST).and("x-tenant-id", "t_demo"),
                400,
                "auth.header_duplicate",
            ),
            (
                "an environment",
                get(LIST).with("x-env", "prod"),
                400,
                "auth.env_forbidden",
            ),
            (
                "a tenant of others",
                get(LIST).with("x-tenant-id", "t_other"),
                403,
                "auth.tenant_mismatch",
            ),
            (
                "another user",
                get(LIST).with("x-user-id", "viewer"),
                403,
                "auth.identity_override",
            ),
            (
                "another role",
                get(LIST).with("x-membership-role", "admin"),
                403,
                "auth.identity_override",
            ),
            (
                "a role that is too low",
                guarded(version, "GET", "/reports/masks", &viewer),
                403,
                "auth.insufficient_role",
            ),
            (
                "another project in the path",
                get("/projects/other/masks"),
                400,
                "auth.context_mismatch",
            ),
            (
                "another tenant in the query",
                get(&format!("{LIST}?tenant_id=t_other")),
                400,
                "auth.context_mismatch",
            ),
            (
                "another tenant in the body",
                post(r#"{"tenant_id": "t_other", "name": "n", "points": []}"#),
                400,
                "auth.context_mismatch",
            ),
            ("no route", get("/nowhere"), 404, "route.not_found"),
            (
                "a flag that is off",
                get("/reports/masks").with("x-mode", "enterprise"),
                404,
                "route.not_found",
            ),
            (
                "no such method",
                guarded(version, "PUT", LIST, &owner),
                405,
                "route.method_not_allowed",
            ),
            (
                "a parameter",
                get(&format!("{LIST}?limit=many")),
                400,
                "validation.error",
            ),
            ("no JSON", post("{"), 400, "validation.error"),
            (
                "a field of another type",
                post(r#"{"name": 7, "points": []}"#),
                400,
                "validation.error",
            ),
            (
                "a polygon of one corner",
                post(r#"{"name": "n", "points": [[0, 0]]}"#),
                400,
                "validation.error",
            ),
            (
                "a path of two readings",
                get("/projects/launch%2fmasks"),
                400,
                "validation.error",
            ),
            (
                "no media type",
                post("{}").without("content-type"),
                415,
                "request.unsupported_media_type",
            ),
            (
                "an encoding",
                post("{}").with("content-encoding", "gzip"),
                415,
                "request.unsupported_media_type",
            ),
            ("a large body", post(&" ".repeat(70_000)), 413, "request.too_large"),
            (
                "an action without a lock",
                guarded(version, "DELETE", "/video/masks", &owner),
                403,
                "strategy_lock.approval_required",
            ),
            (
                "an action with a lock that nobody knows",
                guarded(version, "DELETE", "/video/masks", &owner).with("x-strategy-lock-id", "l_1"),
                403,
                "strategy_lock.approval_required",
            ),
            (
                "an action with a lock and without a verdict",
                guarded(version, "DELETE", "/video/masks", &owner).with("x-strategy-lock-id", "l_7"),
                403,
                "three_wise_verdict_required",
            ),
            (
                "a cursor of nowhere",
                get("/sse/chat/th_1").with("last-event-id", "canary"),
                410,
                "chat.cursor_invalid",
            ),
            (
                "a stream without token and ticket",
                bare(version, "GET", "/sse/chat/th_1"),
                401,
                "auth.ticket_missing",
            ),
            (
                "a number that is not carried exactly",
                guarded(version, "POST", "/canvas/c_1/renders", &owner)
                    .json(r#"{"width": 1, "height": 1, "points": [], "seed": 9007199254740993}"#),
                400,
                "validation.error",
            ),
            (
                "a stream of a mode that is not served",
                get("/sse/chat/th_1").with("x-mode", "saas"),
                403,
                "chat.backend_forbidden",
            ),
            (
                "a store that forgets",
                get(LIST).with("x-mode", "saas"),
                403,
                "video_mask.backend_forbidden",
            ),
        ];
        for (what, call, status, code) in rows {
            let answer = call.send(&running).await;
            assert_eq!(answer.error(), (status, code.to_owned()), "{what}, {version:?}");
        }
    }
}

#[tokio::test]
async fn what_goes_with_an_error() {
    let running = start().await;
    for version in VERSIONS {
        let token = log_in(&running, version, "owner").await;
        let missing = bare(version, "GET", LIST).send(&running).await;
        assert_eq!(missing.headers["www-authenticate"], "Bearer");
        let method = guarded(version, "PUT", LIST, &token).send(&running).await;
        assert_eq!(method.headers["allow"], "GET, HEAD");

        let body = r#"{"name": "n", "points": [[0, 0], ["canary", 0]]}"#;
        let invalid = guarded(version, "POST", "/video/masks", &token)
            .json(body)
            .send(&running)
            .await;
        let envelope = invalid.envelope();
        assert_eq!(envelope.resource_kind(), Some("video_mask"));
        let issue = &envelope.details()["errors"][0];
        assert_eq!(issue["loc"], serde_json::json!(["body", "points", "1", "0"]));
        assert_eq!(issue["type"], "type_error");
        assert!(!String::from_utf8_lossy(&invalid.body).contains("canary"));

        let gate = guarded(version, "DELETE", "/video/masks", &token)
            .send(&running)
            .await
            .envelope();
        assert_eq!(gate.gate().unwrap().as_str(), "strategy_lock");
        assert_eq!(gate.action_name(), Some("video_mask.erase"));
    }
}

#[tokio::test]
async fn a_kill_switch_acts_on_the_next_request() {
    let running = start().await;
    for version in VERSIONS {
        let token = log_in(&running, version, "owner").await;
        let body = r#"{"name": "n", "points": [[0, 0], [1, 0], [1, 1]]}"#;
        let make = guarded(version, "POST", "/video/masks", &token).json(body);
        make.clone().send(&running).await.ok();
        kill(running.chain.policies(), "video_mask.create", true).await;
        seen().await;
        assert_eq!(
            make.clone().send(&running).await.error(),
            (403, "kill_switch.blocked".to_owned())
        );
        guarded(version, "GET", LIST, &token).send(&running).await.ok();
        kill(running.chain.policies(), "video_mask.create", false).await;
        seen().await;
        make.send(&running).await.ok();
    }
}

#[tokio::test]
async fn a_refused_login_does_not_tell_why() {
    let running = start().await;
    for version in VERSIONS {
        let mut bodies = Vec::new();
        for (user, secret) in [("owner", "canary"), ("nobody", LOGIN_SECRET), ("nobody", ""), ("", "")] {
            let body = serde_json::json!({"user": user, "secret": secret}).to_string();
            let answer = bare(version, "POST", "/auth/login").json(&body).send(&running).await;
            assert_eq!(answer.error(), (401, "auth.login_refused".to_owned()));
            bodies.push(answer.body);
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1);
        let answer = bare(version, "POST", "/auth/login").json(r#"{"user": "owner", "secret": ["canary"]}"#);
        let answer = answer.send(&running).await;
        assert_eq!(answer.error(), (400, "validation.error".to_owned()));
        assert!(!String::from_utf8_lossy(&answer.body).contains("canary"));
    }
}

/// The route gives its requests five seconds.
#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let running = start().await;
    let token = log_in(&running, http::Version::HTTP_11, "owner").await;
    let head = format!(
        "POST /video/masks HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\nx-mode: lab\r\n\
         x-tenant-id: t_demo\r\nx-project-id: launch\r\nx-app-id: studio\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    );
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    patient(stream.read_to_string(&mut answer)).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 504 ") && answer.contains(r#""code":"request.timeout""#),
        "{answer}"
    );
}
