//! Shared secrets for HS256.

use std::fmt;

use aws_lc_rs::hmac;
use smol_str::SmolStr;

use super::header::{Header, MAX_KEY_ID_BYTES};
use super::{Algorithm, Refusal};

/// The shortest secret in bytes: the length of the hash, as RFC 7518, section 3.2, wants it.
pub const MIN_SECRET_BYTES: usize = 32;

/// The most secrets of one ring. Each may cost a token that names no `kid` one HMAC.
const MAX_SECRETS: usize = 8;

/// A shared secret for HS256, from the setting `AUTH_JWT_SIGNING`.
///
/// Only the keyed hash state is kept, which the crypto library wipes when it drops it; the bytes are not, and `Debug` shows
/// nothing of either.
#[derive(Clone)]
pub struct SharedSecret {
    key: hmac::Key,
    id: Option<SmolStr>,
}

/// Why a secret or a ring of them is refused. The messages name the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// It has less than [`MIN_SECRET_BYTES`] bytes.
    #[error("AUTH_JWT_SIGNING has {0} bytes; at least {MIN_SECRET_BYTES} are needed")]
    TooShort(usize),
    /// Its key id is empty or longer than a token's may be.
    #[error("the key id of a secret of AUTH_JWT_SIGNING is empty or longer than {MAX_KEY_ID_BYTES} bytes")]
    KeyId,
    /// The ring is empty.
    #[error("AUTH_JWT_SIGNING holds no secret")]
    Empty,
    /// The ring is too large.
    #[error("AUTH_JWT_SIGNING holds more than {MAX_SECRETS} secrets")]
    TooMany,
}

impl SharedSecret {
    /// A secret of these bytes, taken as they are: the Python engine trims nothing either.
    ///
    /// # Errors
    ///
    /// [`SecretError::TooShort`].
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, SecretError> {
        let bytes = bytes.as_ref();
        if bytes.len() < MIN_SECRET_BYTES {
            return Err(SecretError::TooShort(bytes.len()));
        }
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, bytes),
            id: None,
        })
    }

    /// Gives it a `kid`: a token that names another one is not tried against this secret.
    ///
    /// # Errors
    ///
    /// [`SecretError::KeyId`].
    pub fn with_key_id(mut self, id: impl Into<SmolStr>) -> Result<Self, SecretError> {
        let id = id.into();
        if id.is_empty() || id.len() > MAX_KEY_ID_BYTES {
            return Err(SecretError::KeyId);
        }
        self.id = Some(id);
        Ok(self)
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(super) fn sign(&self, message: &[u8]) -> hmac::Tag {
        hmac::sign(&self.key, message)
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedSecret")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Secrets that are all good at once, so that one can be replaced without refusing the tokens of the other.
#[derive(Debug, Clone)]
pub(super) struct SecretRing(Vec<SharedSecret>);

impl SecretRing {
    pub(super) fn new(secrets: Vec<SharedSecret>) -> Result<Self, SecretError> {
        match secrets.len() {
            0 => Err(SecretError::Empty),
            1..=MAX_SECRETS => Ok(Self(secrets)),
            _ => Err(SecretError::TooMany),
        }
    }

    /// Tries each secret that the header's `kid` does not rule out. All of them are trusted alike, so trying several
    /// lets nobody choose a weaker one.
    pub(super) fn verify(&self, header: &Header<'_>, signed: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        if header.algorithm != Some(Algorithm::Hs256) {
            return Err(Refusal::Algorithm);
        }
        let wanted = header.key_id.as_deref();
        let fits = |secret: &&SharedSecret| match (wanted, secret.id()) {
            (Some(wanted), Some(id)) => wanted == id,
            _ => true,
        };
        let mut refusal = Refusal::KeyUnknown;
        for secret in self.0.iter().filter(fits) {
            // In constant time.
            if hmac::verify(&secret.key, signed, signature).is_ok() {
                return Ok(());
            }
            refusal = Refusal::Signature;
        }
        Err(refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_secrets_and_rings_are_refused_by_the_settings_name() {
        for length in [0, 1, 31] {
            let error = SharedSecret::new(vec![b's'; length]).unwrap_err();
            assert_eq!(error, SecretError::TooShort(length));
            assert!(error.to_string().contains("AUTH_JWT_SIGNING"));
        }
        let secret = SharedSecret::new([b's'; 32]).unwrap();
        assert!(SecretRing::new(vec![secret.clone(); 8]).is_ok());
        assert_eq!(SecretRing::new(vec![secret; 9]).unwrap_err(), SecretError::TooMany);
        assert_eq!(SecretRing::new(vec![]).unwrap_err(), SecretError::Empty);
    }

    #[test]
    fn debug_shows_no_secret() {
        let secret = SharedSecret::new("correct horse battery staple, twice").unwrap();
        let shown = format!("{secret:?} {:?}", SecretRing::new(vec![secret.clone()]).unwrap());
        assert!(!shown.contains("horse") && !shown.contains("99, 111"), "{shown}");
    }
}
