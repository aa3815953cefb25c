//! Costs: what the guard adds to a request.
#![doc = include_str!("../../docs/manual/costs.md")]
