//! Transport tickets, for clients that cannot set headers: `EventSource` and `WebSocket` in a browser.
//!
//! ```
//! # use std::sync::Arc;
//! # use guard::context::{OpaqueId, RequestContext, ScopeRules, TenantId};
//! # use guard::credential::Identity;
//! use guard::ticket::{Place, TicketScope, TicketSecret, TicketUse, Tickets};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let tenant = TenantId::parse("t_acme")?;
//! # let end = 4_000_000_000;
//! # let user = Identity::builder(OpaqueId::parse("u_1")?).tenant(tenant).expires_at(end).build()?;
//! # let mut headers = http::HeaderMap::new();
//! # for (name, value) in [("x-mode", "saas"), ("x-tenant-id", "t_acme"), ("x-project-id", "p"), ("x-app-id", "a")] {
//! #     headers.insert(name, value.parse()?);
//! # }
//! # let id = OpaqueId::parse("r_1")?;
//! # let context = RequestContext::from_headers(&headers, Arc::new(user), &ScopeRules::default(), id)?;
//! let secret = TicketSecret::new("a secret of at least thirty-two bytes")?;
//! let tickets = Tickets::new([secret], TicketUse::Multi)?;
//!
//! let issued = tickets.issue(&TicketScope::of(&context).for_route("/sse/chat/th_1")?)?;
//! let ticket = tickets.verify(issued.expose_ticket(), Place::new("/sse/chat/th_1"))?;
//! assert_eq!(ticket.scope().tenant_id.as_str(), "t_acme");
//!
//! assert!(tickets.verify(issued.expose_ticket(), Place::new("/sse/chat/th_2")).is_err());
//! # Ok(())
//! # }
//! ```
//!
//! # Form
//!
//! `b64url(body) "." b64url(hmac_sha256(secret, body))`, without padding. The body is what CPython writes with
//! `json.dumps(payload, sort_keys=True, separators=(",", ":"))`, so that the Python engine verifies tickets from here and
//! the other way round. Its keys are `app_id exp iat mode project_id request_id surface_id tenant_id user_id`, `null` where
//! there is none; guard adds `jti`, and `route` and `origin` where a ticket is bound to them. The Python engine reads none
//! of these three: there a bound ticket is good for any route and origin.
//!
//! # What is refused
//!
//! | of a ticket | rule |
//! |---|---|
//! | size | at most 4 KiB |
//! | form | two non-empty parts of canonical base64url, so that one ticket has one spelling |
//! | signature | compared in constant time before the body is read as JSON |
//! | body | an object with exactly the keys above, none twice, every value of its type and shape |
//! | `iat` | at most 30 s ahead |
//! | `exp` | past, or more than an hour after `iat` |
//! | `route`, `origin` | bound, and presented elsewhere |
//!
//! # Replay
//!
//! Under [`TicketUse::Single`] a ticket is good once: [`Tickets::redeem`] writes its `jti` into a
//! [store](crate::store::UsedTickets), and of all calls in all processes one succeeds. A ticket of the Python engine has no
//! `jti` and is refused. Under [`TicketUse::Multi`] a ticket is good until it expires, as that engine's clients expect, and
//! **replay is not detected**.
//!
//! # Streams take them
//!
//! With [`Settings::transport_tickets`](crate::layer::Settings::transport_tickets) a route that declares a `stream` takes a
//! ticket in place of a token, and verifies and redeems it by itself.

mod claims;
mod error;
mod scope;
mod secret;
mod tickets;

pub use error::{RedeemError, TicketError, TicketFault};
pub use scope::{BindingError, Place, TicketScope};
pub use secret::{MIN_TICKET_SECRET_BYTES, TicketSecret, TicketSecretError};
pub use tickets::{IssuedTicket, Ticket, TicketIssueError, TicketUse, Tickets, TicketsError};
