//! Typed ids.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};
use smol_str::SmolStr;

use super::SurfaceAliases;

/// The longest id in bytes.
pub const MAX_ID_BYTES: usize = 128;

/// Why a text is no id. The messages never quote the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// It has no bytes.
    #[error("is empty")]
    Empty,
    /// It has more than [`MAX_ID_BYTES`] bytes.
    #[error("is longer than {MAX_ID_BYTES} bytes")]
    TooLong,
    /// It holds a comma, which joins two values of one header.
    #[error("holds a comma")]
    Comma,
    /// It holds a space, a control character or a byte outside ASCII.
    #[error("holds something other than visible ASCII")]
    NotVisibleAscii,
    /// It is no tenant: `^t_[a-z0-9_-]+$`.
    #[error("does not match ^t_[a-z0-9_-]+$")]
    NotTenant,
}

/// The shape that all ids share: 1 to [`MAX_ID_BYTES`] bytes of visible ASCII without a comma.
pub(super) fn shaped(bytes: &[u8]) -> Result<&str, IdError> {
    classed(bytes).map(|(text, _)| text)
}

fn tenant(bytes: &[u8]) -> Result<&str, IdError> {
    let (text, classes) = classed(bytes)?;
    let name = text.strip_prefix("t_").ok_or(IdError::NotTenant)?;
    if name.is_empty() || classes & NOT_TENANT != 0 {
        return Err(IdError::NotTenant);
    }
    Ok(text)
}

const NOT_VISIBLE: u8 = 1;
const COMMA: u8 = 2;
const NOT_TENANT: u8 = 4;

/// What each byte keeps a text from being. Every request has several ids, so each is read once.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let is = byte as u8;
        if !is.is_ascii_graphic() {
            classes[byte] |= NOT_VISIBLE;
        }
        if is == b',' {
            classes[byte] |= COMMA;
        }
        if !(is.is_ascii_lowercase() || is.is_ascii_digit() || is == b'_' || is == b'-') {
            classes[byte] |= NOT_TENANT;
        }
        byte += 1;
    }
    classes
};

/// A text of the shared shape, with the classes of all its bytes.
fn classed(bytes: &[u8]) -> Result<(&str, u8), IdError> {
    if bytes.is_empty() {
        return Err(IdError::Empty);
    }
    if bytes.len() > MAX_ID_BYTES {
        return Err(IdError::TooLong);
    }
    let classes = bytes.iter().fold(0, |all, &byte| all | CLASSES[usize::from(byte)]);
    if classes & COMMA != 0 {
        return Err(IdError::Comma);
    }
    match str::from_utf8(bytes) {
        Ok(text) if classes & NOT_VISIBLE == 0 => Ok((text, classes)),
        _ => Err(IdError::NotVisibleAscii),
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $parse:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// Parses the bytes as they came over the wire: nothing is trimmed or repaired.
            ///
            /// # Errors
            ///
            /// The first rule of [`IdError`] that they break.
            pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, IdError> {
                let parse: fn(&[u8]) -> Result<Self, IdError> = $parse;
                parse(bytes.as_ref())
            }

            /// The id's text. At most 23 bytes are held in place, more are shared by clones.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    };
}

id! {
    /// A tenant: `^t_[a-z0-9_-]+$`, at most [`MAX_ID_BYTES`] bytes.
    TenantId, |bytes| tenant(bytes).map(|text| Self(SmolStr::new(text)))
}

id! {
    /// A project: 1 to [`MAX_ID_BYTES`] bytes of visible ASCII without a comma.
    ProjectId, |bytes| shaped(bytes).map(|text| Self(SmolStr::new(text)))
}

id! {
    /// An app: 1 to [`MAX_ID_BYTES`] bytes of visible ASCII without a comma.
    AppId, |bytes| shaped(bytes).map(|text| Self(SmolStr::new(text)))
}

id! {
    /// A surface: 1 to [`MAX_ID_BYTES`] bytes of visible ASCII without a comma, after the default aliases.
    ///
    /// [`SurfaceAliases`] parses with other ones.
    SurfaceId, |bytes| SurfaceAliases::default().resolve(bytes)
}

id! {
    /// An id that is carried and never interpreted: a request, a trace, a run, a step, a claimed user.
    ///
    /// 1 to [`MAX_ID_BYTES`] bytes of visible ASCII without a comma.
    OpaqueId, |bytes| shaped(bytes).map(|text| Self(SmolStr::new(text)))
}

impl OpaqueId {
    /// A text that this crate made in the right shape.
    pub(crate) fn made(text: &str) -> Self {
        Self(SmolStr::new(text))
    }
}

impl SurfaceId {
    /// A surface whose text is taken as it stands, past every alias.
    pub(super) fn literal(bytes: &[u8]) -> Result<Self, IdError> {
        shaped(bytes).map(|text| Self(SmolStr::new(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_bytes() {
        assert_eq!(ProjectId::parse("a".repeat(128)).unwrap().as_str().len(), 128);
        assert_eq!(ProjectId::parse("a".repeat(129)), Err(IdError::TooLong));
        assert_eq!(
            TenantId::parse(format!("t_{}", "a".repeat(126)))
                .unwrap()
                .as_str()
                .len(),
            128
        );
        assert_eq!(TenantId::parse(format!("t_{}", "a".repeat(127))), Err(IdError::TooLong));
        assert_eq!(
            ProjectId::parse("é".repeat(65)),
            Err(IdError::TooLong),
            "130 bytes, 65 characters"
        );
    }

    #[test]
    fn the_wire_form_is_parsed_too() {
        assert_eq!(serde_json::from_str::<TenantId>(r#""t_a""#).unwrap().as_str(), "t_a");
        assert!(serde_json::from_str::<TenantId>(r#""T_a""#).is_err());
        assert_eq!(
            serde_json::to_string(&AppId::parse("studio").unwrap()).unwrap(),
            r#""studio""#
        );
    }
}
