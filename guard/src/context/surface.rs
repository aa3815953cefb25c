//! Aliases of surfaces.

use super::{IdError, SurfaceId};

/// The one surface that clients spell in several ways, one of them outside ASCII.
const CANONICAL: &str = "squared2";
const BUILT_IN: [&str; 6] = ["squared", "squared2", "SQUARED", "SQUARED2", "SQUARED²", "squared²"];

/// Other spellings of surfaces.
///
/// An alias is matched byte for byte, so that it may hold what an id may not. The default is the contract's own six
/// spellings of `squared2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurfaceAliases {
    built_in: bool,
    added: Vec<(String, SurfaceId)>,
}

impl Default for SurfaceAliases {
    fn default() -> Self {
        Self {
            built_in: true,
            added: Vec::new(),
        }
    }
}

impl SurfaceAliases {
    /// No alias at all.
    pub fn none() -> Self {
        Self {
            built_in: false,
            added: Vec::new(),
        }
    }

    /// Adds an alias, which wins over earlier ones.
    #[must_use]
    pub fn with(mut self, alias: impl Into<String>, surface: SurfaceId) -> Self {
        self.added.push((alias.into(), surface));
        self
    }

    /// The surface that the bytes name.
    ///
    /// # Errors
    ///
    /// [`IdError`] where they are neither an alias nor a well-formed id.
    pub fn resolve(&self, bytes: impl AsRef<[u8]>) -> Result<SurfaceId, IdError> {
        let bytes = bytes.as_ref();
        if let Some((_, surface)) = self.added.iter().rev().find(|(alias, _)| alias.as_bytes() == bytes) {
            return Ok(surface.clone());
        }
        if self.built_in && BUILT_IN.iter().any(|alias| alias.as_bytes() == bytes) {
            return SurfaceId::literal(CANONICAL.as_bytes());
        }
        SurfaceId::literal(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_spellings_of_one_surface() {
        for alias in BUILT_IN {
            assert_eq!(SurfaceId::parse(alias).unwrap().as_str(), "squared2", "{alias}");
        }
        assert_eq!(SurfaceId::parse("Squared").unwrap().as_str(), "Squared", "no seventh");
        assert_eq!(
            SurfaceId::parse("cubed³"),
            Err(IdError::NotVisibleAscii),
            "UTF-8 for that alias only"
        );
    }

    #[test]
    fn aliases_are_configurable() {
        let none = SurfaceAliases::none();
        assert_eq!(none.resolve("squared").unwrap().as_str(), "squared");
        assert_eq!(none.resolve("squared²"), Err(IdError::NotVisibleAscii));
        let cubed = SurfaceAliases::default().with("cubed³", SurfaceId::parse("cubed3").unwrap());
        assert_eq!(cubed.resolve("cubed³").unwrap().as_str(), "cubed3");
        assert_eq!(cubed.resolve("SQUARED²").unwrap().as_str(), "squared2");
    }
}
