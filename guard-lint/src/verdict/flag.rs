//! Does the mounting depend on a feature flag?

use super::clause::{Answer, Say, no_endpoint, tally};
use super::judge::{Judged, Judgement};
use super::work::Asking;

/// The answer over the routers of the ticket.
pub(super) fn answer(asking: &Asking<'_, '_, '_, '_>) -> Answer {
    let judged = asking.judged;
    if asking.endpoints.is_empty() {
        return no_endpoint();
    }
    let own = |endpoint: &&&Judgement| !judged.router(endpoint).is_app;
    let endpoints: Vec<&Judgement> = asking.endpoints.iter().filter(own).copied().collect();
    let says = endpoints.iter().map(|endpoint| (*endpoint, say(judged, endpoint)));
    let mut answer = tally(judged, says, "a flag");
    answer.rules = &["GL402"];
    answer
}

fn say(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> Say {
    let mountings = &judged.routes.mountings[endpoint.endpoint.router.0 as usize];
    if mountings.is_empty() {
        return Say::No("no application mounts the router, with a flag or without".to_owned());
    }
    let reader = judged.reader();
    let flagged = mountings.iter().filter(|mounting| {
        mounting.steps.iter().any(|step| {
            let include = &judged.routes.router(step.parent).includes[step.include];
            reader.flag_around(include.place).is_some()
        })
    });
    match flagged.count() {
        0 => Say::No("the router is mounted whatever the flags say".to_owned()),
        all if all == mountings.len() => Say::Yes,
        _ => Say::Partly("one of its mountings depends on no flag".to_owned()),
    }
}
