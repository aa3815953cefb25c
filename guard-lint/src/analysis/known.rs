//! The vocabulary, ready to be asked about names and definitions.

use rustc_hash::FxHashSet;

use super::lexicon::{Lexicon, Says};
use super::matching::Field;
use crate::model::classes::last_segment;
use crate::model::{ClassId, FnId, Model};
use crate::source::facts::Name;
use crate::vocabulary::Vocabulary;

/// The seven keys of the envelope's inner object (contract, section 3).
pub(super) const BLOCK_KEYS: [&str; 7] = [
    "code",
    "message",
    "http_status",
    "gate",
    "action_name",
    "resource_kind",
    "details",
];

/// The vocabulary over one program.
#[derive(Clone)]
pub(crate) struct Known {
    lexicon: Lexicon,
    /// Envelope classes of the program, and the classes of their inner objects.
    envelopes: FxHashSet<ClassId>,
    inners: FxHashSet<ClassId>,
    /// Classes that are called envelopes and lack keys.
    false_envelopes: FxHashSet<ClassId>,
    contexts: FxHashSet<ClassId>,
    gates: FxHashSet<ClassId>,
}

impl Known {
    pub(super) fn new(model: &Model<'_>, vocabulary: &Vocabulary) -> Self {
        let mut known = Self {
            lexicon: Lexicon::new(vocabulary),
            envelopes: FxHashSet::default(),
            inners: FxHashSet::default(),
            false_envelopes: FxHashSet::default(),
            contexts: FxHashSet::default(),
            gates: FxHashSet::default(),
        };
        for index in 0..model.classes.len() {
            known.classify(model, ClassId(index as u32));
        }
        known
    }

    fn classify(&mut self, model: &Model<'_>, class: ClassId) {
        let info = model.class(class);
        let name = model.text(info.facts.name);
        let has_field = |field: &str| {
            let field = model.intern(field);
            info.fields.contains_key(&field) || info.attributes.contains_key(&field)
        };
        if let Some(inner) = envelope_inner(model, class) {
            if BLOCK_KEYS
                .iter()
                .all(|key| model.class(inner).fields.contains_key(&model.intern(key)))
            {
                self.envelopes.insert(class);
                self.inners.insert(inner);
            } else if self.is_envelope_name(name) {
                self.false_envelopes.insert(class);
            }
        } else if self.is_envelope_name(name) {
            self.false_envelopes.insert(class);
        }
        let is_model = model.has_external_base(class, &["BaseModel", "SQLModel", "TypedDict"]);
        if self.lexicon.of(name).has(Says::CONTEXT)
            || (name.ends_with("Context")
                && !is_model
                && ["tenant_id", "project_id", "mode"].into_iter().all(has_field))
        {
            self.contexts.insert(class);
        }
        let gate_method = |method: &Name| self.lexicon.of(model.text(*method)).has(Says::GATE_METHOD);
        if self.lexicon.of(name).has(Says::GATE) && info.methods.keys().any(gate_method) {
            self.gates.insert(class);
        }
    }

    /// The rows themselves.
    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        self.lexicon.vocabulary()
    }

    /// All that a name, dotted or not, says.
    pub(super) fn says(&self, name: &str) -> Says {
        self.lexicon.of(name)
    }

    fn is_envelope_name(&self, name: &str) -> bool {
        self.lexicon.of(name).has(Says::ENVELOPE)
    }

    pub(super) fn is_envelope(&self, class: ClassId) -> bool {
        self.envelopes.contains(&class)
    }

    pub(super) fn is_false_envelope(&self, class: ClassId) -> bool {
        self.false_envelopes.contains(&class)
    }

    pub(super) fn is_inner(&self, class: ClassId) -> bool {
        self.inners.contains(&class)
    }

    pub(super) fn is_external_envelope(&self, dotted: &str) -> bool {
        self.is_envelope_name(last_segment(dotted))
    }

    pub(super) fn is_context(&self, model: &Model<'_>, class: ClassId) -> bool {
        self.contexts.contains(&class) || model.ancestry(class).iter().any(|class| self.contexts.contains(class))
    }

    pub(super) fn is_external_context(&self, dotted: &str) -> bool {
        self.lexicon.of(dotted).has(Says::CONTEXT)
    }

    pub(crate) fn is_identity_provider(&self, name: &str) -> bool {
        self.lexicon.of(name).has(Says::IDENTITY_PROVIDER)
    }

    pub(crate) fn is_credential_provider(&self, name: &str) -> bool {
        self.lexicon.of(name).has(Says::CREDENTIAL_PROVIDER)
    }

    /// Whether a dotted name is one of a verifier; `jwt.decode` matches by its last two segments.
    pub(crate) fn is_verifier(&self, dotted: &str) -> bool {
        self.lexicon.of(dotted).has(Says::VERIFIER)
    }

    /// Whether a layer of this name lets no request past that shows no credential.
    pub(super) fn is_identity_layer(&self, name: &str) -> bool {
        self.lexicon
            .vocabulary()
            .identity_layers
            .iter()
            .any(|known| known == name)
    }

    /// Whether a handler that takes an argument of this type runs for verified callers only.
    pub(super) fn is_identity_extractor(&self, name: &str) -> bool {
        self.lexicon
            .vocabulary()
            .identity_extractors
            .iter()
            .any(|known| known == name)
    }

    /// Whether a path ends in the name of a context.
    pub(super) fn is_context_name(&self, path: &[String]) -> bool {
        path.last().is_some_and(|name| self.lexicon.of(name).has(Says::CONTEXT))
    }

    /// Whether a provider's name leaves open that it establishes identity.
    pub(super) fn may_identify(&self, name: &str) -> bool {
        self.lexicon.of(name).has(Says::IDENTITY)
    }

    /// Whether a method's name with what it is called on says that it verifies a credential: `verifier.verify`.
    pub(super) fn is_credential_check(&self, receiver: Option<&str>, method: &str) -> bool {
        self.lexicon
            .vocabulary()
            .verifying_methods
            .iter()
            .any(|known| known == method)
            && receiver.is_some_and(|receiver| self.lexicon.of(receiver).has(Says::CREDENTIAL))
    }

    pub(super) fn is_ticket(&self, name: &str) -> bool {
        self.lexicon.of(name).has(Says::TICKET)
    }

    /// The field of the scope that a name is of.
    pub(crate) fn field(&self, name: &str) -> Option<Field> {
        let vocabulary = self.lexicon.vocabulary();
        let rows = [
            (&vocabulary.tenant_fields, Field::Tenant),
            (&vocabulary.mode_fields, Field::Mode),
            (&vocabulary.project_fields, Field::Project),
            (&vocabulary.app_fields, Field::App),
        ];
        rows.into_iter()
            .find(|(names, _)| names.iter().any(|row| row == name))
            .map(|(_, field)| field)
    }

    pub(super) fn is_comparison(&self, name: &str) -> bool {
        self.lexicon.of(name).has(Says::COMPARISON)
    }

    /// Whether a method is the question to a gate: of a gate class, or a named equivalent.
    pub(super) fn is_gate_method(&self, model: &Model<'_>, method: FnId) -> bool {
        let info = model.function(method);
        let name = model.text(info.facts.name);
        let of_gate = info.class.is_some_and(|class| {
            model.ancestry(class).iter().any(|class| self.gates.contains(class))
                && self.lexicon.of(name).has(Says::GATE_METHOD)
        });
        let listed = !of_gate && !self.lexicon.vocabulary().gate_equivalents.is_empty();
        of_gate || (listed && (self.is_gate_equivalent(&model.function_name(method)) || self.is_gate_equivalent(name)))
    }

    /// How many kinds of gates there are.
    pub(super) fn gate_kinds(&self) -> usize {
        self.lexicon.vocabulary().gate_kinds.len().min(16)
    }

    /// The kind of gate that a function asks, by the words of its class and its name.
    pub(super) fn gate_kind(&self, model: &Model<'_>, function: FnId) -> Option<usize> {
        let name = model.text(model.function(function).facts.name);
        if !self.lexicon.of(name).has(Says::ASKS) {
            return None;
        }
        let said: Vec<String> = crate::vocabulary::words(&model.function_name(function)).collect();
        let kinds = self.lexicon.vocabulary().gate_kinds.iter().take(self.gate_kinds());
        kinds.into_iter().position(|kind| {
            let wanted: Vec<String> = crate::vocabulary::words(kind).collect();
            said.windows(wanted.len()).any(|window| window == wanted)
        })
    }

    /// Whether a name alone says that it is a gate: `GateChain.run`, `enforce_gate`.
    pub(super) fn is_gate_call(&self, receiver: Option<&str>, method: &str) -> bool {
        let says = self.lexicon.of(method);
        let of_gate =
            says.has(Says::GATE_METHOD) && receiver.is_some_and(|receiver| self.lexicon.of(receiver).has(Says::GATE));
        // A gate word and a verb of asking are enough without a receiver.
        of_gate || says.has(Says::GATE_EQUIVALENT) || says.has(Says::GATE.with(Says::ASKS))
    }

    fn is_gate_equivalent(&self, name: &str) -> bool {
        self.lexicon.of(name).has(Says::GATE_EQUIVALENT)
    }

    /// Whether a call of this method on something of this name writes.
    pub(super) fn is_write(&self, receiver: &str, method: &str) -> bool {
        let says = self.lexicon.of(method);
        says.has(Says::PLAIN_WRITE) || (says.has(Says::WRITES) && self.lexicon.of(receiver).has(Says::STORE))
    }

    pub(super) fn is_plain_write(&self, method: &str) -> bool {
        self.lexicon.of(method).has(Says::PLAIN_WRITE)
    }

    /// Whether a name starts with a verb of writing.
    pub(super) fn has_write_verb(&self, name: &str) -> bool {
        self.lexicon.of(name).has(Says::WRITES)
    }

    pub(super) fn is_store(&self, name: &str) -> bool {
        self.lexicon.of(name).has(Says::STORE)
    }

    /// Whether a name says that something is kept beside the work.
    pub(super) fn is_aside(&self, name: &str) -> bool {
        self.lexicon.of(name).has(Says::ASIDE)
    }

    pub(crate) fn is_read(&self, name: &str) -> bool {
        self.lexicon.of(name).has(Says::READS)
    }
}

/// The class of the field `error`, where a class has one of the program.
fn envelope_inner(model: &Model<'_>, class: ClassId) -> Option<ClassId> {
    let info = model.class(class);
    let field = info.fields.get(&model.literal("error"))?;
    model
        .annotation(info.module, field.annotation?)
        .all
        .iter()
        .find_map(|ty| match ty {
            crate::model::types::Ty::Object { class, .. } => Some(*class),
            _ => None,
        })
}
