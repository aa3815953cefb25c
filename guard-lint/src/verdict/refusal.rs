//! Is a backend that the mode forbids answered with an envelope, on every path?

use super::clause::{Answer, Say, no_endpoint, tally};
use super::judge::{Judged, Judgement};
use super::work::Asking;
use crate::analysis::summary::Exit;
use crate::analysis::value::Shape;
use crate::model::Place;
use crate::model::classes::{Base, last_segment};
use crate::source::visit::each_call;

/// The answer over the endpoints that the clause speaks of.
pub(super) fn answer(asking: &Asking<'_, '_, '_, '_>) -> Answer {
    let judged = asking.judged;
    if asking.endpoints.is_empty() {
        return no_endpoint();
    }
    let says = asking
        .endpoints
        .iter()
        .map(|endpoint| (*endpoint, say(judged, endpoint)));
    let mut answer = tally(judged, says, "an answer to a forbidden backend");
    answer.rules = &["GL205", "GL201"];
    answer
}

fn say(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> Say {
    let reader = judged.reader();
    let functions = reader.reach([judged.route(endpoint).handler]);
    let exits = &endpoint.endpoint.summary.exits;
    let leaves = exits.iter().find(|exit| is_refusal(judged, exit));
    if let Some(exit) = leaves {
        let place = judged.evidence(exit.place, String::new());
        return Say::No(format!(
            "nothing catches the refusal raised at {}:{}",
            place.file, place.line
        ));
    }
    let answers = reader.answers_refusal(&functions);
    if answers.is_empty() {
        return match raised(judged, endpoint) {
            Some(place) => {
                let place = judged.evidence(place, String::new());
                Say::Partly(format!(
                    "the refusal raised at {}:{} is answered as any other failure",
                    place.file, place.line
                ))
            }
            None => Say::Nothing,
        };
    }
    let answered: Vec<&Exit> = exits.iter().filter(|exit| stands_in(exit, &answers)).collect();
    let bare = answered
        .iter()
        .find(|exit| !matches!(exit.shape, Shape::Canonical | Shape::Envelope));
    match (bare, answered.is_empty()) {
        (Some(exit), _) => {
            let place = judged.evidence(exit.place, String::new());
            Say::No(format!(
                "it is answered without the envelope at {}:{}",
                place.file, place.line
            ))
        }
        (None, false) => Say::Yes,
        (None, true) => Say::Unknown("what its handler answers cannot be told".to_owned()),
    }
}

fn is_refusal(judged: &Judged<'_, '_, '_>, exit: &Exit) -> bool {
    let name = match exit.class {
        Base::Local(class) => judged.model.text(judged.model.class_facts(class).name),
        Base::External(name) => last_segment(judged.model.text(name)),
    };
    judged.reader().is_refusal(name)
}

/// Where what the handler calls raises a refusal that comes back to it.
fn raised(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> Option<Place> {
    let reader = judged.reader();
    let handler = judged.route(endpoint).handler;
    let mut found = None;
    each_call(&judged.model.function(handler).facts.body, &mut |call| {
        for callee in reader.called(reader.at(handler), &call.func) {
            let summary = judged.analyzer.summary(callee);
            let refusal = summary.exits.iter().find(|exit| is_refusal(judged, exit));
            found = found.or(refusal.map(|exit| exit.place));
        }
    });
    found
}

fn stands_in(exit: &Exit, places: &[Place]) -> bool {
    let via = exit.via.map(|(call, _)| call);
    places.iter().any(|place| *place == exit.place || Some(*place) == via)
}
