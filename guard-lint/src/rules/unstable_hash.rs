//! GL501: unstable-hash

use std::collections::BTreeSet;

use super::{Sink, declare_rule};
use crate::lineage::value::Source;
use crate::lineage::{Creation, Key};
use crate::model::Place;
use crate::verdict::judge::Judged;
use crate::vocabulary::has_word;

declare_rule! {
    /// The hash of a stored artifact differs from run to run.
    ///
    /// A hash such as `pipeline_hash` stands for what an artifact was made of. One over a temporary path, a fresh id, the
    /// clock, `hash()`, or a dict or set in whatever order it has, finds nothing again. Values are followed from the call
    /// that stores the artifact back through helpers and other files.
    UnstableHash {
        code: "GL501",
        name: "unstable-hash",
        severity: Warning,
        confidence: Medium,
        help: "hash the input alone, as canonical JSON: `json.dumps(payload, sort_keys=True)`",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let hash_words = &program.analyzer.vocabulary().records.hash_words;
    let mut seen = BTreeSet::new();
    for trail in program.walks.storing(program.analyzer) {
        for creation in &trail.creations {
            let hashes = creation.keys.iter().filter(|(field, _)| has_word(field, hash_words));
            for (field, key) in hashes {
                let Some((source, place)) = key.origin.unstable().next() else {
                    continue;
                };
                if seen.insert((creation.from, key.place, place, field.clone())) {
                    let at = (source, place);
                    report(program, sink, creation, (field, key), at);
                }
            }
        }
    }
}

fn report(
    program: &Judged<'_, '_, '_>,
    sink: &mut Sink<'_>,
    creation: &Creation,
    (field, key): (&str, &Key),
    (source, place): (Source, Place),
) {
    let what = source.describe();
    let message = format!("`{field}` of a stored artifact depends on {what}");
    let trace = vec![
        program.evidence(place, format!("{what} comes in here")),
        program.evidence(key.place, format!("`{field}` is set here")),
    ];
    let owner = super::owner(program, creation.from, creation.function);
    let shape = format!("{field} {what}");
    sink.place(creation.from, &owner, &shape, message).with_trace(trace);
}
