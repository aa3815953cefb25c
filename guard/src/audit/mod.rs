//! The audit: what was decided on every action, and what came of it, in a chain that shows when somebody changed it.
//!
//! A [`Chain`](crate::gate::Chain) keeps it. Each tenant's project has a chain of its own in each mode. Two records stand for
//! an action, as canonical JSON:
//!
//! - its **decision**, kept before the handler runs, with every gate's word, who asked, for what, and the ids of the request.
//!   An action that is denied has this one alone. Where it cannot be kept, the request is refused.
//! - its **outcome**, kept after: `answered` with its status, `panicked`, `timed_out`, `disconnected` or `not_run`, and what it
//!   cost. It is tried again while the store is down. A decision without an outcome is the mark of a process that died.
//!
//! Neither holds a body, a header or a query: only ids, the path and the words of gates.
//!
//! [`verify`] holds a chain against its hashes and names the first record that is not what was written.

mod record;
mod verify;

pub(crate) use record::{Amount, Decision, DecisionRecord, GateRecord, Outcome, OutcomeRecord};
pub use verify::{ChainFault, Verified, verify};
