//! The manual.
//!
//! 1. [Quick start](quick_start): a whole engine in one file, and what it answers.
//! 2. [The contract](contract): what holds for every request, and what enforces it.
//! 3. [Codes](codes): every error code, who answers it, and what its receiver should do.
//! 4. [Streams](streams): events with cursors and replay, over SSE and WebSockets.
//! 5. [What the layer cannot do](limits): the exceptions, and what to put in their place.
//! 6. [Attacks](attacks): what a hostile client can try, the answer, and the test that proves it.
//! 7. [Moving a FastAPI engine over](moving): what becomes what, and in which order.
//! 8. [Stores](stores): what an engine may not forget, where it lies, and what it outlives.
//! 9. [Gates, budget and audit](gates): what stands before a change, and what is remembered of it.
//! 10. [Artifacts](artifacts): what an artifact was made of, in a hash that every language computes alike.
//! 11. [Costs](costs): what the guard adds to a request.
//!
//! # What is missing
//!
//! The contract is larger than this version. These parts of it are not there:
//!
//! | missing | until then |
//! |---|---|
//! | the check of an engine's stores when it starts | it calls [`Stores::prove`](crate::store::Stores::prove) itself |
//!
//! Their codes are in the [table](codes) already, so that an engine can answer them.

pub mod artifacts;
pub mod attacks;
pub mod codes;
pub mod contract;
pub mod costs;
pub mod gates;
pub mod limits;
pub mod moving;
pub mod quick_start;
pub mod stores;
pub mod streams;
