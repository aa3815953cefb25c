//! `#[engine_route(...)]`: what a handler states of its route.

use super::Program;
use super::routes::{Budget, Facts, Stream};
use crate::model::FnId;
use crate::source::rust::facts::{Attribute, Value};

impl Program<'_, '_> {
    /// The facts that a handler states.
    pub(super) fn stated(&self, handler: FnId) -> Option<Facts> {
        let attributes = &self.function(handler)?.attributes;
        let stated = |attribute: &&Attribute| {
            attribute.path.last().is_some_and(|name| name == "engine_route")
                || self
                    .resolve_in(handler, &attribute.path)
                    .is_external(&["guard", "guard_macros"], &["engine_route"])
        };
        attributes.iter().find(stated).map(facts)
    }

    /// Whether a function belongs to the crate of the registry, scanned with the engine.
    pub fn is_of_registry(&self, id: FnId) -> bool {
        let root = self.module_of(id).map(|at| self.root_of(at));
        root.is_some() && self.crates.get("guard").copied() == root
    }
}

fn facts(attribute: &Attribute) -> Facts {
    let value = |key: &str| {
        attribute
            .arguments
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    };
    let text = |key: &str| match value(key) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let words = |key: &str| match value(key) {
        Some(Value::List(list)) => list
            .iter()
            .filter_map(|value| match value {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let number = |key: &str| match value(key) {
        Some(Value::Number(number)) => Some(*number),
        _ => None,
    };
    Facts {
        method: match value("method") {
            Some(Value::Word(method)) => method.clone(),
            _ => String::new(),
        },
        path: text("path").unwrap_or_default(),
        router: text("router").unwrap_or_default(),
        tickets: words("tickets"),
        resource_kind: text("resource_kind"),
        action: text("action"),
        budget: text("budget").and_then(|budget| {
            budget
                .split_once(' ')
                .map(|(amount, currency)| Budget::new(amount, currency))
        }),
        no_gate: text("no_gate"),
        exempt: text("exempt"),
        body: words("body"),
        missing_status: number("missing_status")
            .and_then(|status| u16::try_from(status).ok())
            .unwrap_or(400),
        roles: words("roles"),
        flag: text("flag"),
        body_limit: number("body_limit"),
        timeout_ms: text("timeout").and_then(|timeout| milliseconds(&timeout)),
        stream: match value("stream") {
            Some(Value::Call(transport, arguments)) => stream(transport, arguments),
            _ => None,
        },
        span: attribute.span,
    }
}

/// `sse("chat")`, `websocket("chat")`, `websocket("chat", hello)`.
fn stream(transport: &str, arguments: &[Value]) -> Option<Stream> {
    let (domain, transport) = match arguments {
        [Value::Text(domain)] => (domain, transport.to_owned()),
        [Value::Text(domain), Value::Word(option)] => (domain, format!("{transport}_{option}")),
        _ => return None,
    };
    Some(Stream {
        transport,
        domain: domain.clone(),
    })
}

/// `"250ms"`, `"5s"`, `"2m"`.
fn milliseconds(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at(text.find(|byte: char| !byte.is_ascii_digit())?);
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}
