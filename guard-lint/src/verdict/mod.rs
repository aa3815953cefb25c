//! Verdicts: on endpoints from their evaluation, on clauses from endpoints, on tickets from clauses.

pub mod clause;
pub mod cursor;
mod durability;
pub mod endpoint;
mod fail_fast;
mod flag;
pub mod judge;
mod particular;
mod refusal;
mod scope;
pub mod subject;
pub mod ticket;
pub mod wire;
