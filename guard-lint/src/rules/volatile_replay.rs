//! GL601: volatile-replay

use super::{Sink, declare_rule};
use crate::reading::modes::Mode;
use crate::reading::store::Keeps;
use crate::report::model::EndpointKind;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A stream that replays from the process's memory in a mode that is sold.
    ///
    /// After a restart, or on the other instance, everything that a client missed is gone, and its cursor is unknown. A class
    /// that is only called durable is one, and so is what an `except` puts in the place of the durable store.
    ///
    /// ```python
    /// try:
    ///     events = FirestoreEvents(project)
    /// except Exception:
    ///     events = MemoryEvents()  # nobody notices until the restart
    /// ```
    VolatileReplay {
        code: "GL601",
        name: "volatile-replay",
        severity: Error,
        confidence: Medium,
        help: "replay from a store that survives a restart, and fail where there is none; keep memory for the lab",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let reader = program.reader();
    for endpoint in &program.endpoints {
        if program.kind(endpoint) == EndpointKind::Http {
            continue;
        }
        if let Some((place, name)) = endpoint.stream.as_ref().and_then(|stream| stream.volatile.as_ref()) {
            let handler = program.handler(endpoint);
            let message = format!("`{handler}` replays from `{name}`, which a restart empties");
            sink.endpoint(endpoint, *place, name, message);
        }
        let functions = reader.reach([program.route(endpoint).handler]);
        let mut reported = Vec::new();
        for replay in reader.replays(&functions) {
            for mode in Mode::SOLD {
                for store in reader.stores(replay.at, replay.source, mode) {
                    let volatile = matches!(store.keeps, Keeps::Memory | Keeps::Local);
                    let class = store.made.class;
                    if !volatile || reader.guards_itself(class) || reported.contains(&class) {
                        continue;
                    }
                    reported.push(class);
                    let name = program.model.text(program.model.class_facts(class).name);
                    let message = format!(
                        "`{}` replays from `{name}` in {}, which a restart empties",
                        program.handler(endpoint),
                        mode.name()
                    );
                    sink.endpoint(endpoint, store.made.place, name, message);
                }
            }
        }
    }
}
