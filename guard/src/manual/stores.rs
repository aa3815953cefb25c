//! Stores: what an engine may not forget, where it lies, and what it outlives.
#![doc = include_str!("../../docs/manual/stores.md")]
