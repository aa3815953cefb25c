//! The three hashes, each a type of its own so that none is taken for another.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::digest;

/// A text that is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 lower-case hexadecimal digits")]
pub struct HashError;

macro_rules! hashes {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name([u8; 32]);

            impl $name {
                pub(super) fn digest(bytes: &[u8]) -> Self {
                    Self(Sha256::digest(bytes).into())
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    digest::write(&self.0, f)
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    digest::write(&self.0, f)
                }
            }

            impl FromStr for $name {
                type Err = HashError;

                fn from_str(text: &str) -> Result<Self, HashError> {
                    digest::read(text).map(Self).ok_or(HashError)
                }
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.collect_str(self)
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                    text.parse().map_err(de::Error::custom)
                }
            }
        )*
    };
}

hashes! {
    /// The SHA-256 of what an input holds, as 64 hexadecimal digits. Where it lies has no say in it.
    ContentHash;
    /// The SHA-256 of a [`Pipeline`](super::Pipeline) as canonical JSON, as 64 hexadecimal digits.
    PipelineHash;
    /// Under what a result is cached, as 64 hexadecimal digits: the pipeline, the backend that runs it, and the scope, so that
    /// no scope is served what another one made.
    CacheKey;
}

impl ContentHash {
    /// Of what is in memory.
    pub fn of(content: &[u8]) -> Self {
        Self::digest(content)
    }

    /// Of all that can be read, in pieces. It blocks as the reader does.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    pub fn read(mut reader: impl Read) -> io::Result<Self> {
        let mut hash = Sha256::new();
        let mut piece = vec![0; 64 * 1024];
        loop {
            match reader.read(&mut piece) {
                Ok(0) => return Ok(Self(hash.finalize().into())),
                Ok(count) => hash.update(piece.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hash_as_the_whole() {
        let content = vec![7; 200_000];
        assert_eq!(ContentHash::read(&*content).unwrap(), ContentHash::of(&content));
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(ContentHash::of(b"").to_string(), empty);
    }

    #[test]
    fn there_is_one_spelling() {
        let text = ContentHash::of(b"a").to_string();
        assert_eq!(text.parse::<ContentHash>(), Ok(ContentHash::of(b"a")));
        for wrong in [
            "",
            &text[1..],
            &text.to_uppercase(),
            &format!("{text}0"),
            &format!("sha256:{text}"),
        ] {
            assert_eq!(wrong.parse::<ContentHash>(), Err(HashError), "{wrong}");
        }
        let json = serde_json::to_string(&ContentHash::of(b"a")).unwrap();
        assert_eq!(
            serde_json::from_str::<ContentHash>(&json).unwrap(),
            ContentHash::of(b"a")
        );
    }
}
