//! Verdicts: on endpoints from their evaluation, on clauses from endpoints, on tickets from clauses.

pub mod endpoint;
