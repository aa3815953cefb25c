//! The contract: what holds for every request, and what enforces it.
#![doc = include_str!("../../docs/manual/contract.md")]
//!
//! [`Limits`]: crate::layer::Limits
//! [`MembershipLookup`]: crate::credential::membership::MembershipLookup
//! [`RequestContext`]: crate::context::RequestContext
//! [`Settings`]: crate::layer::Settings
//! [`VerifyToken`]: crate::credential::VerifyToken
//! [`Engine`]: crate::registry::Engine
//! [`engine_route`]: macro@crate::engine_route
