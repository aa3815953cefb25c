//! What a client does in a day.

use serde_json::json;

use crate::support::*;

const MASK: &str = r#"{"tenant_id": "t_demo", "name": "left", "points": [[0, 0], [4, 0], [4, 3]]}"#;

#[tokio::test]
async fn from_login_to_ticket() {
    for version in VERSIONS {
        let running = start().await;
        let answer = bare(version, "GET", "/ops/status").send(&running).await;
        assert_eq!(answer.ok(), json!({"data": {"status": "ok"}}));

        let token = log_in(&running, version, "owner").await;
        let call = |method, path: &str| guarded(version, method, path, &token);
        let empty = call("GET", "/projects/launch/masks").send(&running).await;
        assert_eq!(empty.ok(), json!({"data": []}));

        let mask = json!({"id": 1, "name": "left", "area": 6.0});
        let made = call("POST", "/video/masks").json(MASK).send(&running).await;
        assert_eq!(made.ok(), json!({"data": mask}));
        let repeated = "/projects/launch/masks?tenant_id=t_demo&project_id=launch&limit=7";
        assert_eq!(call("GET", repeated).send(&running).await.ok(), json!({"data": [mask]}));
        let other = call("GET", "/projects/other/masks").with("x-project-id", "other");
        assert_eq!(
            other.send(&running).await.ok(),
            json!({"data": []}),
            "of the project alone"
        );
        let report = call("GET", "/reports/masks").send(&running).await;
        assert_eq!(report.ok(), json!({"data": {"masks": 1, "area": 6.0}}));

        let ticket = call("POST", "/api/auth/ticket").send(&running).await;
        assert_eq!(ticket.headers["cache-control"], "no-store");
        let ticket = ticket.ok();
        assert_eq!(ticket["expires_in"], 300);
        assert_eq!(ticket["ticket"].as_str().unwrap().split('.').count(), 2);
        let bound = call("POST", "/api/auth/ticket").json(r#"{"route": "/sse/chat/th_1"}"#);
        assert_ne!(bound.send(&running).await.ok()["ticket"], ticket["ticket"]);
    }
}

#[tokio::test]
async fn a_ticket_is_no_token() {
    let running = start().await;
    let [version, _] = VERSIONS;
    let token = log_in(&running, version, "owner").await;
    let ticket = guarded(version, "POST", "/api/auth/ticket", &token)
        .send(&running)
        .await
        .ok();
    let ticket = ticket["ticket"].as_str().unwrap();
    let answer = guarded(version, "GET", "/projects/launch/masks", ticket)
        .send(&running)
        .await;
    assert_eq!(answer.error(), (401, "auth.token_invalid".to_owned()));
}

#[tokio::test]
async fn the_default_tenant_serves_where_none_is_named() {
    let running = start().await;
    for version in VERSIONS {
        let token = log_in(&running, version, "viewer").await;
        let call = guarded(version, "GET", "/projects/launch/masks", &token).without("x-tenant-id");
        assert_eq!(call.send(&running).await.ok(), json!({"data": []}));
    }
}

#[tokio::test]
async fn a_head_request_has_no_body() {
    let running = start().await;
    for version in VERSIONS {
        let token = log_in(&running, version, "owner").await;
        let answer = guarded(version, "HEAD", "/projects/launch/masks", &token)
            .send(&running)
            .await;
        assert_eq!((answer.status, answer.body.len()), (200, 0));
        let answer = bare(version, "HEAD", "/nowhere").send(&running).await;
        assert_eq!((answer.status, answer.body.len()), (401, 0));
    }
}

#[tokio::test]
async fn a_request_keeps_its_id() {
    let running = start().await;
    for version in VERSIONS {
        let answer = bare(version, "GET", "/nowhere")
            .with("x-request-id", "r-1")
            .send(&running)
            .await;
        assert_eq!(answer.headers["x-request-id"], "r-1");
    }
}
