//! Verdicts: on endpoints from their evaluation, on clauses from endpoints, on tickets from clauses.

mod artifact;
pub mod clause;
pub mod cursor;
mod documented;
mod durability;
mod durable;
pub mod endpoint;
mod fail_fast;
mod flag;
pub mod judge;
mod particular;
mod privacy;
mod record;
mod refusal;
mod scope;
pub mod subject;
pub mod ticket;
pub mod wire;
mod work;
