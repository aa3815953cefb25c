//! What is known of a function once and for all its callers.

use super::matching::Matched;
use super::value::{Facts, Shape, Val};
use crate::model::classes::Base;
use crate::model::{FnId, Place};

/// An error that can leave a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Exit {
    /// Its class.
    pub class: Base,
    /// What it becomes when nothing catches it.
    pub kind: ExitKind,
    /// Its body.
    pub shape: Shape,
    /// Its HTTP status.
    pub status: Status,
    /// The statement that makes it.
    pub place: Place,
    /// The function that holds the statement.
    pub function: FnId,
    /// Who answers for it.
    pub owner: Owner,
    /// Whether it carries the text of another exception.
    pub leaks: bool,
    /// Whether it arises after the response head was sent.
    pub after_head: bool,
    /// The call in this function that it came through, with the callee.
    pub via: Option<(Place, FnId)>,
}

impl Exit {
    /// Whether another is the same error, by whichever call it came.
    pub(super) fn is_same_error(&self, other: &Self) -> bool {
        self.place == other.place
            && self.owner == other.owner
            && self.kind == other.kind
            && self.shape == other.shape
            && self.status == other.status
            && self.class == other.class
    }
}

/// What an exit becomes when nothing catches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// An HTTP error with the framework's class.
    Http,
    /// An error response that is returned or sent, and cannot be caught.
    Sent,
    /// An error on a socket: a close with an error code, or the framework's socket error.
    Socket,
    /// Any other exception: 500.
    Other,
}

/// An HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not literal.
    Unknown,
    /// Literal.
    Known(u16),
    /// Whatever is passed for this parameter.
    Param(u8),
}

impl Status {
    /// The literal status.
    pub fn known(self) -> Option<u16> {
        match self {
            Self::Known(status) => Some(status),
            _ => None,
        }
    }
}

/// Who answers for an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The endpoint that lets it out.
    Endpoint,
    /// An identity or credential provider: reported there, once.
    Provider,
}

/// What became of an error that was caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Another error took its place.
    Converted,
    /// Nothing did.
    Swallowed,
}

/// An error that was caught on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Handled {
    /// The error.
    pub exit: Exit,
    /// What became of it.
    pub fate: Fate,
    /// The error that took its place, where that has a literal status.
    pub becomes: Option<Becomes>,
}

/// The error that took another's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Becomes {
    /// Where the handler makes it.
    pub place: Place,
    /// Its HTTP status.
    pub status: u16,
}

/// A place that shows something, with the call it was reached through.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// The place.
    pub place: Place,
    /// The function that holds it.
    pub function: FnId,
    /// What stands there, for people.
    pub what: String,
    /// The call in this function that leads to it, with the callee.
    pub via: Option<(Place, FnId)>,
}

/// A gate call.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// The call.
    pub at: Witness,
    /// Why it can never bind.
    pub unbindable: Option<String>,
    /// Whether its refusal is caught and something is written all the same.
    pub swallowed: bool,
    /// Whether a handler that does not pass the refusal on has caught it.
    pub settled: bool,
    /// Whether the work may go on after that handler.
    pub passed_over: bool,
    /// Whether a write came before it.
    pub after_write: bool,
}

/// A write.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// Where.
    pub at: Witness,
    /// How surely it changes what others see.
    pub strength: Strength,
    /// Whether what came before may have been a gate, which only running can tell.
    pub unsure: bool,
}

/// How surely a write changes what others see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Kept beside the work: audit, usage, metrics.
    Aside,
    /// A change of an object that may outlive the request.
    Object,
    /// A write to a store.
    Store,
}

/// Something odd about identity that a rule reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Oddity {
    /// Where.
    pub at: Witness,
    /// What.
    pub kind: OddityKind,
    /// Whether the error that it raises is swallowed, and the route goes on.
    pub caught: bool,
}

/// What is odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OddityKind {
    /// A context is made of the payload.
    ContextFromPayload,
    /// A value is compared with itself.
    SelfComparison,
    /// A provider is called as a plain function and gets framework defaults for what is not passed.
    FrameworkDefaults,
    /// As before, and the missing ones are identity headers.
    FrameworkIdentity,
    /// One field of the scope is compared with another of the context.
    WrongField,
    /// A call that can never succeed.
    CannotSucceed,
    /// A name that nothing binds.
    NameUndefined,
    /// An attribute that no value which can stand there has.
    AttributeMissing {
        /// Whether the value's class is known for certain, rather than only declared.
        sure: bool,
    },
    /// An import inside a function of what is not there.
    ImportFails,
}

impl OddityKind {
    /// The built-in error that it raises, where it means that something is not there.
    pub fn raises(self) -> Option<&'static str> {
        match self {
            Self::NameUndefined => Some("NameError"),
            Self::AttributeMissing { .. } => Some("AttributeError"),
            Self::ImportFails => Some("ImportError"),
            _ => None,
        }
    }

    /// Whether nothing that passes there can succeed.
    pub fn breaks(self) -> bool {
        self == Self::CannotSucceed || self.raises().is_some()
    }
}

/// What is known of a function.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// What it returns.
    pub returns: Val,
    /// Whether it can return at all.
    pub normal: bool,
    /// Whether whoever gets a return from it was refused: it answers with an error and returns.
    pub refuses: bool,
    /// The errors that can leave it.
    pub exits: Vec<Exit>,
    /// HTTP errors that it caught, with what became of them.
    pub handled: Vec<Handled>,
    /// What holds on every normal return.
    pub must: Facts,
    /// What holds on some.
    pub may: Facts,
    /// The parameters that are present on every normal return, as bits.
    pub present: u32,
    /// What of its parameters was compared with the context on every normal return.
    pub matched: Matched,
    /// What was on some.
    pub matched_may: Matched,
    /// The first write that no gate precedes.
    pub ungated: Option<Write>,
    /// The first write.
    pub write: Option<Write>,
    /// The gate calls.
    pub gates: Vec<Gate>,
    /// The first call whose effect is not known.
    pub opaque: Option<Witness>,
    /// What is odd about it.
    pub oddities: Vec<Oddity>,
    /// Where it returns the body of an error without an error's status. That is its callers' to mend, unless it answers
    /// requests.
    pub errors_as_success: Vec<Place>,
    /// How identity is established: the provider and the call that leads to it.
    pub identity: Option<Witness>,
    /// How a credential is verified.
    pub credential: Option<Witness>,
    /// Whether it answers with an event stream.
    pub streams: bool,
    /// Whether it is a shared identity or credential provider: what it does is no work of the endpoint.
    pub provider: bool,
    /// Whether it yields: what it does comes after its caller got the generator.
    pub generator: bool,
}

impl Summary {
    /// What is assumed of a function while it is being computed: nothing leaves it, and it returns with every fact, so
    /// that recursion adds nothing.
    pub fn optimistic() -> Self {
        Self {
            normal: true,
            must: Facts::ALL,
            present: u32::MAX,
            matched: Matched::ALL,
            ..Self::default()
        }
    }

    /// What is known of a function whose body cannot be read.
    pub fn unknown() -> Self {
        Self {
            normal: true,
            ..Self::default()
        }
    }

    /// Whether it says the same as another, as far as callers can tell.
    pub fn agrees(&self, other: &Self) -> bool {
        self.normal == other.normal
            && self.refuses == other.refuses
            && self.must == other.must
            && self.may == other.may
            && self.present == other.present
            && self.matched == other.matched
            && self.matched_may == other.matched_may
            && self.exits.len() == other.exits.len()
            && self.ungated.is_some() == other.ungated.is_some()
            && self.write.is_some() == other.write.is_some()
            && self.gates.len() == other.gates.len()
            && self.returns.types == other.returns.types
            && self.returns.tags == other.returns.tags
            && self.returns.grants == other.returns.grants
    }
}
