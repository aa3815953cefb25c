//! GL503: personal-data-logged

use std::collections::BTreeSet;

use super::{Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// A log call gets a person's data.
    ///
    /// Names say what is a person's data: `contact.email`, `payload["phone"]`. It is followed through variables and the
    /// helpers nearby; what is masked or hashed on the way is a person's data no more.
    PersonalDataLogged {
        code: "GL503",
        name: "personal-data-logged",
        severity: Warning,
        confidence: Medium,
        help: "log an id, or mask the value",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let mut seen = BTreeSet::new();
    for trail in program.walks.logging(program.analyzer) {
        for log in trail.logs.iter().filter(|log| seen.insert(log.place)) {
            let trace = vec![program.evidence(log.data, "the data comes in here".to_owned())];
            let owner = super::owner(program, log.place, log.function);
            let message = "a person's data is logged".to_owned();
            sink.place(log.place, &owner, "", message).with_trace(trace);
        }
    }
}
