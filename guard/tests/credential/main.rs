//! Credentials from outside: attacks, vectors of other engines, key stores under load.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]

mod attacks;
mod differential;
mod http;
mod issuers;
mod jwks;
mod membership;
mod properties;
mod python;
mod support;
mod vectors;
