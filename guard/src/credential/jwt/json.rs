//! Reading JSON objects strictly: each name once, each value of exactly one kind.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// Names of members that nobody reads. They are kept only to find one that comes twice.
#[derive(Default)]
pub(super) struct Unread<'de>(Vec<Cow<'de, str>>);

impl<'de> Unread<'de> {
    /// Bounds the comparisons below. Real tokens have a dozen members.
    const MAX: usize = 64;

    /// Whether the name is new, and there was room for it.
    pub(super) fn note(&mut self, name: Cow<'de, str>) -> bool {
        let fits = self.0.len() < Self::MAX && !self.0.contains(&name);
        if fits {
            self.0.push(name);
        }
        fits
    }
}

/// A string, borrowed unless it has escapes.
#[derive(Clone)]
pub(super) struct Text<'de>(pub(super) Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsText;

        impl<'de> Visitor<'de> for AsText {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(AsText)
    }
}

/// An integer from 0 up: `1`, never `1.0`, `1e3`, `-0` or `"1"`.
pub(super) struct Second(pub(super) u64);

impl<'de> Deserialize<'de> for Second {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsSecond;

        impl Visitor<'_> for AsSecond {
            type Value = Second;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an unsigned integer")
            }

            fn visit_u64<E: Error>(self, second: u64) -> Result<Second, E> {
                Ok(Second(second))
            }
        }

        deserializer.deserialize_u64(AsSecond)
    }
}

/// What a string parses to.
pub(super) struct Parsed<T>(pub(super) T);

impl<'de, T: FromStr> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        T::from_str(&text.0)
            .map(Self)
            .map_err(|_| Error::custom("does not parse"))
    }
}

/// A string, or an array of strings: RFC 7519, section 4.1.3.
pub(super) struct OneOrMany<'de>(pub(super) Vec<Text<'de>>);

impl<'de> Deserialize<'de> for OneOrMany<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsTexts<'de>(PhantomData<&'de ()>);

        impl<'de> Visitor<'de> for AsTexts<'de> {
            type Value = OneOrMany<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an array of strings")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<OneOrMany<'de>, E> {
                Ok(OneOrMany(vec![Text(Cow::Borrowed(text))]))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<OneOrMany<'de>, E> {
                Ok(OneOrMany(vec![Text(Cow::Owned(text.to_owned()))]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMany<'de>, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = seq.next_element()? {
                    texts.push(text);
                }
                Ok(OneOrMany(texts))
            }
        }

        deserializer.deserialize_any(AsTexts(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_an_unsigned_integer() {
        let read = |text| serde_json::from_str::<Second>(text).ok().map(|second| second.0);
        assert_eq!(read("0"), Some(0));
        assert_eq!(read("18446744073709551615"), Some(u64::MAX));
        for other in [
            "18446744073709551616",
            "-1",
            "-0",
            "1.0",
            "1e3",
            "1E3",
            "01",
            "\"1\"",
            "null",
            "true",
            "[1]",
            "{}",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn an_unread_name_is_noted_once() {
        let mut unread = Unread::default();
        assert!(unread.note("a".into()));
        assert!(!unread.note("a".into()));
        assert!(unread.note("b".into()));
        let room = (0..200).filter(|n| unread.note(n.to_string().into())).count();
        assert_eq!(room, Unread::MAX - 2);
    }
}
