//! The keys of a verifier: secrets or public keys, never both.

use super::Refusal;
use super::compact::Compact;
use super::header::Header;
use super::secret::SecretRing;
use crate::credential::jwks::{Found, Jwks, Patience, Refresh};
use crate::credential::{Cause, TokenError};

/// Keys of one kind, so that no token can have a public key taken for a secret.
#[derive(Debug)]
pub(super) enum Keys {
    Shared(SecretRing),
    Public(Jwks),
}

/// What the keys say of a signature.
pub(super) enum Checked {
    /// Right, by the keys of this generation.
    Right {
        generation: u64,
    },
    Refused(Refusal),
    /// Newer keys have to be awaited first.
    Wait(Refresh),
    Unavailable(Cause),
}

impl Keys {
    /// The generation of the keys that are good now, if there are any.
    pub(super) fn generation(&self) -> Option<u64> {
        match self {
            Self::Shared(_) => Some(0),
            Self::Public(jwks) => jwks.generation(),
        }
    }

    pub(super) fn check(&self, header: &Header<'_>, compact: &Compact<'_>, patience: Patience) -> Checked {
        let signature = match compact.signature() {
            Ok(signature) => signature,
            Err(refusal) => return Checked::Refused(refusal),
        };
        let (checked, generation) = match self {
            Self::Shared(ring) => (ring.verify(header, compact.signed, signature.as_bytes()), 0),
            Self::Public(jwks) => {
                // An algorithm that no public key has is no reason to fetch any.
                if !header.algorithm.is_some_and(|algorithm| algorithm.is_asymmetric()) {
                    return Checked::Refused(Refusal::Algorithm);
                }
                match jwks.find(header.key_id.as_deref(), patience) {
                    Found::Key { key, generation } => {
                        let checked = key.verify(header.algorithm, compact.signed, signature.as_bytes());
                        (checked, generation)
                    }
                    Found::None(refusal) => return Checked::Refused(refusal),
                    Found::Wait(refresh) => return Checked::Wait(refresh),
                    Found::Unavailable(error) => {
                        return Checked::Unavailable(Cause::new(error));
                    }
                }
            }
        };
        match checked {
            Ok(()) => Checked::Right { generation },
            Err(refusal) => Checked::Refused(refusal),
        }
    }
}

impl From<Refusal> for TokenError {
    fn from(refusal: Refusal) -> Self {
        Self::invalid(refusal)
    }
}
