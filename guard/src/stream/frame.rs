//! An event as it goes over the wire.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use bytes::Bytes;
use serde::Deserialize;

use crate::context::OpaqueId;
use crate::store::{Event, EventId};

/// A durable event, written once for all who read it.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) id: EventId,
    sse: Bytes,
    json: Range<usize>,
}

/// What names an event that says no type, as browsers take it.
const UNNAMED: &str = "message";

impl Frame {
    pub(crate) fn new(event: &Event) -> Self {
        let name = name(&event.body);
        let mut text = String::with_capacity(event.body.len() + name.len() + 160);
        // Writing to a `String` does not fail.
        let _ = write!(text, "id: {}\nevent: {name}\ndata: ", event.id);
        let start = text.len();
        write_json(&mut text, event);
        let json = start..text.len();
        text.push_str("\n\n");
        Self {
            id: event.id,
            sse: text.into(),
            json,
        }
    }

    /// The bytes of a server-sent event.
    pub(crate) fn sse(&self) -> Bytes {
        self.sse.clone()
    }

    /// The JSON alone, one line.
    #[cfg_attr(not(feature = "ws"), allow(dead_code, reason = "a WebSocket sends it"))]
    pub(crate) fn json(&self) -> Bytes {
        self.sse.slice(self.json.clone())
    }

    /// How much memory it takes.
    pub(crate) fn size(&self) -> usize {
        self.sse.len()
    }
}

/// The event's own type, where its body is an object that names one which fits a line.
fn name(body: &str) -> Cow<'_, str> {
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(borrow, rename = "type")]
        kind: Option<Cow<'a, str>>,
    }

    let kind = serde_json::from_str::<Head<'_>>(body).ok().and_then(|head| head.kind);
    kind.filter(|kind| OpaqueId::parse(&**kind).is_ok())
        .unwrap_or(Cow::Borrowed(UNNAMED))
}

/// The body on one line, with its number and its id as first members where it is an object.
///
/// A line's end in JSON can only stand between two tokens, where a space means the same.
fn write_json(text: &mut String, event: &Event) {
    let body = event.body.trim_matches([' ', '\t', '\r', '\n']);
    let rest = match body.strip_prefix('{') {
        None => body,
        Some(members) => {
            let _ = write!(text, "{{\"seq\":{},\"event_id\":\"{}\"", event.id.seq(), event.id);
            if !members.trim_start().starts_with('}') {
                text.push(',');
            }
            members
        }
    };
    push_line(text, rest);
}

/// An event without an id, so that a client's cursor stays where it is. `data` is JSON.
pub(crate) fn control(name: &str, data: &str) -> String {
    let mut text = format!("event: {name}\ndata: ");
    push_line(&mut text, data);
    text.push_str("\n\n");
    text
}

fn push_line(text: &mut String, json: &str) {
    let mut parts = json.split(['\r', '\n']);
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        text.push(' ');
        text.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// What a client reads, by the rules of <https://html.spec.whatwg.org/multipage/server-sent-events.html>, written without
    /// a look at the encoder: bytes to lines, lines to fields, an empty line dispatches.
    #[derive(Debug, Default, PartialEq)]
    struct Read {
        last_id: String,
        events: Vec<(String, String)>,
    }

    fn read(stream: &[u8]) -> Read {
        let text = String::from_utf8(stream.to_vec()).unwrap();
        let text = text
            .strip_prefix('\u{feff}')
            .unwrap_or(&text)
            .replace("\r\n", "\n")
            .replace('\r', "\n");
        let mut found = Read::default();
        let (mut kind, mut data) = (String::new(), Vec::new());
        let mut lines: Vec<&str> = text.split('\n').collect();
        lines.pop();
        for line in lines {
            if line.is_empty() {
                if !data.is_empty() {
                    let kind = if kind.is_empty() { "message".to_owned() } else { kind };
                    found.events.push((kind, data.join("\n")));
                }
                (kind, data) = (String::new(), Vec::new());
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
            match field {
                "event" => kind = value,
                "data" => data.push(value),
                "id" if !value.contains('\0') => found.last_id = value,
                _ => {}
            }
        }
        found
    }

    fn event(body: &str) -> Event {
        Event {
            id: EventId::from_parts(7, 8).unwrap(),
            at_ms: 0,
            body: body.to_owned(),
        }
    }

    fn only(body: &str) -> (String, String) {
        let event = event(body);
        let frame = Frame::new(&event);
        let Read { last_id, mut events } = read(&frame.sse());
        assert_eq!(last_id, event.id.to_string(), "{body:?}");
        assert_eq!(events.len(), 1, "{body:?} is one event");
        let (name, data) = events.remove(0);
        assert_eq!(data.as_bytes(), frame.json(), "{body:?}");
        (name, data)
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[\r\n:\u{2028}\u{feff} a]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_body_comes_back_through_another_parser(value in value(), pretty: bool, crlf: bool) {
            let mut body = if pretty { format!("{value:#}") } else { value.to_string() };
            if crlf {
                body = body.replace('\n', "\r\n");
            }
            let (_, data) = only(&body);
            let mut found: Value = serde_json::from_str(&data).unwrap();
            if let (Value::Object(found), Value::Object(sent)) = (&mut found, &value) {
                // A body that brings its own number or id is an author's mistake, and the last one of a name is read.
                for (name, value) in [("seq", json!(7)), ("event_id", json!(event("").id.to_string()))] {
                    let expected = sent.get(name).cloned().unwrap_or(value);
                    prop_assert_eq!(found.remove(name), Some(expected));
                }
                for name in ["seq", "event_id"] {
                    if let Some(value) = sent.get(name) {
                        found.insert(name.to_owned(), value.clone());
                    }
                }
            }
            prop_assert_eq!(found, value);
        }

        #[test]
        fn what_is_no_json_is_still_one_event(body in "[^\0]{1,40}") {
            let blank = body.trim_matches([' ', '\t', '\r', '\n']).is_empty();
            prop_assume!(!blank);
            only(&body);
        }
    }

    #[test]
    fn an_event_is_called_what_its_type_says_where_that_fits_a_line() {
        for (body, name) in [
            (r#"{"type":"note"}"#, "note"),
            (r#"{"a":{"type":"inner"},"type":"o\u0075ter"}"#, "outer"),
            ("{}", "message"),
            ("[]", "message"),
            (r#"{"type":"a\nid: forged"}"#, "message"),
            (r#"{"type":"a\r\ndata: forged"}"#, "message"),
            (r#"{"type":""}"#, "message"),
            (r#"{"type":1}"#, "message"),
        ] {
            assert_eq!(only(body).0, name, "{body}");
        }
    }

    #[test]
    fn an_object_gains_its_number_and_its_id() {
        let id = event("").id.to_string();
        assert_eq!(only("{}").1, format!(r#"{{"seq":7,"event_id":"{id}"}}"#));
        assert_eq!(
            only(" {\n \"v\": 1\n}\n").1,
            format!(r#"{{"seq":7,"event_id":"{id}",  "v": 1 }}"#)
        );
        assert_eq!(only("[1,\n2]").1, "[1, 2]");
    }

    #[test]
    fn a_control_event_moves_no_cursor() {
        let found = read(control("resume_cursor", "{\n}").as_bytes());
        assert_eq!(found.last_id, "");
        assert_eq!(found.events, [("resume_cursor".to_owned(), "{ }".to_owned())]);
    }
}
