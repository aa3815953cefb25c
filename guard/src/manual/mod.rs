//! The manual.
//!
//! 1. [Quick start](quick_start): a whole engine in one file, and what it answers.
//! 2. [The contract](contract): what holds for every request, and what enforces it.
//! 3. [Codes](codes): every error code, who answers it, and what its receiver should do.
//! 4. [What the layer cannot do](limits): the exceptions, and what to put in their place.
//! 5. [Attacks](attacks): what a hostile client can try, the answer, and the test that proves it.
//! 6. [Moving a FastAPI engine over](moving): what becomes what, and in which order.
//! 7. [Stores](stores): what an engine may not forget, where it lies, and what it outlives.
//! 8. [Gates, budget and audit](gates): what stands before a change, and what is remembered of it.
//! 9. [Costs](costs): what the guard adds to a request.
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
//! | the check of an engine's stores when it starts | it calls [`Stores::prove`](crate::store::Stores::prove) itself |
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
pub mod stores;
