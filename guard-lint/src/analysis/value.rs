//! Abstract values: what is known of a value on the paths that lead to a point.

use std::sync::Arc;

use smallvec::SmallVec;

use super::summary::Exit;
use crate::model::types::{Ty, Types};
use crate::source::facts::Name;

/// Facts that hold at a point, as a set of bits. On `must` they hold on every path, on `may` on some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Facts(pub u32);

impl Facts {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// The caller's identity was established from headers or from a verified credential.
    pub const IDENTITY: Self = Self(1);
    /// A token or ticket was verified.
    pub const CREDENTIAL: Self = Self(1 << 1);
    /// A token or ticket is present, verified or not.
    pub const PRESENT: Self = Self(1 << 2);
    /// If a ticket is present, it was verified.
    pub const TICKET_CHECKED: Self = Self(1 << 3);
    /// The gate chain passed.
    pub const GATE: Self = Self(1 << 4);
    /// Something was written before any gate.
    pub const WROTE: Self = Self(1 << 5);
    /// An envelope was sent on the socket.
    pub const ENVELOPE_SENT: Self = Self(1 << 6);
    /// A context was made of what the client sent in its payload.
    pub const PAYLOAD_CONTEXT: Self = Self(1 << 7);
    /// The context's tenant was compared with the credential's.
    pub const BOUND: Self = Self(1 << 8);
    /// The payload's tenant was compared with the context's.
    pub const COMPARED: Self = Self(1 << 9);
    /// A header that identity rests on was demanded: where it is missing, the path ends.
    pub const DEMANDED: Self = Self(1 << 10);
    /// Something was written while no identity was established.
    pub const EARLY_WRITE: Self = Self(1 << 11);
    /// A gate refused, and the refusal was caught: who goes on from here has not passed it.
    pub const REFUSAL_CAUGHT: Self = Self(1 << 12);
    /// Something was called with the context that only running can tell: it may have been a gate.
    pub const ASKED_UNKNOWN: Self = Self(1 << 13);
    /// A path ends that wrote and did not surely ask a gate, early or late.
    pub const NEVER_ASKED: Self = Self(1 << 14);
    /// Every fact: what holds where no path leads.
    pub const ALL: Self = Self(u32::MAX);
    /// Facts about the order of a function's own work, which its callers judge anew.
    const OF_ORDER: Self = Self(Self::WROTE.0 | Self::EARLY_WRITE.0 | Self::NEVER_ASKED.0);

    /// What was established for good, and can be said again by a value that stands for it.
    #[must_use]
    pub fn lasting(self) -> Self {
        self.and(Self::IDENTITY.with(Self::CREDENTIAL).with(Self::GATE))
    }

    /// The facts without those that callers judge anew.
    #[must_use]
    pub fn without_order(self) -> Self {
        Self(self.0 & !Self::OF_ORDER.0)
    }

    /// These without others.
    #[must_use]
    pub fn without(self, facts: Self) -> Self {
        Self(self.0 & !facts.0)
    }

    /// That this kind of gate, by its number, let the action pass. All kinds together are the chain.
    pub fn kind_of_gate(number: usize) -> Self {
        Self(1 << (16 + number))
    }

    /// Whether all of these hold.
    pub fn has(self, facts: Self) -> bool {
        self.0 & facts.0 == facts.0
    }

    /// Both sets.
    #[must_use]
    pub fn with(self, facts: Self) -> Self {
        Self(self.0 | facts.0)
    }

    /// What both sets share.
    #[must_use]
    pub fn and(self, facts: Self) -> Self {
        Self(self.0 & facts.0)
    }
}

/// Where a value comes from, as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tags(pub u16);

impl Tags {
    /// From nowhere in particular.
    pub const NONE: Self = Self(0);
    /// From request headers.
    pub const HEADER: Self = Self(1);
    /// From the request's body, query, path or first message.
    pub const PAYLOAD: Self = Self(1 << 1);
    /// A ticket as the client sent it.
    pub const TICKET: Self = Self(1 << 2);
    /// From a verified token or ticket.
    pub const VERIFIED: Self = Self(1 << 3);
    /// A request context.
    pub const CONTEXT: Self = Self(1 << 4);
    /// The text of an exception.
    pub const EXCEPTION_TEXT: Self = Self(1 << 5);
    /// A decision of a gate that does not raise.
    pub const DECISION: Self = Self(1 << 6);
    /// A container that outlives the request.
    pub const SHARED: Self = Self(1 << 7);
    /// Found by a name that only running can tell.
    pub const DYNAMIC: Self = Self(1 << 8);
    /// A function with some of its arguments given: calls of it name the rest.
    pub const PARTIAL: Self = Self(1 << 9);
    /// The error that an application's handler is given, or its detail: its shape is the only one it can have.
    pub const RAISED: Self = Self(1 << 10);
    /// What flows from a value into what is computed from it.
    const FLOWING: Self = Self(0b1_0010_1111);

    /// Whether all of these are set.
    pub fn has(self, tags: Self) -> bool {
        self.0 & tags.0 == tags.0
    }

    /// Whether any of these is set.
    pub fn any(self, tags: Self) -> bool {
        self.0 & tags.0 != 0
    }

    /// Both sets.
    #[must_use]
    pub fn with(self, tags: Self) -> Self {
        Self(self.0 | tags.0)
    }

    /// These without others.
    #[must_use]
    pub fn without(self, tags: Self) -> Self {
        Self(self.0 & !tags.0)
    }

    /// The tags that a value computed from this one has.
    #[must_use]
    pub fn flowing(self) -> Self {
        Self(self.0 & Self::FLOWING.0)
    }
}

/// Whether a value is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Null {
    /// Not said.
    #[default]
    Unknown,
    /// It is not.
    Never,
    /// On some paths.
    Maybe,
    /// It is.
    Always,
}

/// What a value is as the body or detail of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub enum Shape {
    /// Not known.
    #[default]
    Unknown,
    /// A text.
    Text,
    /// A dict that does not look like the envelope.
    Plain,
    /// A dict that looks like the envelope and is not.
    Foreign,
    /// As before, and surely an error: `{"error": {"code": …}}` with keys missing.
    Near,
    /// The inner object of the envelope, as a dict.
    Block,
    /// The envelope as a dict.
    Canonical,
    /// An object of the envelope's class.
    Envelope,
    /// An object of the class of the envelope's inner object.
    Inner,
    /// Whatever is passed for this parameter.
    Param(u8),
}

/// A constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Constant {
    /// Not constant.
    #[default]
    None,
    /// A string.
    Str(Name),
    /// An integer.
    Int(i64),
    /// A boolean.
    Bool(bool),
    /// Whatever is passed for this parameter.
    Param(u8),
}

/// What is known of a value.
#[derive(Debug, Clone, Default)]
pub struct Val {
    /// What it can be; empty where unknown.
    pub types: SmallVec<[Ty; 1]>,
    /// Whether it is `None`.
    pub null: Null,
    /// What holds where it is present: not `None`, and true.
    pub grants: Facts,
    /// Where it comes from.
    pub tags: Tags,
    /// The parameters that flow into it, as bits.
    pub params: u32,
    /// The parameter that it is, unchanged.
    pub same_as: Option<u8>,
    /// What it is as an error's detail.
    pub shape: Shape,
    /// Its constant value.
    pub constant: Constant,
    /// The items of a tuple.
    pub items: Option<Arc<[Val]>>,
    /// The exceptions that an `except` bound to it.
    pub caught: Option<Arc<[Exit]>>,
    /// The error that it is: an exception object that is not raised yet, or an error response.
    pub errors: Option<Arc<[Exit]>>,
}

impl Val {
    /// A value of this type.
    pub fn of(ty: Ty) -> Self {
        Self {
            types: SmallVec::from_elem(ty, 1),
            null: Null::Never,
            ..Self::default()
        }
    }

    /// A value of these types.
    pub fn typed(types: Types) -> Self {
        let null = match (types.nullable, types.all.is_empty()) {
            (true, true) if !types.partial => Null::Always,
            (true, _) => Null::Maybe,
            (false, _) => Null::Unknown,
        };
        Self {
            types: types.all.into(),
            null,
            ..Self::default()
        }
    }

    /// `None`.
    pub fn none() -> Self {
        Self {
            null: Null::Always,
            ..Self::default()
        }
    }

    /// Something computed from these: no type, their tags.
    pub fn derived<'v>(from: impl IntoIterator<Item = &'v Val>) -> Self {
        let mut derived = Self::default();
        for value in from {
            derived.tags = derived.tags.with(value.tags.flowing());
            derived.params |= value.params;
            derived.grants = derived.grants.with(value.grants.and(Facts::DEMANDED));
        }
        derived
    }

    /// This value or the other.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        // `False` beside something that grants is an absence, as `None` is.
        let absent = |value: &Self, beside: &Self| {
            value.null == Null::Always || (value.constant == Constant::Bool(false) && beside.grants != Facts::NONE)
        };
        match (absent(&self, &other), absent(&other, &self)) {
            (true, true) => return self,
            (true, false) => {
                return Self {
                    null: Null::Maybe,
                    constant: Constant::None,
                    ..other
                };
            }
            (false, true) => {
                (self.null, self.constant) = (Null::Maybe, Constant::None);
                return self;
            }
            (false, false) => {}
        }
        // Unknown types on one side leave the other side's: a call goes to what is known.
        for ty in other.types {
            if !self.types.contains(&ty) {
                self.types.push(ty);
            }
        }
        self.null = match (self.null, other.null) {
            (left, right) if left == right => left,
            (Null::Maybe, _) | (_, Null::Maybe) => Null::Maybe,
            _ => Null::Unknown,
        };
        self.grants = self.grants.and(other.grants);
        self.tags = self.tags.with(other.tags);
        self.params |= other.params;
        self.same_as = self.same_as.filter(|param| other.same_as == Some(*param));
        self.shape = if self.shape == other.shape {
            self.shape
        } else {
            self.shape.weaker(other.shape)
        };
        self.constant = if self.constant == other.constant {
            self.constant
        } else {
            Constant::None
        };
        self.items = match (self.items, other.items) {
            (Some(left), Some(right)) if left.len() == right.len() => Some(
                left.iter()
                    .zip(right.iter())
                    .map(|(left, right)| left.clone().or(right.clone()))
                    .collect(),
            ),
            _ => None,
        };
        self.caught = both(self.caught, other.caught);
        self.errors = both(self.errors, other.errors);
        self
    }
}

fn both(left: Option<Arc<[Exit]>>, right: Option<Arc<[Exit]>>) -> Option<Arc<[Exit]>> {
    match (left, right) {
        (Some(left), Some(right)) => {
            let new: Vec<&Exit> = right.iter().filter(|exit| !left.contains(exit)).collect();
            Some(if new.is_empty() {
                left
            } else {
                left.iter().chain(new).cloned().collect()
            })
        }
        (left, right) => left.or(right),
    }
}

impl Shape {
    /// Whether a body of this shape says that it is an error.
    pub fn says_error(self) -> bool {
        matches!(self, Self::Near | Self::Canonical | Self::Envelope)
    }

    /// The one that is further from the canonical envelope.
    fn weaker(self, other: Self) -> Self {
        let rank = |shape: Self| match shape {
            Self::Text => 0,
            Self::Plain => 1,
            Self::Foreign | Self::Near => 2,
            Self::Unknown => 3,
            Self::Param(_) => 4,
            Self::Block => 5,
            Self::Inner => 6,
            Self::Envelope => 7,
            Self::Canonical => 8,
        };
        if rank(self) <= rank(other) { self } else { other }
    }
}
