//! The manifest under version control: a route that is lost, added or changed shows in a review.
//!
//! `UPDATE_MANIFEST=1 cargo test -p engine-server --test manifest` rewrites it.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

use std::{env, fs};

use engine_server::engine::{self, Setup};
use engine_server::secrets::Secrets;
use guard::context::Mode;
use guard::manifest::Manifest;
use guard::registry::Engine;
use guard::store::{Memory, Stores};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/manifest.json");
const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../guard/docs/manifest.schema.json");

async fn engine() -> Engine {
    let (secrets, _) = Secrets::demo().unwrap();
    let setup = Setup {
        secrets,
        modes: vec![Mode::Lab],
        stores: Stores::of(Memory::default()),
        origins: Vec::new(),
    };
    engine::open(setup).await.unwrap().engine
}

fn held() -> String {
    fs::read_to_string(MANIFEST).unwrap_or_default().replace("\r\n", "\n")
}

#[tokio::test]
async fn h75_the_engine_is_what_its_manifest_says() {
    let engine = engine().await;
    let mut text = serde_json::to_string_pretty(engine.manifest()).unwrap();
    text.push('\n');
    if env::var_os("UPDATE_MANIFEST").is_some() {
        fs::write(MANIFEST, &text).unwrap();
    }
    assert!(
        held() == text,
        "manifest.json is not this engine's: run `UPDATE_MANIFEST=1 cargo test -p engine-server --test manifest` and read \
         what changed"
    );
    assert_eq!(*engine.manifest(), serde_json::from_str::<Manifest>(&text).unwrap());
}

#[tokio::test]
async fn the_manifest_is_valid_by_its_schema() {
    let schema = serde_json::from_str(&fs::read_to_string(SCHEMA).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let manifest = serde_json::to_value(engine().await.manifest()).unwrap();
    let faults: Vec<String> = validator
        .iter_errors(&manifest)
        .map(|fault| fault.to_string())
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}
