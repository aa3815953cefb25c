//! An engine with one route of each kind, a verifier that reads the token as a list of facts, and requests to send.

use std::sync::Arc;
use std::time::Duration;

use guard::clock::Clock;
use guard::context::{OpaqueId, TenantId};
use guard::credential::{Identity, TokenError, Verification, VerifyToken};
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use tower_service::Service;

pub(crate) type Body = axum::body::Body;

/// `user.tenant.role`, or `user.tenant.role.exp`; `expired` and `bad` speak for themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tokens;

/// The second at which the tests' clock stands.
pub(crate) const NOW: u64 = 1_800_000_000;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopped;

impl Clock for Stopped {
    fn wall(&self) -> Option<Duration> {
        Some(Duration::from_secs(NOW))
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

impl VerifyToken for Tokens {
    fn verify(&self, token: &str, _: Duration) -> Verification {
        if token == "panics" {
            panic!("canary of a verifier");
        }
        Verification::Done(identity(token))
    }
}

pub(crate) fn identity(token: &str) -> Result<Arc<Identity>, TokenError> {
    let mut parts = token.split('.');
    let (Some(user), Some(tenant), Some(role)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(TokenError::invalid("not three parts"));
    };
    let tenant = TenantId::parse(tenant).map_err(TokenError::invalid)?;
    let user = OpaqueId::parse(user).map_err(TokenError::invalid)?;
    let builder = Identity::builder(user).tenant(tenant.clone()).role(&tenant, role);
    if let Some("tampered") = parts.clone().next() {
        return Err(TokenError::invalid("canary of a verifier"));
    }
    let identity = match parts.next() {
        None => builder.expires_at(NOW + 60),
        Some("never") => builder,
        Some(end) => builder.expires_at(end.parse().map_err(TokenError::invalid)?),
    };
    identity.build().map(Arc::new).map_err(TokenError::invalid)
}

/// A request with every good header.
pub(crate) fn request(method: &str, path: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", "Bearer u_1.t_acme.member")
        .header("x-mode", "saas")
        .header("x-tenant-id", "t_acme")
        .header("x-project-id", "launch")
        .header("x-app-id", "studio")
        .body(Body::empty())
        .unwrap()
}

/// The request without a header.
pub(crate) fn without(mut request: Request<Body>, name: &str) -> Request<Body> {
    request.headers_mut().remove(name).unwrap();
    request
}

/// The request with a header set.
pub(crate) fn with(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

/// The request with one more header.
pub(crate) fn and(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    request.headers_mut().append(name, value.parse().unwrap());
    request
}

/// The request with a JSON body.
pub(crate) fn with_json(request: Request<Body>, body: &str) -> Request<Body> {
    with(request, "content-type", "application/json").map(|_| Body::from(body.to_owned()))
}

/// A response that was read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    /// `error.code`, after a check that the whole is an envelope of this status.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        let envelope: guard::envelope::ErrorEnvelope = serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()));
        assert_eq!(envelope.http_status().as_u16(), self.status);
        assert_eq!(self.headers["content-type"], "application/json");
        assert!(!self.headers["x-request-id"].is_empty());
        envelope.code().to_owned()
    }

    /// Status and code.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, code: &str) {
        assert_eq!((self.status, &*self.code()), (status, code), "{}", self.text());
    }

    pub(crate) fn error(&self) -> Value {
        serde_json::from_slice::<Value>(&self.body).unwrap()["error"].take()
    }
}

/// Sends a request to a service that cannot fail.
pub(crate) async fn send<S, B>(service: &S, request: Request<Body>) -> Answer
where
    S: Service<Request<Body>, Response = Response<B>, Error = std::convert::Infallible> + Clone,
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let Ok(response) = service.clone().oneshot(request).await;
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}
