//! The id of an event, which is also a client's cursor.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// The id of an event: its sequence number and a random tag, as `000000000000002a-9f86d081884c7d65`.
///
/// The text has a fixed width, so ids of one stream sort by sequence as text. The tag is what makes an id a cursor that
/// cannot be guessed or carried over: another stream's event of the same number, and an event that took the number after
/// the log was restored from an old copy, have other tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    seq: u64,
    tag: u64,
}

/// A text that is no id of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an event: 16 lower-case hexadecimal digits, a hyphen, 16 more")]
pub struct EventIdError;

/// Digits of each part.
const DIGITS: usize = 16;

impl EventId {
    /// An id from its parts, as a backend stored them.
    ///
    /// # Errors
    ///
    /// [`EventIdError`] for 0, which is no sequence number, and above [`i64::MAX`], which databases cannot hold.
    pub fn from_parts(seq: u64, tag: u64) -> Result<Self, EventIdError> {
        if seq == 0 || i64::try_from(seq).is_err() {
            return Err(EventIdError);
        }
        Ok(Self { seq, tag })
    }

    /// The sequence number: 1 or more, and larger than that of every earlier event of the stream. There may be gaps.
    pub fn seq(self) -> u64 {
        self.seq
    }

    /// The tag.
    pub fn tag(self) -> u64 {
        self.tag
    }

    /// A tag for a new event.
    pub fn new_tag() -> u64 {
        // The low half has 62 random bits; the high half carries the version.
        Uuid::new_v4().as_u64_pair().1
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{:016x}", self.seq, self.tag)
    }
}

impl FromStr for EventId {
    type Err = EventIdError;

    fn from_str(text: &str) -> Result<Self, EventIdError> {
        let (seq, tag) = text.split_once('-').ok_or(EventIdError)?;
        Self::from_parts(hex(seq)?, hex(tag)?)
    }
}

/// One spelling a number: no sign, no capital, no other width.
fn hex(digits: &str) -> Result<u64, EventIdError> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if digits.len() != DIGITS || !digits.bytes().all(is_digit) {
        return Err(EventIdError);
    }
    u64::from_str_radix(digits, 16).map_err(|_| EventIdError)
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_sort_as_sequences_do(left in 1..=i64::MAX as u64, right in 1..=i64::MAX as u64, tags: (u64, u64)) {
            let (left, right) = (EventId { seq: left, tag: tags.0 }, EventId { seq: right, tag: tags.1 });
            prop_assert_eq!(left.cmp(&right), left.to_string().cmp(&right.to_string()));
            prop_assert_eq!(left.to_string().parse(), Ok(left));
        }

        #[test]
        fn an_id_has_one_spelling(text in "[0-9a-fA-F+ -]{30,34}") {
            if let Ok(id) = text.parse::<EventId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        let id = EventId::from_parts(42, 7).unwrap().to_string();
        assert_eq!(id, "000000000000002a-0000000000000007");
        for other in [
            "",
            "-",
            "42-7",
            "000000000000002A-0000000000000007",
            "000000000000002a_0000000000000007",
            "+00000000000002a-0000000000000007",
            "0000000000000000-0000000000000007",
            "8000000000000000-0000000000000007",
            "000000000000002a-0000000000000007\n",
            "000000000000002a-000000000000000\0",
        ] {
            assert_eq!(other.parse::<EventId>(), Err(EventIdError), "{other:?}");
        }
    }
}
