//! An engine behind the guard.
//!
//! One file for each router is in [`mod@routes`]; [`engine()`] puts them behind the guard. The rest is what every engine has to
//! bring: [`secrets`] from the environment, [`users`] that can log in, the [`gates`] that its actions pass, and a
//! [`store`].

pub mod cli;
pub mod gates;
pub mod routes;
pub mod secrets;
pub mod store;
pub mod users;

mod engine;

pub use engine::{App, EngineError, engine, routes};
