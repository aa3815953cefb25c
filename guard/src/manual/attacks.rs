//! Attacks: what a hostile client can try, the answer, and the test that proves it.
#![doc = include_str!("../../docs/manual/attacks.md")]
