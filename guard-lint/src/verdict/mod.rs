//! Verdicts: on endpoints from their evaluation, on clauses from endpoints, on tickets from clauses.

pub mod artifact;
pub mod clause;
pub mod documented;
pub mod durable;
pub mod endpoint;
pub mod judge;
pub mod privacy;
pub mod record;
pub mod subject;
pub mod ticket;
pub mod wire;
pub mod work;
