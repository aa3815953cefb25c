//! GL502: metadata-lost

use std::collections::BTreeSet;

use super::{Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// An artifact's metadata is set, and replaced or dropped before it is stored.
    ///
    /// The caller computes `pipeline_hash` over what it rendered; the helper that stores the artifact puts another in its
    /// place, or stores a selection without it. What is stored is not what the caller says.
    MetadataLost {
        code: "GL502",
        name: "metadata-lost",
        severity: Warning,
        confidence: Medium,
        help: "keep what the caller gives: `meta.setdefault(...)`, or the caller's dict last",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let fields = &program.analyzer.vocabulary().records.artifact_fields;
    let mut seen = BTreeSet::new();
    for trail in program.walks.storing(program.analyzer) {
        for creation in &trail.creations {
            for field in fields {
                let key = creation.keys.get(field);
                let replaced = key.and_then(|key| Some((key.over?, key.place, "another takes its place here")));
                let dropped = creation.dropped.get(field).filter(|_| key.is_none());
                let dropped = dropped.map(|(set, at)| (*set, *at, "it is dropped here"));
                let Some((set, at, what)) = replaced.or(dropped) else {
                    continue;
                };
                if !seen.insert((creation.from, set, at)) {
                    continue;
                }
                let message = format!("`{field}` does not reach the stored artifact as it was set");
                let trace = vec![
                    program.evidence(set, format!("`{field}` is set here")),
                    program.evidence(at, what.to_owned()),
                ];
                let owner = super::owner(program, creation.from, creation.function);
                sink.place(creation.from, &owner, field, message).with_trace(trace);
            }
        }
    }
}
