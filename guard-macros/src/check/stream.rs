//! What a route streams.

use super::mutating;
use crate::errors::Errors;
use crate::parse::{Args, StreamValue};
use crate::shape;

/// The variant of `guard::route::Transport`, and the domain.
pub(super) fn stream(args: &Args, errors: &mut Errors) -> Option<(&'static str, String)> {
    if let (Some(span), Some(method)) = (args.stream.key(), mutating(args)) {
        errors.at(
            span,
            format!(
                "a stream is read with GET, not with {method}: publish to it from this route, and declare another one"
            ),
        );
    }
    let StreamValue {
        transport,
        domain,
        option,
    } = args.stream.value()?;
    let variant = match (transport.to_string().as_str(), option) {
        ("sse", None) => Some("Sse"),
        ("websocket", None) => Some("Websocket"),
        ("websocket", Some(option)) if option == "hello" => Some("WebsocketHello"),
        ("sse", Some(option)) if option == "hello" => {
            errors.at(
                option.span(),
                "the client of an event stream sends no frames, so no `hello`: remove it",
            );
            None
        }
        ("sse" | "websocket", Some(option)) => {
            errors.at(
                option.span(),
                format!("unknown option `{option}`: a WebSocket may have `hello`"),
            );
            None
        }
        _ => {
            errors.at(
                transport.span(),
                format!("`{transport}` is no transport of a stream: write `sse` or `websocket`"),
            );
            None
        }
    };
    let text = domain.value();
    if let Err(problem) = shape::word(&text) {
        errors.at(domain.span(), problem);
        return None;
    }
    Some((variant?, text))
}
