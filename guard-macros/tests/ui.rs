//! What compiles, what does not, and what the compiler says.
//!
//! `TRYBUILD=overwrite cargo test -p guard-macros --test ui` rewrites the outputs; read the difference before you keep it.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}
