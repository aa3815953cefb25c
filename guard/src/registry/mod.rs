//! The routes of an engine, in one list.
//!
//! What is not in the list does not exist: [`routes!`](crate::routes) makes it, and the [`Engine`] mounts it and nothing
//! else. The guard is the outermost service by construction. There is no way to add a route, a fallback or another router
//! to an engine that is built.

mod dispatch;
mod engine;
mod extract;
mod route;

pub use dispatch::{Dispatch, HandlerFuture};
pub use engine::{Engine, IntoAxum};
pub use route::Route;

pub use crate::manifest::{BudgetFacts, GateFacts, Manifest, RouteFacts};
