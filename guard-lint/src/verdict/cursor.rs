//! Cursors of streams: who carries one, and where one that no store knows is refused.

use super::clause::{Answer, Say, tally};
use super::judge::{Judged, Judgement};
use super::work::Asking;
use crate::analysis::summary::{Exit, Owner};
use crate::analysis::value::Shape;
use crate::reading::Reader;
use crate::report::model::{ClauseVerdict, CursorJudged, EndpointKind, StreamReport};
use crate::source::facts::Expr;
use crate::source::visit::each_call;

/// The answer over the streams of the ticket.
pub(super) fn answer(asking: &Asking<'_, '_, '_, '_>) -> Answer {
    let judged = asking.judged;
    let is_stream = |endpoint: &&&Judgement| judged.kind(endpoint) != EndpointKind::Http;
    let streams: Vec<&Judgement> = asking.endpoints.iter().filter(is_stream).copied().collect();
    if streams.is_empty() {
        return Answer::new(
            ClauseVerdict::Unknown,
            "no stream in the ticket's files; nothing there takes a cursor",
        );
    }
    let says = streams.iter().map(|endpoint| (*endpoint, say(judged, endpoint)));
    let mut answer = tally(judged, says, "the 410 envelope");
    answer.rules = &["GL208", "GL602", "GL603"];
    answer
}

fn say(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> Say {
    let gone = gone(endpoint);
    let Some(first) = gone.iter().find(|exit| !exit.after_head).or(gone.first()) else {
        return Say::No("no error answers an unknown cursor with 410".to_owned());
    };
    let place = judged.evidence(first.place, String::new());
    if first.after_head {
        return Say::No("the cursor is judged after the response head was sent".to_owned());
    }
    if !matches!(first.shape, Shape::Canonical | Shape::Envelope) {
        return Say::No(format!("the 410 at {}:{} is no envelope", place.file, place.line));
    }
    if let Some(stream) = &endpoint.stream {
        return match &stream.window {
            _ if !stream.has_code => Say::Partly("the 410 has no code `<domain>.cursor_invalid`".to_owned()),
            Some((place, name)) => window(judged, name, *place),
            None => Say::Yes,
        };
    }
    let reader = judged.reader();
    let handler = judged.route(endpoint).handler;
    let functions = reader.reach([handler]);
    if !says_cursor_invalid(&reader, first, &functions) {
        return Say::Partly("the 410 has no code `<domain>.cursor_invalid`".to_owned());
    }
    let methods = reader
        .replays(&functions)
        .into_iter()
        .filter_map(|replay| replay.method);
    match methods.flat_map(|method| reader.windows(method)).next() {
        Some(found) => window(judged, &judged.model.function_name(found.method), found.place),
        None => Say::Yes,
    }
}

fn window(judged: &Judged<'_, '_, '_>, method: &str, place: crate::model::Place) -> Say {
    let place = judged.evidence(place, String::new());
    Say::Partly(format!(
        "valid cursors are refused too: `{method}` looks in a bounded part of the events at {}:{}",
        place.file, place.line
    ))
}

/// The 410s of an endpoint, also those that were caught and sent otherwise.
fn gone(endpoint: &Judgement) -> Vec<&Exit> {
    let summary = &endpoint.endpoint.summary;
    let sent = summary.returns.errors.iter().flat_map(|errors| errors.iter());
    let handled = summary.handled.iter().map(|handled| &handled.exit);
    let all = summary.exits.iter().chain(sent).chain(handled);
    all.filter(|exit| exit.owner == Owner::Endpoint && exit.status.known() == Some(410))
        .collect()
}

/// Whether the code of the 410 is one of an invalid cursor: in the function that makes it, or in what leads there.
fn says_cursor_invalid(reader: &Reader<'_, '_>, exit: &Exit, functions: &[crate::model::FnId]) -> bool {
    let via = exit.via.map(|(_, callee)| callee);
    let ends = |text: &str| text.ends_with("cursor_invalid");
    let says = |function: crate::model::FnId| {
        let mut found = false;
        crate::source::visit::each_expr(&reader.model.function(function).facts.body, &mut |expr| {
            found = found || matches!(expr, Expr::Str(text, _) if ends(reader.model.text(*text)));
            if let Expr::Text(parts) = expr {
                found = found || parts.last().and_then(|part| reader.string(part)).is_some_and(ends);
            }
        });
        found
    };
    std::iter::once(exit.function).chain(via).any(says) || functions.iter().copied().any(says)
}

/// What the source says of a stream.
pub fn stream(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> Option<StreamReport> {
    if judged.kind(endpoint) == EndpointKind::Http {
        return None;
    }
    if let Some(stream) = &endpoint.stream {
        let replays = stream.replay.is_some();
        return Some(StreamReport {
            replay: (replays || !stream.hidden || stream.cursor.is_empty()).then_some(replays),
            heartbeat: Some(stream.heartbeat.is_some()),
            cursor_invalid: match stream.refused {
                Some((_, true)) => Some(CursorJudged::AfterHead),
                Some((_, false)) => Some(CursorJudged::BeforeHead),
                None if !stream.cursor.is_empty() && !stream.hidden => Some(CursorJudged::Never),
                None => None,
            },
            cursor: stream.cursor.clone(),
        });
    }
    let reader = judged.reader();
    let handler = judged.route(endpoint).handler;
    let functions = reader.reach([handler]);
    let replays = reader.replays(&functions);
    let cursor = carriers(judged, &reader, endpoint, &functions);
    let gone = gone(endpoint);
    // What the source hides may refuse a cursor, or replay from it.
    let hidden = if replays.is_empty() {
        endpoint.endpoint.summary.opaque.is_some()
    } else {
        replays.iter().any(|replay| replay.method.is_none())
    };
    let cursor_invalid = if gone.iter().any(|exit| !exit.after_head) {
        Some(CursorJudged::BeforeHead)
    } else if !gone.is_empty() {
        Some(CursorJudged::AfterHead)
    } else if !cursor.is_empty() && !hidden {
        Some(CursorJudged::Never)
    } else {
        None
    };
    Some(StreamReport {
        replay: (!replays.is_empty() || !hidden || cursor.is_empty()).then_some(!replays.is_empty()),
        heartbeat: Some(reader.heartbeat(&functions).is_some()),
        cursor,
        cursor_invalid,
    })
}

/// The names that carry the cursor: the handler's parameters, and for a socket the keys of its first message.
fn carriers(
    judged: &Judged<'_, '_, '_>,
    reader: &Reader<'_, '_>,
    endpoint: &Judgement,
    functions: &[crate::model::FnId],
) -> Vec<String> {
    let handler = judged.route(endpoint).handler;
    let info = judged.model.function(handler);
    let mut found: Vec<String> = Vec::new();
    for param in &info.facts.params {
        let alias = match &param.default {
            Some(Expr::Call(call)) => call
                .keyword(judged.model.names, "alias")
                .and_then(|alias| reader.string(alias)),
            _ => None,
        };
        let name = alias.unwrap_or(judged.model.text(param.name));
        let plain = name.to_lowercase().replace('-', "_");
        if reader.is_cursor(name) || plain.contains("last_event_id") || plain.contains("cursor") {
            found.push(name.to_owned());
        }
    }
    if judged.route(endpoint).websocket && found.is_empty() {
        let own = functions
            .iter()
            .filter(|function| judged.model.function(**function).module == info.module);
        for function in own {
            each_call(&judged.model.function(*function).facts.body, &mut |call| {
                let key = call.position(0).and_then(|key| reader.string(key));
                if reader.callee_name(&call.func) == "get"
                    && let Some(key) = key.filter(|key| reader.is_cursor(key))
                    && !found.iter().any(|known| known == key)
                {
                    found.push(key.to_owned());
                }
            });
        }
    }
    found
}
