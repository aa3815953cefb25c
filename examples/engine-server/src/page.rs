//! The page, in front of the engine.
//!
//! It is no route: it holds nothing of anybody, and a real engine has it on a CDN or a proxy. What is not `GET /` goes to the
//! engine as it came.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use guard::registry::Engine;
use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use sha2::{Digest, Sha256};
use tower::Service;

const PAGE: &str = include_str!("../page.html");

/// The page at `GET /`, and the engine behind it.
///
/// # Errors
///
/// Where the page's policy is no header, which its hashes always are.
pub fn in_front_of<B>(
    engine: Engine,
) -> Result<
    impl Service<Request<B>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + 'static,
    header::InvalidHeaderValue,
>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    let headers = Arc::new(headers()?);
    Ok(tower::service_fn(move |request: Request<B>| {
        let is_page = request.method() == Method::GET && request.uri().path() == "/";
        let (mut engine, headers) = (engine.clone(), Arc::clone(&headers));
        async move {
            if is_page {
                let mut page = Response::new(Body::from(PAGE));
                *page.headers_mut() = HeaderMap::clone(&headers);
                return Ok(page);
            }
            Ok(engine.call(request).await?.map(Body::new))
        }
    }))
}

/// The page runs its own script and nothing else, and speaks to its own origin.
fn headers() -> Result<HeaderMap, header::InvalidHeaderValue> {
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; connect-src 'self'; form-action 'none'; base-uri 'none'; \
         frame-ancestors 'none'",
        hash_of("script"),
        hash_of("style"),
    );
    let fixed = HeaderValue::from_static;
    Ok(HeaderMap::from_iter([
        (header::CONTENT_TYPE, fixed("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy)?),
        (header::REFERRER_POLICY, fixed("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (header::CACHE_CONTROL, fixed("no-cache")),
    ]))
}

/// The hash of what stands in the only element of this name.
fn hash_of(element: &str) -> String {
    let inside = PAGE
        .split_once(&format!("<{element}>"))
        .and_then(|(_, rest)| rest.split_once(&format!("</{element}>")));
    let inside = inside.map_or("", |(inside, _)| inside);
    format!("sha256-{}", STANDARD.encode(Sha256::digest(inside)))
}
