//! An engine behind the guard.
//!
//! One file for each router is in [`mod@routes`]; [`engine::open`] puts them behind the guard. The rest is what every engine has to
//! bring: [`secrets`] from the environment, [`users`] that can log in, [`places`] for what the guard keeps and a [`store`] for
//! what it does not, [`policies`] to begin with, and the [`render`]er that does some work. The [`page`] stands in front of all of
//! it.

pub mod cli;
pub mod engine;
pub mod page;
pub mod places;
pub mod policies;
pub mod render;
pub mod routes;
pub mod secrets;
pub mod store;
pub mod users;

pub use engine::App;
