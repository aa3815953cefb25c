//! Quick start: a whole engine in one file, and what it answers.
//!
//! This is `guard/examples/quick_start.rs`:
//!
//! ```no_run
#![doc = include_str!("../../examples/quick_start.rs")]
//! ```
//!
#![doc = include_str!("../../docs/manual/quick_start.md")]
//!
//! [`Engine`]: crate::registry::Engine
//! [`Envelope`]: crate::envelope::Envelope
//! [`Json`]: crate::extract::Json
//! [`RequestContext`]: crate::context::RequestContext
//! [`Server`]: crate::server::Server
//! [`engine_route`]: macro@crate::engine_route
//! [`routes!`]: crate::routes
