//! The manual.
//!
//! 1. [Quick start](quick_start): a whole engine in one file, and what it answers.
//! 2. [The contract](contract): what holds for every request, and what enforces it.
//! 3. [Codes](codes): every error code, who answers it, and what its receiver should do.
//! 4. [What the layer cannot do](limits): the exceptions, and what to put in their place.
//! 5. [Attacks](attacks): what a hostile client can try, the answer, and the test that proves it.
//! 6. [Moving a FastAPI engine over](moving): what becomes what, and in which order.
//! 7. [Costs](costs): what the guard adds to a request.
//! 8. [Gates, budget and audit](gates): what stands before a change, and what is remembered of it.
//!
//! # What is missing
//!
//! The contract is larger than this version. These parts of it are not there:
//!
//! | missing | until then |
//! |---|---|
//! | single-use tickets, and streams that take a ticket by themselves | [`ticket`](crate::ticket) issues and verifies tickets that are good until they expire; [`TicketUse::Single`](crate::ticket::TicketUse) is refused |
//! | decisions of the gates in the stream that they are about | they are in the [`audit`](crate::audit) |
//! | streams with cursors and replay, WebSocket sessions | a handler's stream is passed on, and ends with an envelope if it breaks |
//! | the check that no store in memory serves `saas`, for what a handler keeps by itself | it asks [`RequestContext::mode`](crate::context::RequestContext::mode); the guard's own [`store`](crate::store)s are held to it |
//! | artifact metadata (`pipeline_hash`) | nothing |
//!
//! Their codes are in the [table](codes) already, so that an engine can answer them.

pub mod attacks;
pub mod codes;
pub mod contract;
pub mod costs;
pub mod gates;
pub mod limits;
pub mod moving;
pub mod quick_start;
