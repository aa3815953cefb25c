//! The engine against the contract: every check on every route, and the attacks over a socket.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

use engine_server::gates::DemoGates;
use engine_server::secrets::{self, Secrets};
use guard::context::Mode;
use guard::credential::jwt::{Hs256Issuer, SharedSecret};
use guard::registry::Engine;
use guard::server::Server;
use guard::testing::{Conformance, Target, attacks, conformance};
use tokio::net::TcpListener;

const TOKENS_SECRET: &str = "a secret for tokens of thirty-two bytes";

fn engine() -> Engine {
    let secrets = Secrets::from_env(|name| {
        Ok(match name {
            secrets::TOKENS => TOKENS_SECRET.to_owned(),
            secrets::LOGIN => "a secret to log in with".to_owned(),
            _ => "a secret for tickets of thirty-two bytes".to_owned(),
        })
    });
    engine_server::engine(secrets.unwrap(), DemoGates::default()).unwrap()
}

fn issuer() -> Hs256Issuer {
    Hs256Issuer::new(SharedSecret::new(TOKENS_SECRET).unwrap())
}

#[tokio::test]
async fn the_engine_conforms() {
    conformance(&engine(), issuer()).await.assert_ok();
}

#[tokio::test]
async fn the_engine_conforms_in_every_mode() {
    let engine = engine();
    for mode in Mode::ALL {
        let mut checks = Conformance::new(engine.manifest(), issuer()).mode(mode);
        if mode == Mode::Enterprise {
            checks = checks.flag_off("reports.masks");
        }
        checks.run(engine.clone()).await.assert_ok();
    }
}

#[tokio::test]
async fn the_engine_withstands_the_attacks() {
    let token = {
        let tenant = "t_demo".parse().unwrap();
        let identity = guard::credential::Identity::builder("owner".parse().unwrap()).tenant(tenant);
        issuer()
            .issue(&identity.build().unwrap())
            .unwrap()
            .expose_token()
            .to_owned()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Server::new().serve(listener, engine(), std::future::pending()));
    let target = Target::new("/projects/launch/masks")
        .header("Authorization", format!("Bearer {token}"))
        .header("X-Mode", "lab")
        .header("X-Tenant-Id", "t_demo")
        .header("X-Project-Id", "launch")
        .header("X-App-Id", "studio");
    let (report, _) = attacks(address, &target).await.unwrap();
    report.assert_ok();
}
