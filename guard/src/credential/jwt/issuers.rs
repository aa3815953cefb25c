//! Several issuers, and exactly one verifier for each token.

use std::time::Duration;

use smol_str::SmolStr;

use super::claims::Claims;
use super::compact::Compact;
use super::{JwtVerifier, Refusal};
use crate::credential::{Verification, VerifyToken};

/// Chooses one verifier by a token's `iss` and leaves the judgement to it. No token is tried against a second one, so
/// that the weakest of several verifiers does not speak for all.
#[derive(Debug, Clone)]
pub struct Issuers {
    named: Vec<(SmolStr, JwtVerifier)>,
    unnamed: Option<JwtVerifier>,
}

/// Why verifiers cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuersError {
    /// A verifier has no issuer.
    #[error("a verifier among several needs an issuer")]
    NoIssuer,
    /// Two verifiers have the same issuer.
    #[error("two verifiers have the same issuer")]
    SameIssuer,
    /// The verifier of tokens without `iss` names issuers, or accepts any.
    #[error("the verifier of tokens without `iss` must not name or accept an issuer")]
    UnnamedWithIssuer,
}

impl Issuers {
    /// Verifiers with one or more issuers each.
    ///
    /// # Errors
    ///
    /// [`IssuersError`] where a verifier has no issuer or shares one.
    pub fn new(verifiers: impl IntoIterator<Item = JwtVerifier>) -> Result<Self, IssuersError> {
        let mut named: Vec<(SmolStr, JwtVerifier)> = Vec::new();
        for verifier in verifiers {
            for issuer in verifier.issuers().ok_or(IssuersError::NoIssuer)? {
                if named.iter().any(|(name, _)| name == issuer) {
                    return Err(IssuersError::SameIssuer);
                }
                named.push((issuer.clone(), verifier.clone()));
            }
        }
        Ok(Self { named, unnamed: None })
    }

    /// Gives the tokens without `iss`, such as the Python engine's, to this verifier. Without one they are refused.
    ///
    /// # Errors
    ///
    /// [`IssuersError::UnnamedWithIssuer`] unless it takes tokens without `iss` and no other.
    pub fn without_issuer(mut self, verifier: JwtVerifier) -> Result<Self, IssuersError> {
        if !verifier.refuses_any_issuer() {
            return Err(IssuersError::UnnamedWithIssuer);
        }
        self.unnamed = Some(verifier);
        Ok(self)
    }

    fn verifiers(&self) -> impl Iterator<Item = &JwtVerifier> {
        self.named.iter().map(|(_, verifier)| verifier).chain(&self.unnamed)
    }

    /// The one verifier of this token. Nothing that is read here is believed: the verifier compares `iss` again, after
    /// the signature.
    fn choose(&self, token: &str) -> Result<&JwtVerifier, Refusal> {
        let longest = self.verifiers().map(JwtVerifier::max_bytes).max();
        if longest.is_none_or(|longest| token.len() > longest) {
            return Err(Refusal::TooLong);
        }
        let payload = Compact::split(token)?.payload()?;
        match Claims::unverified_issuer(&payload)? {
            Some(issuer) => {
                let verifier = self.named.iter().find(|(name, _)| *name == *issuer);
                verifier.map(|(_, verifier)| verifier).ok_or(Refusal::Issuer)
            }
            None => self.unnamed.as_ref().ok_or(Refusal::ClaimMissing("iss")),
        }
    }
}

impl VerifyToken for Issuers {
    fn verify(&self, token: &str, now: Duration) -> Verification {
        // Only the verifier that judged these very bytes remembers them, so asking each memory is no second judgement.
        if let Some(verified) = self.verifiers().find_map(|verifier| verifier.cached(token, now)) {
            return Verification::Done(verified);
        }
        match self.choose(token) {
            Ok(verifier) => verifier.verify_uncached(token, now),
            Err(refusal) => Verification::Done(Err(refusal.into())),
        }
    }
}
