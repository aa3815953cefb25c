//! What the layer cannot do: the exceptions, and what to put in their place.
#![doc = include_str!("../../docs/manual/limits.md")]
//!
//! [`Engine`]: crate::registry::Engine
//! [`GuardLayer`]: crate::layer::GuardLayer
//! [`Limits`]: crate::layer::Limits
//! [`Server`]: crate::server::Server
//! [`Settings`]: crate::layer::Settings
