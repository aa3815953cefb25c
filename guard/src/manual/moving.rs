//! Moving a FastAPI engine over: what becomes what, and in which order.
#![doc = include_str!("../../docs/manual/moving.md")]
