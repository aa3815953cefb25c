//! Errors that are sent rather than raised: responses with an error status, and sockets that close.

use super::call::Made;
use super::expr::{body_shape, shared};
use super::flow::Frame;
use super::state::State;
use super::summary::{Exit, ExitKind, Status};
use super::value::{Constant, Facts, Shape, Tags, Val};
use crate::model::classes::{Base, last_segment};
use crate::model::types::Ty;
use crate::source::facts::Span;

impl<'s> Frame<'_, 's> {
    pub(super) fn is_socket(&self, value: &Val) -> bool {
        value
            .types
            .iter()
            .any(|ty| matches!(ty, Ty::ExternalObject(name) if last_segment(self.text(*name)) == "WebSocket"))
    }

    pub(super) fn socket(&mut self, made: &Made<'s>, state: &mut State) -> Val {
        match made.name {
            "receive_json" | "receive_text" | "receive" => Val {
                tags: Tags::PAYLOAD,
                ..Val::default()
            },
            "send_text" | "send_json" | "send_bytes" => {
                if made.args.first().is_some_and(|sent| sent.shape == Shape::Canonical) {
                    state.learn(Facts::ENVELOPE_SENT);
                }
                Val::default()
            }
            "close" => {
                let code = made.argument(self, "code", 0).map(|code| code.constant);
                let normal = matches!(code, None | Some(Constant::Int(1000 | 1001)));
                if !normal {
                    let enveloped = state.must.has(Facts::ENVELOPE_SENT);
                    let mut exit = self.plain_exit(
                        Base::External(self.model.literal("fastapi.WebSocketException")),
                        made.call.span,
                    );
                    exit.kind = ExitKind::Sent;
                    exit.shape = if enveloped { Shape::Canonical } else { Shape::Text };
                    let reason = made.argument(self, "reason", 1);
                    exit.leaks = reason.is_some_and(|reason| reason.tags.has(Tags::EXCEPTION_TEXT));
                    self.exit(exit);
                    state.refused = true;
                }
                Val::default()
            }
            _ => Val::default(),
        }
    }

    /// `JSONResponse(status_code=404, …)`: an error where the status says so.
    pub(super) fn response(&mut self, made: &Made<'s>, class: &str, value: &mut Val) {
        if class == "StreamingResponse" || class == "EventSourceResponse" {
            let media = made.keyword(self, "media_type").map(|media| media.constant);
            self.summary.streams |=
                class == "EventSourceResponse" || media.is_some_and(|media| self.is_text(media, "text/event-stream"));
            return;
        }
        let given = made.argument(self, "status_code", 1);
        let status = self.status(given);
        // `status_code=exc.status_code`: whatever was caught was an error.
        let of_error = given.is_some_and(|given| given.tags.has(Tags::EXCEPTION_TEXT));
        let content = made.argument(self, "content", 0);
        // An exception handler's answer is judged by its body, whatever status it copies.
        value.shape = body_shape(content);
        // So is a body that says it is an error, with a status that is computed.
        let of_error = of_error || (given.is_some() && value.shape.says_error());
        match status {
            Status::Known(..400) => {}
            Status::Unknown if !of_error => {}
            _ => value.errors = shared(vec![self.sent(made.call.span, status, content)]),
        }
    }

    /// Notes `return envelope` without an error's status: what a handler returns is sent with 200.
    pub(super) fn note_success(&mut self, value: Option<&Val>, span: Span, state: &State) {
        let Some(value) = value.filter(|value| value.shape.says_error()) else {
            return;
        };
        let mut sent = value.errors.iter().flat_map(|errors| errors.iter());
        if state.status.is_none() && !sent.any(|error| error.kind == ExitKind::Sent) {
            self.summary.errors_as_success.push(self.place(span));
        }
    }

    /// An error that is sent as a response with this body.
    pub(super) fn sent(&self, span: Span, status: Status, content: Option<&Val>) -> Exit {
        let mut exit = self.plain_exit(Base::External(self.model.literal("starlette.responses.Response")), span);
        (exit.kind, exit.status, exit.shape) = (ExitKind::Sent, status, body_shape(content));
        exit.leaks = content.is_some_and(|content| content.tags.has(Tags::EXCEPTION_TEXT));
        exit
    }

    /// Whether a value is the response object that the framework hands in.
    pub(super) fn is_response(&self, value: &Val) -> bool {
        value
            .types
            .iter()
            .any(|ty| matches!(ty, Ty::ExternalObject(name) if last_segment(self.text(*name)).ends_with("Response")))
    }
}
