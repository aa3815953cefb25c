//! The secrets that sign tickets.

use std::fmt;

use aws_lc_rs::hmac;

/// The shortest secret in bytes: the length of the hash.
pub const MIN_TICKET_SECRET_BYTES: usize = 32;

/// The most secrets of one ring: a forged ticket costs one HMAC for each.
const MAX_SECRETS: usize = 8;

/// A secret that signs tickets, from the setting `ENGINES_TICKET_SECRET`.
///
/// It must be another one than that of tokens, so that neither can be taken for the other. Only the keyed hash state is
/// kept, and `Debug` shows nothing of it.
#[derive(Clone)]
pub struct TicketSecret(hmac::Key);

/// Why a secret or a ring of them is refused. The messages name the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketSecretError {
    /// It has less than [`MIN_TICKET_SECRET_BYTES`] bytes.
    #[error("ENGINES_TICKET_SECRET has {0} bytes; at least {MIN_TICKET_SECRET_BYTES} are needed")]
    TooShort(usize),
    /// The ring is empty.
    #[error("ENGINES_TICKET_SECRET holds no secret")]
    Empty,
    /// The ring is too large.
    #[error("ENGINES_TICKET_SECRET holds more than {MAX_SECRETS} secrets")]
    TooMany,
}

impl TicketSecret {
    /// A secret of these bytes, taken as they are: the Python engine trims nothing either.
    ///
    /// # Errors
    ///
    /// [`TicketSecretError::TooShort`].
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, TicketSecretError> {
        let bytes = bytes.as_ref();
        if bytes.len() < MIN_TICKET_SECRET_BYTES {
            return Err(TicketSecretError::TooShort(bytes.len()));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, bytes)))
    }
}

impl fmt::Debug for TicketSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketSecret(..)")
    }
}

/// Secrets that are all good at once, so that one can be replaced without refusing the tickets of the other.
#[derive(Debug, Clone)]
pub(super) struct TicketSecretRing {
    signing: TicketSecret,
    others: Vec<TicketSecret>,
}

impl TicketSecretRing {
    /// The first one signs.
    pub(super) fn new(secrets: impl IntoIterator<Item = TicketSecret>) -> Result<Self, TicketSecretError> {
        let mut secrets = secrets.into_iter();
        let signing = secrets.next().ok_or(TicketSecretError::Empty)?;
        let others: Vec<TicketSecret> = secrets.take(MAX_SECRETS).collect();
        if others.len() == MAX_SECRETS {
            return Err(TicketSecretError::TooMany);
        }
        Ok(Self { signing, others })
    }

    pub(super) fn sign(&self, body: &[u8]) -> hmac::Tag {
        hmac::sign(&self.signing.0, body)
    }

    /// Compares in constant time; all secrets are trusted alike.
    pub(super) fn signed(&self, body: &[u8], signature: &[u8]) -> bool {
        let mut secrets = std::iter::once(&self.signing).chain(&self.others);
        secrets.any(|secret| hmac::verify(&secret.0, body, signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_secrets_and_rings_are_refused_by_the_settings_name() {
        for length in [0, 1, 31] {
            let error = TicketSecret::new(vec![b's'; length]).unwrap_err();
            assert_eq!(error, TicketSecretError::TooShort(length));
            assert!(error.to_string().contains("ENGINES_TICKET_SECRET"));
        }
        let secret = TicketSecret::new([b's'; 32]).unwrap();
        assert!(TicketSecretRing::new(vec![secret.clone(); 8]).is_ok());
        assert_eq!(
            TicketSecretRing::new(vec![secret; 9]).unwrap_err(),
            TicketSecretError::TooMany
        );
        assert_eq!(TicketSecretRing::new([]).unwrap_err(), TicketSecretError::Empty);
    }

    #[test]
    fn debug_shows_no_secret() {
        let secret = TicketSecret::new("correct horse battery staple, twice").unwrap();
        let ring = TicketSecretRing::new([secret.clone()]).unwrap();
        let shown = format!("{secret:?} {ring:?}");
        assert!(!shown.contains("horse") && !shown.contains("99, 111"), "{shown}");
    }
}
