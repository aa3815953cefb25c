//! Processes are killed while they append events, use tickets, spend budget, keep records and put policies, and whatever was
//! acknowledged has to be there afterwards, once and in order.
//!
//! A round starts one or two processes on one place, kills them with SIGKILL after a random time, and holds what the place
//! has then against what the processes wrote into their journals: before each call what they are about to do, after it what
//! they were answered. Some rounds kill the database's server instead. The next round goes on with the same place.
//!
//! The seed decides what is done and when it ends; the machine decides how far it comes by then. The tests run a few rounds;
//! for more:
//!
//! ```console
//! $ GUARD_TORTURE_ROUNDS=500 cargo test -p guard --features sqlite --test torture -- --ignored --nocapture sqlite
//! ```
//!
//! `GUARD_TORTURE_SEED` takes another seed than 1.

#![allow(clippy::unwrap_used, reason = "a helper of a test may panic as a test may")]
#![allow(
    clippy::print_stderr,
    reason = "a run tells its figures, and a test that is skipped says so"
)]

mod check;
mod history;
mod journal;
mod place;
mod rounds;
mod seeded;
#[cfg(any(feature = "postgres", feature = "nats"))]
#[path = "../stores/server.rs"]
mod server;
#[cfg(any(feature = "postgres", feature = "nats"))]
mod servers;
mod worker;

#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;
