//! Attack h79: the contract between tower services.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use guard::context::TenantId;
use guard::credential::{Identity, TokenError, Verification, VerifyToken};
use guard::layer::{Finished, Guard, GuardLayer, Settings};
use guard::route::Method;
use http::{Request, Response};
use tower::ServiceExt;
use tower_layer::Layer;
use tower_service::Service;

use crate::house::*;
use crate::support::*;

/// A service that counts, and of which only the instance that was polled ready may be called.
#[derive(Debug)]
struct Inner {
    polls: u8,
    ready_after: u8,
    ready: bool,
    fault: Option<&'static str>,
    calls: Calls,
}

impl Inner {
    fn new(ready_after: u8, fault: Option<&'static str>) -> Self {
        Self {
            polls: 0,
            ready_after,
            ready: false,
            fault,
            calls: Calls::default(),
        }
    }
}

/// A clone is not ready, however ready the original is.
impl Clone for Inner {
    fn clone(&self) -> Self {
        if self.fault == Some("clone") {
            panic!("canary");
        }
        Self {
            polls: 0,
            ready: false,
            calls: self.calls.clone(),
            ..*self
        }
    }
}

impl Service<Request<Body>> for Inner {
    type Response = Response<Body>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, io::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        match self.fault {
            Some("not ready") => return Poll::Ready(Err(io::Error::other("canary"))),
            Some("panic in ready") => panic!("canary"),
            Some("never ready") => return Poll::Pending,
            _ => {}
        }
        self.polls += 1;
        if self.polls <= self.ready_after {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        assert!(std::mem::replace(&mut self.ready, false), "called before it was ready");
        self.calls.add();
        match self.fault {
            Some("panic in call") => panic!("canary"),
            Some("error") => Box::pin(async { Err(io::Error::other("canary")) }),
            _ => Box::pin(async { Ok(Response::new(Body::from("inner"))) }),
        }
    }
}

fn guarded(inner: Inner) -> Guard<Finished<Inner>> {
    let route = meta(Method::Get, "/a")
        .resource_kind("thing")
        .timeout(Duration::from_millis(100));
    GuardLayer::new(settings(), [route]).unwrap().layer(inner)
}

#[tokio::test]
async fn h79_the_service_that_was_ready_is_called() {
    for ready_after in [0, 1, 5] {
        let service = guarded(Inner::new(ready_after, None));
        assert_eq!(send(&service, request("GET", "/a")).await.text(), "inner");
        assert_eq!(send(&service, request("GET", "/a")).await.text(), "inner");
        let mut one = service.clone();
        for _ in 0..2 {
            let ready = ServiceExt::<Request<Body>>::ready(&mut one).await.unwrap();
            assert_eq!(ready.call(request("GET", "/a")).await.unwrap().status(), 200);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn h79_faults_of_the_inner_service() {
    for (fault, status, code, calls) in [
        ("not ready", 500, "internal.error", 0),
        ("panic in ready", 500, "internal.error", 0),
        ("never ready", 504, "request.timeout", 0),
        ("panic in call", 500, "internal.error", 1),
        ("error", 500, "internal.error", 1),
    ] {
        let inner = Inner::new(0, Some(fault));
        let seen = inner.calls.clone();
        let answer = send(&guarded(inner), request("GET", "/a")).await;
        answer.is(status, code);
        assert_eq!(answer.error()["resource_kind"], "thing", "{fault}");
        assert!(!answer.text().contains("canary"));
        assert_eq!(seen.count(), calls, "{fault}");
    }
}

/// A refusal does not wait for the inner service, and does not even clone it.
#[tokio::test]
async fn h79_a_refusal_needs_no_inner_service() {
    for fault in ["not ready", "panic in ready", "never ready", "clone"] {
        let mut service = guarded(Inner::new(0, Some(fault)));
        let response = service
            .call(without(request("GET", "/a"), "authorization"))
            .await
            .unwrap();
        assert_eq!(response.status(), 401, "{fault}");
    }
}

#[tokio::test]
async fn h79_a_clone_that_panics() {
    let mut service = guarded(Inner::new(0, Some("clone")));
    let response = service.call(request("GET", "/a")).await.unwrap();
    assert_eq!(response.status(), 500);
}

/// Judges after a while, whatever the token is made of.
struct Slow;

impl VerifyToken for Slow {
    fn verify(&self, token: &str, _: Duration) -> Verification {
        let token = token.to_owned();
        if token == "panics-at-once" {
            panic!("canary");
        }
        Verification::Later(Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            match &*token {
                "hangs" => std::future::pending().await,
                "panics" => panic!("canary"),
                "down" => Err(TokenError::unavailable("canary")),
                token => identity(token),
            }
        }))
    }
}

#[tokio::test(start_paused = true)]
async fn a_verifier_that_takes_its_time() {
    let (engine, calls) = house_with(
        Settings::new(Slow)
            .clock(Stopped)
            .gates(Gates)
            .flags(|_: &str, _: guard::context::Mode| Ok(true)),
        Vec::new(),
    );
    assert_eq!(send(&engine, request("GET", "/whoami")).await.status, 200);
    assert_eq!(calls.count(), 1);
    for (token, status, code) in [
        ("hangs", 504, "request.timeout"),
        ("panics", 500, "internal.error"),
        ("panics-at-once", 500, "internal.error"),
        ("down", 503, "http.exception"),
        ("x", 401, "auth.token_invalid"),
        ("u_1.t_other.member", 403, "auth.tenant_mismatch"),
        ("u_1.t_acme.member.1", 401, "auth.token_expired"),
    ] {
        for path in ["/whoami", "/nowhere"] {
            let answer = send(
                &engine,
                with(request("GET", path), "authorization", &format!("Bearer {token}")),
            )
            .await;
            answer.is(status, code);
            assert!(!answer.text().contains("canary"));
            assert_eq!(answer.headers.contains_key("retry-after"), status == 503);
        }
    }
    let body = with_json(request("POST", "/claim"), r#"{"tenant_id":"t_other"}"#);
    send(&engine, body).await.is(400, "auth.context_mismatch");
    send(&engine, request("GET", "/nowhere"))
        .await
        .is(404, "route.not_found");
    send(&engine, with(request("POST", "/act"), "x-run-id", "deny"))
        .await
        .is(403, "kill_switch.blocked");
    assert_eq!(calls.count(), 1);
}

/// The layer itself compares the end, however old a verifier's answer is.
#[tokio::test]
async fn a_verifier_that_remembers_too_long() {
    struct Always;
    impl VerifyToken for Always {
        fn verify(&self, _: &str, _: Duration) -> Verification {
            let tenant = TenantId::parse("t_acme").unwrap();
            let identity = Identity::builder("u_1".parse().unwrap())
                .tenant(tenant)
                .expires_at(NOW)
                .build()
                .unwrap();
            Verification::Done(Ok(Arc::new(identity)))
        }
    }
    let layer = GuardLayer::new(Settings::new(Always).clock(Stopped), [meta(Method::Get, "/a")]).unwrap();
    let service = layer.layer(tower::service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(Response::new(Body::empty()))
    }));
    send(&service, request("GET", "/a")).await.is(401, "auth.token_expired");
}

/// What is dropped while it waits stops, and harms nobody else.
#[tokio::test]
async fn a_caller_that_goes_away() {
    let (engine, _) = house();
    for path in ["/hang", "/whoami"] {
        let mut waiting = Box::pin(engine.clone().oneshot(request("GET", path)));
        let _ = futures_util::FutureExt::now_or_never(&mut waiting);
        drop(waiting);
    }
    assert_eq!(send(&engine, request("GET", "/whoami")).await.status, 200);
}
