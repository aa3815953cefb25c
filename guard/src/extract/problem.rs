//! What serde says, without what it quotes.
//!
//! serde's messages quote the input, and a custom one may hold anything. Only what the types say of themselves is passed on:
//! which kind of fault it is, the name of a missing field, and what was expected.

/// One thing that does not validate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) message: String,
    /// For programs.
    pub(super) kind: &'static str,
    /// A field below the place where it was noticed.
    pub(super) field: Option<String>,
}

/// How serde's own constructors of errors begin their messages, and what is made of each.
const KINDS: [(&str, &str, &str); 6] = [
    ("invalid type: ", "type_error", "the value is of the wrong type"),
    ("invalid value: ", "value_error", "the value is not allowed"),
    ("invalid length ", "length_error", "the value has the wrong length"),
    ("unknown variant `", "enum", "the value is none of those that are known"),
    ("unknown field `", "unknown_field", "the field is not known"),
    ("duplicate field `", "duplicate", "the field is given twice"),
];

impl Problem {
    pub(super) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            kind,
            field: None,
        }
    }

    /// From the text of an error of serde.
    pub(super) fn from_serde(text: &str) -> Self {
        if let Some(name) = quoted(text, "missing field `") {
            return Self {
                field: Some(name.to_owned()),
                ..Self::new("missing", "the field is missing")
            };
        }
        let known = KINDS.iter().find(|(prefix, ..)| text.starts_with(prefix));
        let Some(&(prefix, kind, message)) = known else {
            return Self::new("value_error", "the value is not allowed");
        };
        match expected(text) {
            Some(expected) => Self::new(kind, format!("{message}: expected {expected}")),
            None if prefix == "duplicate field `" => Self {
                field: quoted(text, prefix).map(str::to_owned),
                ..Self::new(kind, message)
            },
            None => Self::new(kind, message),
        }
    }
}

fn quoted<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (name, _) = text.strip_prefix(prefix)?.split_once('`')?;
    Some(name)
}

/// What the type expected. The input stands before it, so the last one is the type's, whatever the input holds.
fn expected(text: &str) -> Option<&str> {
    let (_, expected) = text.rsplit_once(", expected ")?;
    let expected = expected
        .rsplit_once(" at line ")
        .map_or(expected, |(expected, _)| expected);
    Some(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_input_is_not_quoted() {
        for (text, kind, message) in [
            (
                r#"invalid type: string "canary, expected canary at line 9", expected u64 at line 1 column 9"#,
                "type_error",
                "the value is of the wrong type: expected u64",
            ),
            (
                "invalid value: integer `-7`, expected u8",
                "value_error",
                "the value is not allowed: expected u8",
            ),
            (
                "unknown variant `canary`, expected one of `a`, `b` at line 1 column 2",
                "enum",
                "the value is none of those that are known: expected one of `a`, `b`",
            ),
            (
                "unknown field `canary`, there are no fields",
                "unknown_field",
                "the field is not known",
            ),
            ("the canary does not sing", "value_error", "the value is not allowed"),
            ("", "value_error", "the value is not allowed"),
        ] {
            assert_eq!(Problem::from_serde(text), Problem::new(kind, message), "{text}");
        }
    }

    #[test]
    fn fields_of_the_type_are_named() {
        let missing = Problem::from_serde("missing field `points` at line 1 column 2");
        assert_eq!((missing.kind, missing.field.as_deref()), ("missing", Some("points")));
        let twice = Problem::from_serde("duplicate field `limit`");
        assert_eq!((twice.kind, twice.field.as_deref()), ("duplicate", Some("limit")));
    }
}
