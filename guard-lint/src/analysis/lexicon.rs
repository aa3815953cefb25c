//! What the vocabulary says of a name, remembered: the same names are asked about in every function.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::vocabulary::{Vocabulary, each_word};

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

    /// This without the other.
    const fn without(self, says: Self) -> Self {
        Self(self.0 & !says.0)
    }

    /// Whether it says this.
    pub(super) fn has(self, says: Self) -> bool {
        self.0 & says.0 == says.0
    }
}

/// What is applied to a query before it is run: `repository.apply_sorting(statement, sorting)` writes nothing.
const OF_QUERIES: [&str; 10] = [
    "filter",
    "filters",
    "join",
    "joins",
    "limit",
    "order",
    "ordering",
    "pagination",
    "sort",
    "sorting",
];

/// What rows say, by what they are compared with.
#[derive(Clone, Default)]
struct Rows {
    /// Any word of a name.
    words: FxHashMap<String, Says>,
    /// Its first word.
    first_words: FxHashMap<String, Says>,
    /// The whole name, its last segment, or as many segments as the row has.
    segments: FxHashMap<String, Says>,
    /// The whole name.
    whole: FxHashMap<String, Says>,
}

impl Rows {
    fn new(vocabulary: &Vocabulary) -> Self {
        let mut rows = Self::default();
        add(&mut rows.words, Says::GATE, &vocabulary.gate_words);
        add(&mut rows.words, Says::IDENTITY, &vocabulary.identity_words);
        add(&mut rows.words, Says::CREDENTIAL, &vocabulary.credential_words);
        add(&mut rows.words, Says::TICKET, &vocabulary.ticket_words);
        add(&mut rows.words, Says::STORE, &vocabulary.store_words);
        add(&mut rows.words, Says::ASIDE, &vocabulary.aside_words);
        add(&mut rows.first_words, Says::WRITES, &vocabulary.write_verbs);
        add(&mut rows.first_words, Says::READS, &vocabulary.read_verbs);
        add(&mut rows.first_words, Says::ASKS, &vocabulary.gate_methods);
        let segments = &mut rows.segments;
        add(segments, Says::IDENTITY_PROVIDER, &vocabulary.identity_providers);
        add(segments, Says::CREDENTIAL_PROVIDER, &vocabulary.credential_providers);
        add(segments, Says::VERIFIER, &vocabulary.verifiers);
        add(segments, Says::COMPARISON, &vocabulary.comparisons);
        add(segments, Says::ENVELOPE, &vocabulary.envelopes);
        add(segments, Says::RAISER, &vocabulary.envelope_raisers);
        add(segments, Says::BUILDER, &vocabulary.envelope_builders);
        add(segments, Says::CONTEXT, &vocabulary.contexts);
        add(&mut rows.whole, Says::PLAIN_WRITE, &vocabulary.writes);
        add(&mut rows.whole, Says::GATE_METHOD, &vocabulary.gate_methods);
        add(&mut rows.whole, Says::GATE_EQUIVALENT, &vocabulary.gate_equivalents);
        rows
    }

    fn read(&self, name: &str) -> Says {
        let said = |rows: &FxHashMap<String, Says>, part: &str| rows.get(part).copied().unwrap_or_default();
        let mut says = said(&self.whole, name).with(said(&self.segments, name));
        for (dot, _) in name.match_indices('.') {
            says = says.with(said(&self.segments, &name[dot + 1..]));
        }
        let (mut applies, mut is_first) = (false, true);
        each_word(name, |word| {
            says = says.with(said(&self.words, word));
            if std::mem::take(&mut is_first) {
                says = says.with(said(&self.first_words, word));
                applies = word == "apply";
            } else if applies && OF_QUERIES.contains(&word) {
                says = says.without(Says::WRITES);
            }
        });
        says
    }
}

fn add(rows: &mut FxHashMap<String, Says>, says: Says, list: &[String]) {
    for row in list {
        let known = rows.entry(row.clone()).or_default();
        *known = known.with(says);
    }
}

/// The vocabulary with its answers so far.
#[derive(Clone)]
pub(super) struct Lexicon {
    vocabulary: Vocabulary,
    rows: Rows,
    known: RefCell<FxHashMap<Box<str>, Says>>,
}

impl Lexicon {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        Self {
            vocabulary: vocabulary.clone(),
            rows: Rows::new(vocabulary),
            known: RefCell::default(),
        }
    }

    /// The vocabulary itself.
    pub(super) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// What a name, dotted or not, says.
    pub(super) fn of(&self, name: &str) -> Says {
        if let Some(known) = self.known.borrow().get(name) {
            return *known;
        }
        let says = self.rows.read(name);
        self.known.borrow_mut().insert(name.into(), says);
        says
    }
}
