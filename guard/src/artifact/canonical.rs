//! Canonical JSON, RFC 8785, of what it can carry exactly.
//!
//! `serde_json_canonicalizer` orders the keys and writes the numbers. It rounds an integer beyond 2^53 without a word, so
//! nothing gets to it that was not looked at here.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::part::{self, Kind, Part, PartFault};

/// The text to hash.
pub(super) fn text(value: &Value) -> serde_json::Result<String> {
    serde_json_canonicalizer::to_string(value)
}

/// A part as JSON, or the place of what it cannot carry, below `place`.
pub(super) fn value(part: &Part, place: &mut Place) -> Result<Value, PartFault> {
    Ok(match &part.0 {
        Kind::Null => Value::Null,
        Kind::Bool(truth) => Value::Bool(*truth),
        Kind::Whole(number) => part::whole(*number)?,
        Kind::Real(number) => part::real(*number)?,
        Kind::Text(text) => Value::String(text.clone()),
        Kind::List(parts) => {
            let parts = parts.iter().enumerate();
            Value::Array(
                parts
                    .map(|(index, part)| below(part, index.to_string(), place))
                    .collect::<Result<_, _>>()?,
            )
        }
        Kind::Map(parts) => Value::Object(map(parts, place)?),
    })
}

pub(super) fn map(parts: &BTreeMap<String, Part>, place: &mut Place) -> Result<Map<String, Value>, PartFault> {
    let parts = parts.iter();
    parts
        .map(|(key, part)| Ok((key.clone(), below(part, key.clone(), place)?)))
        .collect()
}

fn below(part: &Part, step: String, place: &mut Place) -> Result<Value, PartFault> {
    place.0.push(step);
    let value = value(part, place)?;
    place.0.pop();
    Ok(value)
}

/// The steps from the top to a part. After a fault they lead to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place(pub(super) Vec<String>);

/// As a JSON pointer, RFC 6901.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .iter()
            .try_for_each(|step| write!(f, "/{}", step.replace('~', "~0").replace('/', "~1")))
    }
}
