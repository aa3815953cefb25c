//! The kit's check of cursors: a good engine passes it, and one that opens the stream all the same does not.

use std::time::Duration;

use guard::registry::{Engine, Route};
use guard::testing::{Claims, Conformance, MintError, MintToken, Report};
use http::Request;
use tower::ServiceExt;

use crate::support::*;

#[derive(Debug, Clone, Copy)]
struct Minted;

impl MintToken for Minted {
    fn mint(&self, claims: &Claims) -> Result<String, MintError> {
        Ok(format!("{}.{}.{}", claims.user, claims.tenant, claims.expires_at))
    }

    fn forge(&self, _: &Claims) -> Result<Option<String>, MintError> {
        Ok(None)
    }
}

fn house() -> Engine {
    let house = House::default();
    let mut routes = vec![Route::new(sse("/sse/chat/{id}", "chat").resource_kind("chat"), follow)];
    #[cfg(feature = "ws")]
    {
        use guard::route::Transport;
        routes.push(Route::new(
            streaming("/ws/chat/{id}", Transport::Websocket, "chat"),
            follow,
        ));
        routes.push(Route::new(
            streaming("/ws/hello/{id}", Transport::WebsocketHello, "chat"),
            follow,
        ));
    }
    Engine::new(house.settings(&house.streams().build()), routes).unwrap()
}

async fn report(engine: &Engine, change: fn(Request<Body>) -> Request<Body>) -> Report {
    let inner = engine.clone();
    let service = tower::service_fn(move |request: Request<Body>| {
        let inner = inner.clone();
        inner.oneshot(change(request))
    });
    Conformance::new(engine.manifest(), Minted)
        .now(Duration::from_secs(NOW))
        .run(service)
        .await
}

#[tokio::test]
async fn streams_are_held_against_the_contract_too() {
    let engine = house();
    let good = report(&engine, |request| request).await;
    good.assert_ok();
    let cursors = good.checks.iter().find(|row| row.name == "stream_cursor").unwrap();
    assert_eq!(cursors.outcomes, 6);
    let lax = report(&engine, |mut request| {
        request.headers_mut().remove("last-event-id");
        request
    });
    let failed: Vec<_> = lax
        .await
        .checks
        .into_iter()
        .filter(|row| row.failed > 0)
        .map(|row| row.name)
        .collect();
    // That a cursor given twice is refused is another check of its own.
    assert_eq!(failed, ["duplicate_header", "stream_cursor"]);
}
