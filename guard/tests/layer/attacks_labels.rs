//! What a metrics layer or a log store could take for labels does not grow with what clients send.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::extract::MatchedPath;
use guard::layer::Settings;
use guard::registry::{Engine, Route};
use guard::route::{GateDecision, Method, RouteMeta};
use tracing::field::{Field, Visit};

use crate::support::*;

/// Everything that is logged: the event's own words, and each field with its value.
#[derive(Debug, Clone, Default)]
struct Logged(Arc<Mutex<BTreeSet<(String, String)>>>);

impl Logged {
    fn add(&self, name: &str, value: String) {
        self.0.lock().unwrap().insert((name.to_owned(), value));
    }
}

impl Visit for Logged {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.add(field.name(), format!("{value:?}"));
    }
}

impl tracing::Subscriber for Logged {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        self.add("span", span.metadata().name().to_owned());
        span.record(&mut self.clone());
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// Tells what it would be labelled by, and fails where it is told to.
async fn labelled(path: MatchedPath, labels: Arc<Mutex<BTreeSet<String>>>, fails: bool) -> Result<(), String> {
    labels.lock().unwrap().insert(path.as_str().to_owned());
    assert!(!fails, "a handler that panics");
    Ok(())
}

#[tokio::test]
async fn g74_labels_do_not_grow_with_what_clients_send() {
    let labels = Arc::new(Mutex::new(BTreeSet::new()));
    let route = |path: &'static str, fails: bool| {
        let labels = Arc::clone(&labels);
        let meta = RouteMeta::from_macro(Method::Get, path, "engines.house.routes", GateDecision::Reads);
        Route::new(meta, move |path: MatchedPath| labelled(path, labels, fails))
    };
    let routes = [
        route("/things", false),
        route("/things/{id}", false),
        route("/fails/{id}", true),
    ];
    let engine = Engine::new(Settings::new(Tokens).clock(Stopped), routes).unwrap();
    let logged = Logged::default();
    let guard = tracing::subscriber::set_default(logged.clone());
    for number in 0..200 {
        let tenant = format!("t_canary{number}");
        let token = format!("Bearer u_canary{number}.{tenant}.member");
        for (path, status) in [
            (format!("/things?q=canary{number}"), 200),
            (format!("/things/canary{number}"), 200),
            (format!("/fails/canary{number}"), 500),
            (format!("/canary{number}"), 404),
            (format!("/things/%canary{number}"), 400),
        ] {
            let request = with(request("GET", &path), "authorization", &token);
            let request = with(
                with(request, "x-tenant-id", &tenant),
                "x-app-id",
                &format!("canary{number}"),
            );
            assert_eq!(send(&engine, request).await.status, status, "{path}");
        }
        let foreign = with(request("GET", "/things"), "authorization", &token);
        assert_eq!(send(&engine, foreign).await.status, 403);
    }
    drop(guard);
    let labels = labels.lock().unwrap();
    assert!(
        labels.iter().eq(["/fails/{id}", "/things", "/things/{id}"]),
        "{labels:?}"
    );
    let logged = logged.0.lock().unwrap();
    let grows = |(name, value): &&(String, String)| name != "request_id" && value.contains("canary");
    assert_eq!(logged.iter().find(grows), None);
    // Two hundred panics, and but for their request ids they say one thing.
    let rest: Vec<_> = logged.iter().filter(|(name, _)| name != "request_id").collect();
    assert!((2..20).contains(&rest.len()), "{rest:?}");
    assert!(logged.len() >= rest.len() + 200, "{}", logged.len());
}
