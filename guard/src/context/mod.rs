//! The scope that a request asks for: typed ids, and the one function that reads them from headers.
//!
//! ```
//! use guard::context::{Mode, ScopeHeaders};
//! use http::HeaderMap;
//!
//! let mut headers = HeaderMap::new();
//! headers.insert("x-mode", "SaaS".parse()?);
//! headers.insert("x-tenant-id", "t_acme".parse()?);
//! headers.insert("x-project-id", "launch".parse()?);
//! headers.insert("x-app-id", "studio".parse()?);
//! headers.insert("x-surface-id", "SQUARED".parse()?);
//!
//! let scope = ScopeHeaders::from_headers(&headers)?;
//! assert_eq!(scope.mode, Mode::Saas);
//! assert_eq!(scope.surface_id.unwrap().as_str(), "squared2");
//!
//! headers.append("x-tenant-id", "t_other".parse()?);
//! let error = ScopeHeaders::from_headers(&headers).unwrap_err();
//! assert_eq!(error.code(), "auth.header_duplicate");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **That is not authentication.** Headers choose a scope; the [credential](crate::credential) is the only source of
//! identity, and it must allow the scope. [`RequestContext`] is the scope of a request whose credential does.

mod field;
mod header;
mod id;
mod mode;
mod request;
mod rules;
mod scan;
mod scope;
mod surface;
mod trace;

pub use field::ContextField;
pub use id::{AppId, IdError, MAX_ID_BYTES, OpaqueId, ProjectId, SurfaceId, TenantId};
pub use mode::{Mode, ModeError};
pub use request::RequestContext;
pub(crate) use request::{ContextRequestId, Entry};
pub use rules::{MissingStatus, ScopeRules};
pub(crate) use scan::{HeaderFault, Scan, Single};
#[cfg(feature = "ticket")]
pub(crate) use scope::GivenScope;
pub use scope::{ClaimHeaders, ScopeHeaders};
pub use surface::SurfaceAliases;
pub use trace::TraceHeaders;
