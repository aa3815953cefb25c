//! The gate in the chain of an engine, with requests.

use axum::body::Body;
use cedar_gate::CedarGate;
use guard::context::{OpaqueId, TenantId};
use guard::credential::Identity;
use guard::credential::jwt::{Hs256Issuer, JwtVerifier, SharedSecret};
use guard::engine_route;
use guard::envelope::Envelope;
use guard::gate::Chain;
use guard::layer::Settings;
use guard::registry::Engine;
use guard::store::{Memory, Stores};
use http::Request;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

const POLICIES: &str = r#"
    permit(principal, action, resource == Project::"t_acme/lab/launch");
    forbid(principal, action == Action::"render.start", resource) unless { context.role == "owner" };
"#;

#[engine_route(method = POST, path = "/renders", router = "engines.renders", resource_kind = "render", action = "render.start")]
async fn render() -> Envelope<()> {
    Envelope::new(())
}

#[engine_route(method = POST, path = "/notes", router = "engines.notes", resource_kind = "note", action = "notes.add")]
async fn note() -> Envelope<()> {
    Envelope::new(())
}

/// The status and the body that a user with this role in `t_acme` gets in a project.
async fn sent(role: Option<&str>, project: &str, path: &str) -> (u16, Value) {
    let secret = SharedSecret::new("0123456789abcdef0123456789abcdef-canary").unwrap();
    let tenant = TenantId::parse("t_acme").unwrap();
    let user = Identity::builder(OpaqueId::parse("u_1").unwrap()).tenant(tenant.clone());
    let user = role.into_iter().fold(user, |user, role| user.role(&tenant, role));
    let token = Hs256Issuer::new(secret.clone()).issue(&user.build().unwrap()).unwrap();
    let chain = Chain::builder(&Stores::of(Memory::default()));
    let chain = chain.gate(CedarGate::parse(POLICIES).unwrap()).start().await.unwrap();
    let tokens = JwtVerifier::with_shared_secrets([secret]).build().unwrap();
    let engine = Engine::new(Settings::new(tokens).gates(chain), guard::routes![render, note]).unwrap();
    let request = Request::post(path)
        .header("authorization", format!("Bearer {}", token.expose_token()))
        .header("x-mode", "lab")
        .header("x-tenant-id", "t_acme")
        .header("x-project-id", project)
        .header("x-app-id", "studio")
        .body(Body::empty())
        .unwrap();
    let answer = engine.oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn what_the_policies_permit_passes() {
    assert_eq!(sent(Some("member"), "launch", "/notes").await.0, 200);
    assert_eq!(sent(Some("owner"), "launch", "/renders").await.0, 200);
}

#[tokio::test]
async fn what_they_do_not_permit_is_refused_with_the_code_of_the_place() {
    for (role, project, path) in [
        (Some("member"), "launch", "/renders"),
        (Some("owner"), "elsewhere", "/renders"),
        (None, "elsewhere", "/notes"),
    ] {
        let (status, body) = sent(role, project, path).await;
        let error = &body["error"];
        assert_eq!(
            (status, &error["code"]),
            (403, &"strategy_lock.approval_required".into())
        );
        assert_eq!(error["details"]["reason"], "not_permitted", "{role:?} {project} {path}");
    }
}

#[tokio::test]
async fn a_policy_that_fails_denies() {
    // Without a role Cedar skips the `forbid` that asks for one.
    let (status, body) = sent(None, "launch", "/renders").await;
    assert_eq!(
        (status, &body["error"]["details"]["reason"]),
        (403, &"policy_failed".into())
    );
}

#[test]
fn what_is_no_cedar_is_said() {
    let error = CedarGate::parse("permit(principal, action);").unwrap_err().to_string();
    assert!(error.starts_with("the policies are no Cedar: "), "{error}");
}
