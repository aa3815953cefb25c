//! Rust that no compiler would take, and that parses.

use crate::common::Scratch;
use crate::functions;

/// The handlers that are found beside this text.
fn beside(text: &str) -> Vec<String> {
    let sound = "mod odd;\nfn router() -> axum::Router {\n    axum::Router::new().route(\"/good\", axum::routing::get(good))\n}\n\
                 async fn good() {}\n";
    let scratch = Scratch::with(&[("src/main.rs", sound), ("src/odd.rs", text)]);
    let report = scratch.report();
    assert_eq!(report.unchecked, []);
    functions(&report)
}

#[test]
fn self_outside_of_a_type() {
    let found = beside(
        "use axum::Router;\nfn routes() -> Router {\n    Self(1);\n    Self::new(Self);\n    \
         Router::new().route(\"/a\", axum::routing::get(Self)).layer(Self::layer())\n}\n",
    );
    assert!(found.contains(&"src/main.rs:good".to_owned()), "{found:?}");
}
