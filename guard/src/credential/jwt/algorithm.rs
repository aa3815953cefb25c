//! Signature algorithms and the keys they belong to.

use std::fmt;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use smol_str::SmolStr;

use super::Refusal;

/// A signature algorithm. A key has exactly one; a token's header may only repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256, for a shared secret.
    Hs256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// EdDSA over Ed25519. RFC 9864 calls the same algorithm `Ed25519`.
    EdDsa,
}

impl Algorithm {
    /// By the exact name. `none` is no algorithm, however it is spelt.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "HS256" => Some(Self::Hs256),
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }

    /// Whether its keys come in pairs, one of them public.
    pub(crate) fn is_asymmetric(self) -> bool {
        self != Self::Hs256
    }
}

/// A public key with its one algorithm, parsed once.
///
/// The primitives are called directly. jsonwebtoken reaches the same ones through a provider that the whole process shares
/// and any crate may replace, and that panics where its two crypto features meet in one build; it also parses the key and
/// computes the pads of an HMAC key anew for every token. guard judges header and claims itself anyway.
#[derive(Clone)]
pub(crate) struct PublicKey {
    id: Option<SmolStr>,
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

/// Why a public key is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MalformedKey;

impl PublicKey {
    /// Big-endian modulus and exponent. The library wants no leading zeros, which some issuers write.
    pub(crate) fn rsa(id: Option<SmolStr>, modulus: &[u8], exponent: &[u8]) -> Result<Self, MalformedKey> {
        let components = RsaPublicKeyComponents {
            n: without_leading_zeros(modulus),
            e: without_leading_zeros(exponent),
        };
        let key = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256);
        Self::new(id, Algorithm::Rs256, key)
    }

    /// The affine coordinates of a point on P-256, 32 bytes each. The library checks that it is on the curve.
    pub(crate) fn p256(id: Option<SmolStr>, x: &[u8; 32], y: &[u8; 32]) -> Result<Self, MalformedKey> {
        let mut point = [4; 65];
        point[1..33].copy_from_slice(x);
        point[33..].copy_from_slice(y);
        Self::new(
            id,
            Algorithm::Es256,
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point),
        )
    }

    pub(crate) fn ed25519(id: Option<SmolStr>, x: &[u8; 32]) -> Result<Self, MalformedKey> {
        Self::new(id, Algorithm::EdDsa, ParsedPublicKey::new(&ED25519, x))
    }

    fn new<E>(
        id: Option<SmolStr>,
        algorithm: Algorithm,
        key: Result<ParsedPublicKey, E>,
    ) -> Result<Self, MalformedKey> {
        let key = key.map_err(|_| MalformedKey)?;
        Ok(Self { id, algorithm, key })
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The algorithm is compared before the signature is looked at: the header cannot choose.
    pub(crate) fn verify(&self, claimed: Option<Algorithm>, signed: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        if claimed != Some(self.algorithm) {
            return Err(Refusal::Algorithm);
        }
        self.key.verify_sig(signed, signature).map_err(|_| Refusal::Signature)
    }
}

/// The number of significant bits of a big-endian integer.
pub(crate) fn bits(integer: &[u8]) -> usize {
    let significant = without_leading_zeros(integer);
    let leading = significant.first().map_or(0, |byte| byte.leading_zeros() as usize);
    significant.len() * 8 - leading
}

fn without_leading_zeros(integer: &[u8]) -> &[u8] {
    let zeros = integer.iter().take_while(|byte| **byte == 0).count();
    &integer[zeros..]
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        let same = self.id == other.id && self.algorithm == other.algorithm;
        same && self.key.as_ref() == other.key.as_ref()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        for name in [
            "none", "None", "NONE", "", "hs256", "HS256 ", "RS512", "PS256", "HS512", "ES384", "eddsa",
        ] {
            assert_eq!(Algorithm::from_name(name), None, "{name}");
        }
    }

    #[test]
    fn bits_are_significant_ones() {
        assert_eq!(bits(&[]), 0);
        assert_eq!(bits(&[0, 0]), 0);
        assert_eq!(bits(&[0, 1]), 1);
        assert_eq!(bits(&[0x80; 256]), 2048);
        assert_eq!(bits(&[0x7f; 256]), 2047);
    }
}
