//! Codes: every error code, who answers it, and what its receiver should do.
#![doc = include_str!("../../docs/manual/codes.md")]
//!
//! # The table
//!
//! Generated from [`CODES`](crate::code::CODES).
//!
#![doc = include_str!("../../docs/codes.md")]
