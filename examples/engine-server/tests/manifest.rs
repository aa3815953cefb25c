//! The manifest under version control: a route that is lost, added or changed shows in a review.
//!
//! `UPDATE_MANIFEST=1 cargo test -p engine-server --test manifest` rewrites it.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

use std::{env, fs};

use engine_server::gates::DemoGates;
use engine_server::secrets::Secrets;
use guard::manifest::Manifest;
use guard::registry::Engine;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/manifest.json");
const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../guard/docs/manifest.schema.json");

fn engine() -> Engine {
    let (secrets, _) = Secrets::demo().unwrap();
    engine_server::engine(secrets, DemoGates::default()).unwrap()
}

fn held() -> String {
    fs::read_to_string(MANIFEST).unwrap_or_default().replace("\r\n", "\n")
}

#[test]
fn h75_the_engine_is_what_its_manifest_says() {
    let mut text = serde_json::to_string_pretty(engine().manifest()).unwrap();
    text.push('\n');
    if env::var_os("UPDATE_MANIFEST").is_some() {
        fs::write(MANIFEST, &text).unwrap();
    }
    assert!(
        held() == text,
        "manifest.json is not this engine's: run `UPDATE_MANIFEST=1 cargo test -p engine-server --test manifest` and read \
         what changed"
    );
    assert_eq!(*engine().manifest(), serde_json::from_str::<Manifest>(&text).unwrap());
}

#[test]
fn the_manifest_is_valid_by_its_schema() {
    let schema = serde_json::from_str(&fs::read_to_string(SCHEMA).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let manifest = serde_json::to_value(engine().manifest()).unwrap();
    let faults: Vec<String> = validator
        .iter_errors(&manifest)
        .map(|fault| fault.to_string())
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}
