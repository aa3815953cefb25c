//! Attack a13: what stands behind a flag that is off must not differ from what was never there, by one byte.

use guard::context::MissingStatus;
use guard::registry::{Engine, Route};
use guard::route::{Exemption, Method, RouteMeta};

use crate::house::*;
use crate::support::*;

fn engine(flag: Option<&'static str>) -> Engine {
    let flagged = |meta: RouteMeta| meta.flag(flag.unwrap_or("on"));
    let plain = vec![Route::new(meta(Method::Post, "/both"), || async { "post" })];
    let behind = vec![
        Route::new(
            flagged(
                meta(Method::Get, "/flagged")
                    .resource_kind("thing")
                    .missing_status(MissingStatus::UnprocessableEntity),
            ),
            || async { "get" },
        ),
        Route::new(flagged(meta(Method::Get, "/both")), || async { "get" }),
        Route::new(
            flagged(exempt(Method::Get, "/ops/flagged", Exemption::EX_001)),
            || async { "open" },
        ),
    ];
    house_with(
        settings(),
        if flag.is_some() {
            plain.into_iter().chain(behind).collect()
        } else {
            plain
        },
    )
    .0
}

/// Every request that could tell the difference.
fn probes(mode: &str) -> Vec<http::Request<Body>> {
    let mut probes = Vec::new();
    for method in ["GET", "HEAD", "POST", "DELETE", "OPTIONS"] {
        for path in ["/flagged", "/both", "/ops/flagged", "/flagged?tenant_id=t_other"] {
            let request = || with(with(request(method, path), "x-mode", mode), "x-request-id", "r");
            probes.push(request());
            probes.push(with(request(), "content-length", "99999999"));
            for missing in ["authorization", "x-mode", "x-app-id", "x-tenant-id"] {
                probes.push(without(request(), missing));
            }
            for (name, value) in [
                ("x-mode", "nonsense"),
                ("x-tenant-id", "t_other"),
                ("x-user-id", "u_2"),
                ("authorization", "Bearer x"),
            ] {
                probes.push(with(request(), name, value));
            }
        }
    }
    probes
}

async fn assert_unseen(flag: &'static str, mode: &str) {
    let (without_it, with_it) = (engine(None), engine(Some(flag)));
    for (plain, probe) in probes(mode).into_iter().zip(probes(mode)) {
        let shown = format!("{probe:?}");
        let (plain, flagged) = (send(&without_it, plain).await, send(&with_it, probe).await);
        assert_eq!(
            (plain.status, &plain.headers, plain.text()),
            (flagged.status, &flagged.headers, flagged.text()),
            "{flag} {shown}"
        );
    }
}

#[tokio::test]
async fn a13_off_equals_unknown() {
    assert_unseen("off", "saas").await;
}

#[tokio::test]
async fn a13_a_provider_that_is_down_is_off() {
    assert_unseen("down", "saas").await;
    assert_unseen("down", "lab").await;
}

#[tokio::test]
async fn a13_off_in_a_mode_equals_unknown_in_it() {
    assert_unseen("lab_only", "saas").await;
    assert_unseen("lab_only", "enterprise").await;
    let lab = |path| with(request("GET", path), "x-mode", "lab");
    for path in ["/flagged", "/both"] {
        assert_eq!(send(&engine(Some("lab_only")), lab(path)).await.text(), "get");
    }
    // Nobody says in which mode an exempt route is called, so it is on only where every mode has it on.
    send(&engine(Some("lab_only")), lab("/ops/flagged"))
        .await
        .is(404, "route.not_found");
}

#[tokio::test]
async fn a13_on_is_mounted() {
    let engine = engine(Some("on"));
    assert_eq!(send(&engine, request("GET", "/flagged")).await.text(), "get");
    assert_eq!(
        send(&engine, without(request("GET", "/ops/flagged"), "authorization"))
            .await
            .text(),
        "open"
    );
    let answer = send(&engine, request("PUT", "/both")).await;
    assert_eq!(
        (answer.status, &answer.headers["allow"]),
        (405, &"GET, HEAD, POST".parse().unwrap())
    );
}
