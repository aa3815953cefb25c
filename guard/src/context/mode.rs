//! The mode.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

/// The mode an engine serves a request in.
///
/// Parsing ignores ASCII case; the stored and serialised form is lower-case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Many tenants on shared ground.
    Saas,
    /// One customer's own ground.
    Enterprise,
    /// Experiments.
    Lab,
}

/// Values that older clients send, and that are refused by name.
const LEGACY: [&str; 6] = ["dev", "development", "staging", "stage", "prod", "production"];

/// Why a text is no mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModeError {
    /// A legacy value, here in lower case.
    #[error("has the legacy value `{0}`; use saas, enterprise or lab")]
    Legacy(&'static str),
    /// Anything else.
    #[error("is not saas, enterprise or lab")]
    Unknown,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Saas, Self::Enterprise, Self::Lab];

    /// Parses the bytes as they came over the wire: nothing is trimmed.
    ///
    /// # Errors
    ///
    /// [`ModeError`], which names a legacy value and never quotes another one.
    pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, ModeError> {
        let bytes = bytes.as_ref();
        let is = |text: &str| bytes.eq_ignore_ascii_case(text.as_bytes());
        if let Some(mode) = Self::ALL.into_iter().find(|mode| is(mode.as_str())) {
            return Ok(mode);
        }
        Err(LEGACY
            .into_iter()
            .find(|legacy| is(legacy))
            .map_or(ModeError::Unknown, ModeError::Legacy))
    }

    /// The stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saas => "saas",
            Self::Enterprise => "enterprise",
            Self::Lab => "lab",
        }
    }
}

impl FromStr for Mode {
    type Err = ModeError;

    fn from_str(text: &str) -> Result<Self, ModeError> {
        Self::parse(text)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_case_only() {
        assert_eq!(Mode::parse("SaaS"), Ok(Mode::Saas));
        assert_eq!(Mode::parse("ENTERPRISE"), Ok(Mode::Enterprise));
        assert_eq!(Mode::parse("ſaas"), Err(ModeError::Unknown), "a long s is no s");
        assert_eq!(Mode::parse("saas "), Err(ModeError::Unknown));
    }

    #[test]
    fn legacy_values_are_named() {
        for legacy in LEGACY {
            assert_eq!(Mode::parse(legacy.to_uppercase()), Err(ModeError::Legacy(legacy)));
        }
    }
}
