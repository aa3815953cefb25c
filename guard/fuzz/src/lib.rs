//! What the fuzz targets hold the guard against: the oracles of its own tests.
//!
//! `cargo +nightly fuzz run json`, in the folder of the `guard` crate. An input that fails belongs into the tests, as a case.

#![forbid(unsafe_code)]

// One file serves both, so that an oracle cannot hold in one place and not in the other.
#[path = "../../tests/layer/oracle.rs"]
mod checks;

/// A path as it comes over the wire.
pub fn path(path: &str) {
    checks::path(path);
}

/// A query as it comes over the wire.
pub fn query(query: &str) {
    checks::query(query);
}

/// A body of a route that declares every field.
pub fn json(body: &[u8]) {
    checks::json(body);
}

/// A value of the `Authorization` header.
pub fn bearer(value: &[u8]) {
    checks::bearer(value);
}
