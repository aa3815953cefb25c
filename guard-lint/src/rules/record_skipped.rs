//! GL504: record-skipped

use std::collections::BTreeSet;

use super::{Sink, declare_rule};
use crate::lineage::state::{AUDIT, USAGE, WROTE, Ways};
use crate::verdict::judge::Judged;

declare_rule! {
    /// Usage or an audit event is recorded on some of the paths that change something.
    ///
    /// A function that records its budget usage on one path and returns early on another leaves changes that nobody
    /// accounts for. A record whose failure is caught counts as made.
    RecordSkipped {
        code: "GL504",
        name: "record-skipped",
        severity: Warning,
        confidence: Medium,
        help: "record on every path, or before the first change",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let mut seen = BTreeSet::new();
    for (function, trail) in program.walks.recording(program.analyzer) {
        if trail.cut {
            continue;
        }
        let ways = trail.exits.iter().fold(Ways::NONE, |ways, (_, more)| ways.or(*more));
        for (what, noun) in [(USAGE, "usage"), (AUDIT, "an audit record")] {
            if !ways.any(WROTE | what) {
                continue;
            }
            let skips = trail.exits.iter().find(|(_, ways)| ways.any_without(WROTE, what));
            let Some((place, _)) = skips.filter(|(place, _)| seen.insert((*place, what))) else {
                continue;
            };
            let name = program.model.function_name(*function);
            let message = format!("`{name}` changes something on a path that does not record {noun}");
            let owner = super::owner(program, *place, *function);
            sink.place(*place, &owner, noun, message);
        }
    }
}
