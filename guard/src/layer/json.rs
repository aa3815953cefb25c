//! Fields that a JSON body repeats at its top.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::context::ContextField;

/// The declared fields as a body spells them; `None` where it does not.
pub(crate) type Repeated = [Option<Value>; ContextField::ALL.len()];

/// The value of a declared field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text.
    Text(String),
    /// `null`, which repeats nothing: an optional field that was left out.
    Null,
    /// Anything else, which equals no field.
    Other,
}

/// Reads the declared fields.
///
/// The whole document is read, and the reading is the strictest of those that a handler may have: an object (a serde struct
/// also takes an array, whose first element would be a field), no declared name twice however it is escaped, nothing after
/// it. Nesting is bounded by serde_json at 128.
pub(crate) fn read(body: &[u8], declared: &[ContextField]) -> Result<Repeated, serde_json::Error> {
    let mut document = serde_json::Deserializer::from_slice(body);
    let repeated = Top(declared).deserialize(&mut document)?;
    document.end()?;
    Ok(repeated)
}

struct Top<'a>(&'a [ContextField]);

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = Repeated;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Repeated, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = Repeated;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Repeated, A::Error> {
        let mut repeated = Repeated::default();
        while let Some(name) = map.next_key::<String>()? {
            match ContextField::named(&name).filter(|field| self.0.contains(field)) {
                None => map.next_value_seed(Skip)?,
                Some(field) => {
                    let value = map.next_value_seed(Scalar)?;
                    if repeated[field as usize].replace(value).is_some() {
                        return Err(A::Error::custom("a field of the context is given twice"));
                    }
                }
            }
        }
        Ok(repeated)
    }
}

/// Skips a value by recursion, so that serde_json's bound on nesting holds; its own skipping has none.
struct Skip;

impl<'de> DeserializeSeed<'de> for Skip {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! visit_scalars {
    ($value:expr; $($visit:ident($kind:ty)),*) => {
        $(fn $visit<E>(self, _: $kind) -> Result<Self::Value, E> { Ok($value) })*
    };
}

impl<'de> Visitor<'de> for Skip {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    visit_scalars!((); visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Skip)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<IgnoredAny>()?.is_some() {
            map.next_value_seed(Skip)?;
        }
        Ok(())
    }
}

struct Scalar;

impl<'de> DeserializeSeed<'de> for Scalar {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scalar {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    visit_scalars!(Value::Other; visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64));

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Value, A::Error> {
        Skip.visit_seq(seq).map(|()| Value::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        Skip.visit_map(map).map(|()| Value::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(body: &str) -> Result<Option<Value>, String> {
        let mut repeated = read(body.as_bytes(), &[ContextField::TenantId]).map_err(|error| error.to_string())?;
        Ok(repeated[ContextField::TenantId as usize].take())
    }

    #[test]
    fn declared_fields_are_found() {
        let text = |text: &str| Ok(Some(Value::Text(text.to_owned())));
        assert_eq!(
            tenant(r#"{"a": [1, {"tenant_id": "t_x"}], "tenant_id": "t_a"}"#),
            text("t_a")
        );
        assert_eq!(
            tenant(r#"{"tenant\u005fid": "t_\u0062"}"#),
            text("t_b"),
            "escapes are decoded"
        );
        assert_eq!(tenant(r#"{"mode": "x"}"#), Ok(None), "only what is declared");
        assert_eq!(tenant(r#"{"tenant_id": null}"#), Ok(Some(Value::Null)));
        for other in ["1", "1.5", "true", "[\"t_a\"]", "{\"t_a\": 1}"] {
            assert_eq!(
                tenant(&format!(r#"{{"tenant_id": {other}}}"#)),
                Ok(Some(Value::Other)),
                "{other}"
            );
        }
    }

    #[test]
    fn the_strictest_reading_holds() {
        for body in [
            "",
            "null",
            "1",
            r#"["t_a"]"#,
            r#""t_a""#,
            r#"{"tenant_id": "t_a", "tenant_id": "t_b"}"#,
            r#"{"tenant_id": "t_a", "tenant\u005fid": "t_b"}"#,
            r#"{"tenant_id": "t_a"} {}"#,
            r#"{"tenant_id": "t_a"}x"#,
            "\u{feff}{}",
            r#"{"a": }"#,
            r#"{"a": 1,}"#,
            "{'a': 1}",
        ] {
            assert!(tenant(body).is_err(), "{body}");
        }
        let bomb = format!(r#"{{"a": {}{}}}"#, "[".repeat(200), "]".repeat(200));
        assert!(tenant(&bomb).unwrap_err().contains("recursion limit"));
        assert!(
            read(&[0xff, 0xfe, b'{', 0, b'}', 0], &[ContextField::TenantId]).is_err(),
            "UTF-16"
        );
    }
}
