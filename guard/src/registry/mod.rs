//! The routes of an engine, in one list.
//!
//! What is not in the list does not exist: [`routes!`](crate::routes) makes it, and the engine mounts it and nothing else.

mod route;

pub use route::Route;
