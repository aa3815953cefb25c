//! GL602: cursor-window

use super::{Sink, declare_rule};
use crate::report::model::EndpointKind;
use crate::verdict::judge::Judged;

declare_rule! {
    /// A cursor that is looked for in the first few events only.
    ///
    /// The store asks for a bounded number of events and then searches the cursor among them. A client that is further along
    /// has a valid cursor that is not found: it is told that it is invalid, or gets nothing.
    CursorWindow {
        code: "GL602",
        name: "cursor-window",
        severity: Error,
        confidence: Medium,
        help: "look the cursor up by itself, then ask for what comes after it",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    let reader = program.reader();
    for endpoint in &program.endpoints {
        if program.kind(endpoint) == EndpointKind::Http {
            continue;
        }
        if let Some((place, name)) = endpoint.stream.as_ref().and_then(|stream| stream.window.as_ref()) {
            let handler = program.handler(endpoint);
            let message = format!("`{name}` looks for the cursor of `{handler}` in a bounded part of the events");
            sink.endpoint(endpoint, *place, name, message);
        }
        let functions = reader.reach([program.route(endpoint).handler]);
        let methods = reader
            .replays(&functions)
            .into_iter()
            .filter_map(|replay| replay.method);
        let mut reported = Vec::new();
        for window in methods.flat_map(|method| reader.windows(method)) {
            if reported.contains(&window.place) {
                continue;
            }
            reported.push(window.place);
            let name = program.model.function_name(window.method);
            let message = format!(
                "`{name}` looks for the cursor of `{}` in a bounded part of the events",
                program.handler(endpoint)
            );
            sink.endpoint(endpoint, window.place, &name, message);
        }
    }
}
