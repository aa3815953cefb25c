//! What the vocabulary says of a name, remembered: the same names are asked about in every function.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::vocabulary::{Vocabulary, words};

/// What a name says, as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Says(u32);

impl Says {
    /// It has a word of gates.
    pub(super) const GATE: Self = Self(1);
    /// It has a word of identity.
    pub(super) const IDENTITY: Self = Self(1 << 1);
    /// It has a word of credentials.
    pub(super) const CREDENTIAL: Self = Self(1 << 2);
    /// It has a word of tickets.
    pub(super) const TICKET: Self = Self(1 << 3);
    /// It has a word of stores.
    pub(super) const STORE: Self = Self(1 << 4);
    /// It has a word of what is kept beside the work.
    pub(super) const ASIDE: Self = Self(1 << 5);
    /// It begins with a verb of writing.
    pub(super) const WRITES: Self = Self(1 << 6);
    /// It begins with a verb of reading.
    pub(super) const READS: Self = Self(1 << 7);
    /// It begins with a verb of asking a gate.
    pub(super) const ASKS: Self = Self(1 << 8);
    /// A row names it as an identity provider.
    pub(super) const IDENTITY_PROVIDER: Self = Self(1 << 9);
    /// A row names it as a credential provider.
    pub(super) const CREDENTIAL_PROVIDER: Self = Self(1 << 10);
    /// A row names it as a verifier.
    pub(super) const VERIFIER: Self = Self(1 << 11);
    /// A row names it as a comparison with the context.
    pub(super) const COMPARISON: Self = Self(1 << 12);
    /// A row names it as an envelope's class.
    pub(super) const ENVELOPE: Self = Self(1 << 13);
    /// A row names it as raising an envelope.
    pub(super) const RAISER: Self = Self(1 << 14);
    /// A row names it as building an envelope.
    pub(super) const BUILDER: Self = Self(1 << 15);
    /// A row names it as a context's class.
    pub(super) const CONTEXT: Self = Self(1 << 16);
    /// A row names it as a method that writes.
    pub(super) const PLAIN_WRITE: Self = Self(1 << 17);
    /// A row names it as a gate's method.
    pub(super) const GATE_METHOD: Self = Self(1 << 18);
    /// A row names it as equivalent to the gate chain.
    pub(super) const GATE_EQUIVALENT: Self = Self(1 << 19);

    /// Whether it says one of these.
    pub(super) fn any(self, says: Self) -> bool {
        self.0 & says.0 != 0
    }

    /// This and the other.
    pub(super) const fn with(self, says: Self) -> Self {
        Self(self.0 | says.0)
    }

    /// Whether it says this.
    pub(super) fn has(self, says: Self) -> bool {
        self.0 & says.0 == says.0
    }
}

/// The vocabulary with its answers so far.
#[derive(Clone)]
pub(super) struct Lexicon {
    vocabulary: Vocabulary,
    known: RefCell<FxHashMap<Box<str>, Says>>,
}

impl Lexicon {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        Self {
            vocabulary: vocabulary.clone(),
            known: RefCell::default(),
        }
    }

    /// The rows themselves.
    pub(super) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// What a name, dotted or not, says.
    pub(super) fn of(&self, name: &str) -> Says {
        if let Some(known) = self.known.borrow().get(name) {
            return *known;
        }
        let says = self.read(name);
        self.known.borrow_mut().insert(name.into(), says);
        says
    }

    fn read(&self, name: &str) -> Says {
        let rows = &self.vocabulary;
        let words: Vec<String> = words(name).collect();
        let mut says = Says::default();
        let mut note = |what: Says, holds: bool| {
            if holds {
                says.0 |= what.0;
            }
        };
        for (what, list) in [
            (Says::GATE, &rows.gate_words),
            (Says::IDENTITY, &rows.identity_words),
            (Says::CREDENTIAL, &rows.credential_words),
            (Says::TICKET, &rows.ticket_words),
            (Says::STORE, &rows.store_words),
            (Says::ASIDE, &rows.aside_words),
        ] {
            note(what, words.iter().any(|word| list.contains(word)));
        }
        for (what, list) in [
            (Says::WRITES, &rows.write_verbs),
            (Says::READS, &rows.read_verbs),
            (Says::ASKS, &rows.gate_methods),
        ] {
            note(what, words.first().is_some_and(|word| list.contains(word)));
        }
        for (what, list) in [
            (Says::IDENTITY_PROVIDER, &rows.identity_providers),
            (Says::CREDENTIAL_PROVIDER, &rows.credential_providers),
            (Says::VERIFIER, &rows.verifiers),
            (Says::COMPARISON, &rows.comparisons),
            (Says::ENVELOPE, &rows.envelopes),
            (Says::RAISER, &rows.envelope_raisers),
            (Says::BUILDER, &rows.envelope_builders),
            (Says::CONTEXT, &rows.contexts),
        ] {
            note(what, listed(list, name));
        }
        for (what, list) in [
            (Says::PLAIN_WRITE, &rows.writes),
            (Says::GATE_METHOD, &rows.gate_methods),
            (Says::GATE_EQUIVALENT, &rows.gate_equivalents),
        ] {
            note(what, list.iter().any(|row| row == name));
        }
        says
    }
}

/// Whether a row names this: whole, by its last segment, or by as many segments as the row has.
fn listed(rows: &[String], dotted: &str) -> bool {
    rows.iter().any(|row| {
        dotted
            .strip_suffix(row.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}
