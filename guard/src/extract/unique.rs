//! JSON of which there is one reading.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Why a body is refused before its type is asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is not one JSON document.
    Syntax {
        /// From 1.
        line: usize,
        /// From 1; 0 is before the first character.
        column: usize,
    },
    /// A name stands twice in one object: a struct would refuse it, a map take the last one, and another engine the first.
    Twice {
        /// Where, the name included.
        path: Vec<String>,
    },
}

/// Checks that a body is one JSON document in which no object has a name twice.
///
/// This reads the body once more, and reads all of it: also what the type would skip, with serde_json's bound on nesting.
pub(super) fn check(body: &[u8]) -> Result<(), Fault> {
    let mut twice = None;
    let mut document = serde_json::Deserializer::from_slice(body);
    let read = Unique(&mut twice).deserialize(&mut document);
    let error = match read.and_then(|()| document.end()) {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    Err(match twice {
        Some(mut path) => {
            path.reverse();
            Fault::Twice { path }
        }
        None => Fault::Syntax {
            line: error.line(),
            column: error.column(),
        },
    })
}

/// Reads any value. The path of a name that stands twice is gathered from its end, while the reading is given up, so that
/// a body without one costs no path.
struct Unique<'p>(&'p mut Option<Vec<String>>);

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! visit_scalars {
    ($($visit:ident($kind:ty)),*) => {
        $(fn $visit<E>(self, _: $kind) -> Result<(), E> { Ok(()) })*
    };
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    visit_scalars!(
        visit_bool(bool),
        visit_i64(i64),
        visit_u64(u64),
        visit_f64(f64),
        visit_str(&str)
    );

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut index = 0_usize;
        loop {
            match seq.next_element_seed(Unique(self.0)) {
                Ok(Some(())) => index += 1,
                Ok(None) => return Ok(()),
                Err(error) => {
                    self.0.iter_mut().for_each(|path| path.push(index.to_string()));
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(Name(name)) = map.next_key()? {
            if names.contains(&name) {
                *self.0 = Some(vec![name.into_owned()]);
                return Err(A::Error::custom("a name stands twice"));
            }
            if let Err(error) = map.next_value_seed(Unique(self.0)) {
                self.0.iter_mut().for_each(|path| path.push(name.clone().into_owned()));
                return Err(error);
            }
            names.insert(name);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_document_without_a_name_twice() {
        for body in [
            "0",
            " null ",
            "[]",
            "{}",
            r#"{"a": {"a": [{"a": 1}, {"a": 1.5}]}, "b": "\u0061", "": -1}"#,
        ] {
            assert_eq!(check(body.as_bytes()), Ok(()), "{body}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_found_where_it_stands() {
        for (body, path) in [
            (r#"{"a": 1, "a": 1}"#, &["a"][..]),
            (r#"{"a": 1, "\u0061": 2}"#, &["a"]),
            (r#"{"x": [0, {"b": {}, "c": 1, "b": 2}]}"#, &["x", "1", "b"]),
        ] {
            let path = path.iter().map(|&segment| segment.to_owned()).collect();
            assert_eq!(check(body.as_bytes()), Err(Fault::Twice { path }), "{body}");
        }
    }

    #[test]
    fn anything_else_is_no_json() {
        for body in [
            "",
            "{",
            "[1,]",
            "{} {}",
            "1 2",
            "nul",
            "'a'",
            "{a:1}",
            "\u{feff}{}",
            "NaN",
            "\"\u{1}\"",
            "01",
        ] {
            assert!(matches!(check(body.as_bytes()), Err(Fault::Syntax { .. })), "{body}");
        }
        assert_eq!(check(b"{\n}x"), Err(Fault::Syntax { line: 2, column: 2 }));
        let bomb = "[".repeat(200_000);
        assert!(check(bomb.as_bytes()).is_err(), "it is given up, not descended into");
    }
}
