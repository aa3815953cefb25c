//! Why a ticket opens nothing.

use crate::code;
use crate::context::Mode;
use crate::envelope::ErrorEnvelope;
use crate::store::StoreError;

/// Why a ticket opens nothing. A client learns which of the two, and nothing of the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketError {
    /// `auth.ticket_invalid`.
    #[error("the ticket is invalid: {0}")]
    Invalid(TicketFault),
    /// `auth.ticket_expired`.
    #[error("the ticket has expired")]
    Expired,
    /// `auth.ticket_replayed`.
    #[error("the ticket was used before")]
    Replayed,
}

/// What is wrong with a ticket, for the log. It quotes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketFault {
    /// It is too long.
    #[error("it is longer than 4 KiB")]
    Length,
    /// It is not two parts of canonical base64url.
    #[error("it is not two parts of canonical base64url")]
    Form,
    /// No secret of the ring has signed it.
    #[error("no secret of the ring has signed it")]
    Signature,
    /// Its body is signed and not what a ticket holds.
    #[error("its body is not what a ticket holds")]
    Body,
    /// It was issued in the future.
    #[error("it was issued in the future")]
    Issued,
    /// It ends before it was issued, or more than an hour after that.
    #[error("it lives too long, or not at all")]
    Lifetime,
    /// It is bound to another route.
    #[error("it is for another route")]
    Route,
    /// It is bound to another origin.
    #[error("it is for another origin")]
    Origin,
    /// It is good once, and has no id to remember it by.
    #[error("it has no id, and only tickets with one are good once")]
    NoId,
    /// It names no user, so nobody is there whose stream it could open.
    #[error("it names no user")]
    NoUser,
    /// Nobody knows the time.
    #[error("the clock does not know the time")]
    NoTime,
}

impl TicketError {
    /// What the client sees.
    pub fn envelope(&self) -> ErrorEnvelope {
        let code = match self {
            Self::Invalid(_) => code::AUTH_TICKET_INVALID,
            Self::Expired => code::AUTH_TICKET_EXPIRED,
            Self::Replayed => code::AUTH_TICKET_REPLAYED,
        };
        ErrorEnvelope::builder(code).build()
    }
}

impl From<TicketFault> for TicketError {
    fn from(fault: TicketFault) -> Self {
        Self::Invalid(fault)
    }
}

impl From<TicketError> for ErrorEnvelope {
    fn from(error: TicketError) -> Self {
        error.envelope()
    }
}

/// Why a ticket that holds is not taken.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RedeemError {
    /// It was used before, or cannot be used once.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// The store of used tickets forgets, and the mode needs one that does not: `ticket.backend_forbidden`.
    #[error("the store of used tickets forgets, and {0} needs one that does not")]
    Forgetful(Mode),
    /// The store gives no answer. Nobody gets in.
    #[error("whether the ticket was used cannot be known now")]
    Store(#[source] StoreError),
}
