//! The engine against the contract: every check on every route, and the attacks over a socket.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a helper of a test may panic as a test may"
)]

use std::env;
use std::path::{Path, PathBuf};

use engine_server::engine::{self, Setup};
use engine_server::places;
use engine_server::secrets::{self, Secrets};
use guard::context::Mode;
use guard::credential::jwt::{Hs256Issuer, SharedSecret};
use guard::registry::Engine;
use guard::server::Server;
use guard::testing::{Conformance, Target, attacks, conformance};
use tempfile::TempDir;
use tokio::net::TcpListener;

const TOKENS_SECRET: &str = "a secret for tokens of thirty-two bytes";

/// A folder that the guard does not take for a temporary one, wherever the project and its build lie.
fn lasting_folder() -> TempDir {
    let home = env::var_os("HOME").map(PathBuf::from);
    let folders = [Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR"))), home];
    let is_temporary = |folder: &Path| folder.starts_with("/tmp") || folder.starts_with(env::temp_dir());
    let folder = folders.into_iter().flatten().find(|folder| !is_temporary(folder));
    tempfile::tempdir_in(folder.expect("a folder outside of the temporary ones")).unwrap()
}

/// An engine for every mode, with its file.
async fn engine() -> (Engine, TempDir) {
    let secrets = Secrets::from_env(|name| {
        Ok(match name {
            secrets::TOKENS => TOKENS_SECRET.to_owned(),
            secrets::LOGIN => "a secret to log in with".to_owned(),
            _ => "a secret for tickets of thirty-two bytes".to_owned(),
        })
    });
    let folder = lasting_folder();
    let place = format!("sqlite:{}/engine.db", folder.path().display());
    let setup = Setup {
        secrets: secrets.unwrap(),
        modes: Mode::ALL.to_vec(),
        stores: places::open(&place, None).await.unwrap(),
        origins: Vec::new(),
    };
    (engine::open(setup).await.unwrap().engine, folder)
}

fn issuer() -> Hs256Issuer {
    Hs256Issuer::new(SharedSecret::new(TOKENS_SECRET).unwrap())
}

#[tokio::test]
async fn the_engine_conforms() {
    let (engine, _folder) = engine().await;
    conformance(&engine, issuer()).await.assert_ok();
}

#[tokio::test]
async fn the_engine_conforms_in_every_mode() {
    let (engine, _folder) = engine().await;
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
    let (engine, _folder) = engine().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Server::new().serve(listener, engine, std::future::pending()));
    let target = Target::new("/projects/launch/masks")
        .header("Authorization", format!("Bearer {token}"))
        .header("X-Mode", "lab")
        .header("X-Tenant-Id", "t_demo")
        .header("X-Project-Id", "launch")
        .header("X-App-Id", "studio");
    let (report, _) = attacks(address, &target).await.unwrap();
    report.assert_ok();
}
