//! Verdicts: on endpoints from their evaluation, on clauses from endpoints, on tickets from clauses.

pub mod clause;
pub mod endpoint;
pub mod judge;
pub mod subject;
pub mod ticket;
pub mod wire;
