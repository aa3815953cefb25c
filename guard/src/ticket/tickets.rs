//! Issues and verifies tickets.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::claims::Claims;
use super::error::{RedeemError, TicketError, TicketFault};
use super::scope::{Place, TicketScope};
use super::secret::{TicketSecret, TicketSecretError, TicketSecretRing};
use crate::clock::{Clock, SystemClock};
use crate::context::{Mode, OpaqueId};
use crate::store::{StoreKind, TicketEntry, UsedTickets};

/// The longest ticket in bytes. Real ones have about 400.
const MAX_TICKET_BYTES: usize = 4 * 1024;

/// The longest life of a ticket, whoever issued it.
const MAX_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How far the clock of another issuer may be ahead, in seconds.
const MAX_AHEAD: u64 = 30;

/// How often a ticket is good.
#[derive(Clone)]
#[non_exhaustive]
pub enum TicketUse {
    /// Once, in all processes that share the store.
    Single(Arc<dyn UsedTickets>),
    /// Until it expires, as the Python engine's clients expect it. **Replay is not detected.**
    Multi,
}

impl fmt::Debug for TicketUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single(store) => f.debug_tuple("Single").field(&store.name()).finish(),
            Self::Multi => f.write_str("Multi"),
        }
    }
}

/// Issues and verifies tickets.
#[derive(Debug, Clone)]
pub struct Tickets {
    secrets: TicketSecretRing,
    uses: TicketUse,
    lifetime: Duration,
    clock: Arc<dyn Clock>,
}

/// Why settings make no [`Tickets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketsError {
    /// The secrets.
    #[error(transparent)]
    Secret(#[from] TicketSecretError),
    /// A lifetime of less than a second or more than an hour.
    #[error("a ticket lives for 1 second to 1 hour")]
    Lifetime,
}

/// Why no ticket is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketIssueError {
    /// The machine does not know the time.
    #[error("the time is not known")]
    NoTime,
    /// The credential of the request ends before a ticket could begin.
    #[error("the credential of the request has ended")]
    CredentialEnded,
    /// The body cannot be written.
    #[error("the ticket cannot be written")]
    Body,
}

impl Tickets {
    /// Signs with the first secret and verifies with each; tickets live for five minutes.
    ///
    /// # Errors
    ///
    /// [`TicketsError`].
    pub fn new(secrets: impl IntoIterator<Item = TicketSecret>, uses: TicketUse) -> Result<Self, TicketsError> {
        Ok(Self {
            secrets: TicketSecretRing::new(secrets)?,
            uses,
            lifetime: Duration::from_secs(300),
            clock: Arc::new(SystemClock),
        })
    }

    /// Another lifetime, in whole seconds.
    ///
    /// # Errors
    ///
    /// [`TicketsError::Lifetime`] below a second or above an hour.
    pub fn lifetime(mut self, lifetime: Duration) -> Result<Self, TicketsError> {
        if lifetime < Duration::from_secs(1) || lifetime > MAX_LIFETIME {
            return Err(TicketsError::Lifetime);
        }
        self.lifetime = lifetime;
        Ok(self)
    }

    /// Another clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// A ticket for this scope. It ends a lifetime from now, or with the credential of the request if that is sooner.
    ///
    /// # Errors
    ///
    /// [`TicketIssueError`].
    pub fn issue(&self, scope: &TicketScope) -> Result<IssuedTicket, TicketIssueError> {
        let now = self.clock.wall().ok_or(TicketIssueError::NoTime)?.as_secs();
        let end = now.saturating_add(self.lifetime.as_secs());
        let end = scope.not_after.map_or(end, |not_after| end.min(not_after));
        if end <= now {
            return Err(TicketIssueError::CredentialEnded);
        }
        let jti = OpaqueId::parse(Uuid::new_v4().to_string()).map_err(|_| TicketIssueError::Body)?;
        let body = Claims::new(scope, now, end, jti)
            .write()
            .ok_or(TicketIssueError::Body)?;
        let signature = self.secrets.sign(&body);
        let mut ticket = URL_SAFE_NO_PAD.encode(&body);
        ticket.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut ticket);
        Ok(IssuedTicket {
            ticket,
            expires_in: end - now,
        })
    }

    /// Judges a ticket that is presented at a place.
    ///
    /// # Errors
    ///
    /// [`TicketError`]. A ticket that nobody signed is never called expired.
    pub fn verify(&self, ticket: &str, place: Place<'_>) -> Result<Ticket, TicketError> {
        let claims = self.authentic(ticket)?;
        let now = self.clock.wall().ok_or(TicketFault::NoTime)?.as_secs();
        if claims.iat > now.saturating_add(MAX_AHEAD) {
            return Err(TicketFault::Issued.into());
        }
        let lifetime = claims.exp.checked_sub(claims.iat);
        if !lifetime.is_some_and(|seconds| (1..=MAX_LIFETIME.as_secs()).contains(&seconds)) {
            return Err(TicketFault::Lifetime.into());
        }
        if now >= claims.exp {
            return Err(TicketError::Expired);
        }
        if claims.route.as_ref().is_some_and(|route| route.as_str() != place.route) {
            return Err(TicketFault::Route.into());
        }
        let origin = claims.origin.as_ref().map(OpaqueId::as_str);
        if origin.is_some() && origin != place.origin {
            return Err(TicketFault::Origin.into());
        }
        Ok(Ticket {
            expires_at: claims.exp,
            id: claims.jti.clone(),
            scope: claims.into_scope(),
        })
    }

    /// Uses a ticket that holds. Where tickets are good once, the first call for it succeeds and no other one, in whatever
    /// process. Where they are good until they expire this does nothing.
    ///
    /// # Errors
    ///
    /// [`RedeemError`]. Whoever asks lets nobody in.
    pub async fn redeem(&self, ticket: &Ticket) -> Result<(), RedeemError> {
        let TicketUse::Single(store) = &self.uses else {
            return Ok(());
        };
        let TicketScope { tenant_id, mode, .. } = ticket.scope();
        if *mode != Mode::Lab && store.durability() < StoreKind::Tickets.needs() {
            return Err(RedeemError::Forgetful(*mode));
        }
        let id = ticket.id().ok_or(TicketError::Invalid(TicketFault::NoId))?;
        match store.use_once(tenant_id, id, ticket.expires_at()).await {
            Ok(TicketEntry::First) => Ok(()),
            Ok(TicketEntry::Used) => Err(TicketError::Replayed.into()),
            Err(error) => Err(RedeemError::Store(error)),
        }
    }

    /// The signature is over the body's bytes, so base64 comes off first; JSON is not looked at before the signature holds.
    fn authentic(&self, ticket: &str) -> Result<Claims, TicketFault> {
        if ticket.len() > MAX_TICKET_BYTES {
            return Err(TicketFault::Length);
        }
        let (body, signature) = ticket.split_once('.').ok_or(TicketFault::Form)?;
        // The engine refuses padding, foreign letters and bits that are set beyond the last byte.
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| TicketFault::Form);
        let (body, signature) = (decoded(body)?, decoded(signature)?);
        if !self.secrets.signed(&body, &signature) {
            return Err(TicketFault::Signature);
        }
        Claims::read(&body).ok_or(TicketFault::Body)
    }
}

/// A ticket, fresh from its issuer. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedTicket {
    ticket: String,
    expires_in: u64,
}

impl IssuedTicket {
    /// The ticket, for the one who asked for it alone.
    pub fn expose_ticket(&self) -> &str {
        &self.ticket
    }

    /// How many seconds it is good for.
    pub fn expires_in(&self) -> u64 {
        self.expires_in
    }
}

impl fmt::Debug for IssuedTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedTicket")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// A ticket that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    scope: TicketScope,
    id: Option<OpaqueId>,
    expires_at: u64,
}

impl Ticket {
    /// What it is for.
    pub fn scope(&self) -> &TicketScope {
        &self.scope
    }

    /// Its `jti`; a ticket of the Python engine has none.
    pub fn id(&self) -> Option<&OpaqueId> {
        self.id.as_ref()
    }

    /// The second since 1970-01-01T00:00:00Z at which it ends.
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }
}
