//! Do the ticket's stores survive a restart in every mode that is sold, and are missed events replayed from them?

use super::clause::{Answer, Say, tally};
use super::judge::Judged;
use super::work::Asking;
use crate::analysis::RustStream;
use crate::reading::Reader;
use crate::reading::modes::Mode;
use crate::reading::replay::Replay;
use crate::reading::store::{Keeps, Store};
use crate::report::model::{ClauseVerdict, EndpointKind};

/// Whether state lives in a store that survives a restart, and nothing volatile serves in its place.
pub(super) fn durable(asking: &Asking<'_, '_, '_, '_>) -> Answer {
    let judged = asking.judged;
    let reader = judged.reader();
    let stores = |mode: Mode| -> Vec<Store> {
        let replays = replays(asking, &reader);
        let mut found: Vec<Store> = Vec::new();
        let of_replays = replays
            .iter()
            .flat_map(|replay| reader.stores(replay.at, replay.source, mode));
        let of_files = asking
            .modules()
            .into_iter()
            .flat_map(|module| reader.stores_in(module, mode));
        // What is replayed is what must last; a ticket without streams speaks of all that its files make.
        let all: Vec<Store> = if replays.is_empty() {
            of_files.collect()
        } else {
            of_replays.collect()
        };
        for store in all {
            if !found.contains(&store) {
                found.push(store);
            }
        }
        found
    };
    let mut answer = judge_stores(judged, &reader, &stores);
    answer.rules = &["GL601"];
    answer
}

fn judge_stores(judged: &Judged<'_, '_, '_>, reader: &Reader<'_, '_>, stores: &dyn Fn(Mode) -> Vec<Store>) -> Answer {
    let (mut lasting, mut volatile): (Vec<Store>, Vec<(Mode, Store)>) = (Vec::new(), Vec::new());
    for mode in Mode::SOLD {
        for store in stores(mode) {
            match store.keeps {
                // What refuses the modes that are sold does not serve in them.
                _ if reader.guards_itself(store.made.class) => {}
                Keeps::Durable | Keeps::Files => lasting.push(store),
                Keeps::Local | Keeps::Memory => volatile.push((mode, store)),
            }
        }
    }
    let name = |store: &Store| judged.model.text(judged.model.class_facts(store.made.class).name);
    let Some((mode, worst)) = volatile.first() else {
        return match lasting.first() {
            Some(store) => {
                let mut answer = Answer::new(
                    ClauseVerdict::Met,
                    format!("what serves in saas and enterprise lasts: `{}`", name(store)),
                );
                answer.evidence = vec![judged.evidence(store.made.place, format!("makes `{}`", name(store)))];
                answer
            }
            None => Answer::new(ClauseVerdict::Unknown, "the source does not show which store serves"),
        };
    };
    let how = match (worst.keeps, worst.made.fallback) {
        (_, true) => "takes the place of what failed",
        (Keeps::Local, _) => "keeps things on one machine's disk",
        _ => "keeps everything in memory",
    };
    let reason = format!("in {}, `{}` {how}", mode.name(), name(worst));
    let verdict = if lasting.is_empty() {
        ClauseVerdict::Unmet
    } else {
        ClauseVerdict::Partial
    };
    let mut answer = Answer::new(verdict, reason.clone());
    answer.evidence = vec![judged.evidence(worst.made.place, reason)];
    answer
}

/// The replays that a ticket's streams, or else its files' own functions, make.
fn replays<'s>(asking: &Asking<'_, '_, '_, 's>, reader: &Reader<'_, 's>) -> Vec<Replay<'s>> {
    let judged = asking.judged;
    let streams: Vec<_> = asking
        .endpoints
        .iter()
        .filter(|endpoint| judged.kind(endpoint) != EndpointKind::Http)
        .map(|endpoint| judged.route(endpoint).handler)
        .collect();
    let roots = if streams.is_empty() {
        let modules = asking.modules();
        modules
            .into_iter()
            .flat_map(|module| reader.functions_of(module).collect::<Vec<_>>())
            .collect()
    } else {
        streams
    };
    reader.replays(&reader.reach(roots))
}

/// Whether missed events are replayed from the cursor.
pub(super) fn replay(asking: &Asking<'_, '_, '_, '_>) -> Answer {
    let judged = asking.judged;
    let reader = judged.reader();
    let streams: Vec<_> = asking
        .endpoints
        .iter()
        .copied()
        .filter(|endpoint| judged.kind(endpoint) != EndpointKind::Http)
        .collect();
    if !streams.is_empty() {
        let says = streams.iter().map(|endpoint| {
            if let Some(stream) = &endpoint.stream {
                return (*endpoint, said_in_rust(judged, stream));
            }
            let functions = reader.reach([judged.route(endpoint).handler]);
            let found = reader.replays(&functions);
            (*endpoint, said(judged, &reader, &found))
        });
        let mut answer = tally(judged, says, "a replay");
        answer.rules = &["GL602"];
        return answer;
    }
    let found = replays(asking, &reader);
    match (said(judged, &reader, &found), found.first()) {
        (Say::Yes, Some(replay)) => {
            let mut answer = Answer::new(ClauseVerdict::Met, "missed events are asked of a store");
            answer.evidence = vec![judged.evidence(replay.place, "replays from the cursor".to_owned())];
            answer
        }
        (Say::Partly(reason), Some(replay)) => {
            let mut answer = Answer::new(ClauseVerdict::Partial, reason);
            answer.evidence = vec![judged.evidence(replay.place, "replays from the cursor".to_owned())];
            answer
        }
        _ => Answer::new(
            ClauseVerdict::Unknown,
            "nothing in the ticket's files asks a store for what came after a cursor",
        ),
    }
}

fn said_in_rust(judged: &Judged<'_, '_, '_>, stream: &RustStream) -> Say {
    match (&stream.replay, &stream.window) {
        (None, _) => Say::No("no store is asked for what came after the cursor".to_owned()),
        (Some(_), Some((place, name))) => {
            let place = judged.evidence(*place, String::new());
            Say::Partly(format!(
                "`{name}` looks for the cursor in a bounded part of the events at {}:{}",
                place.file, place.line
            ))
        }
        (Some(_), None) => Say::Yes,
    }
}

fn said<'s>(judged: &Judged<'_, '_, 's>, reader: &Reader<'_, 's>, found: &[Replay<'s>]) -> Say {
    if found.is_empty() {
        return Say::No("no store is asked for what came after the cursor".to_owned());
    }
    let mut windows = found
        .iter()
        .filter_map(|replay| replay.method)
        .flat_map(|method| reader.windows(method));
    match windows.next() {
        Some(window) => {
            let place = judged.evidence(window.place, String::new());
            Say::Partly(format!(
                "`{}` looks for the cursor in a bounded part of the events at {}:{}",
                judged.model.function_name(window.method),
                place.file,
                place.line
            ))
        }
        None => Say::Yes,
    }
}
