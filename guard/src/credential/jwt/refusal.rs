//! Why a token is refused.

/// Why a token is refused: the cause inside [`TokenError::Invalid`](crate::credential::TokenError::Invalid), for the log.
///
/// No message quotes the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// More bytes than the setting allows.
    #[error("the token is too long")]
    TooLong,
    /// Not three non-empty parts.
    #[error("the token does not have three non-empty parts")]
    NotThreeParts,
    /// The header is no canonical base64url of a JSON object, names a member twice, or lacks `alg`.
    #[error("the header is malformed")]
    Header,
    /// The header has a member that chooses keys or processing: `jku`, `crit`, `zip` and their like.
    #[error("the header has the forbidden member `{0}`")]
    HeaderMember(&'static str),
    /// The header's `typ` is none of the accepted ones.
    #[error("the header's `typ` is not accepted")]
    Type,
    /// The header's `alg` is not the one of the key.
    #[error("the header's `alg` is not the algorithm of the key")]
    Algorithm,
    /// The header has no `kid`, and there is not exactly one key.
    #[error("the header has no `kid`, and there is more than one key")]
    KeyIdMissing,
    /// No key has this `kid`.
    #[error("no key has the header's `kid`")]
    KeyUnknown,
    /// The signature is malformed or wrong.
    #[error("the signature is wrong")]
    Signature,
    /// The payload is no canonical base64url of a JSON object, names a claim twice, or has too many claims.
    #[error("the payload is malformed")]
    Payload,
    /// A claim has a wrong type, a wrong shape, or contradicts another claim.
    #[error("the claim `{0}` is malformed")]
    Claim(&'static str),
    /// A required claim is absent.
    #[error("the claim `{0}` is missing")]
    ClaimMissing(&'static str),
    /// Before `nbf`.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `iat` is in the future.
    #[error("the token was issued in the future")]
    IssuedInTheFuture,
    /// It lives longer than the setting allows.
    #[error("the token lives too long")]
    LivesTooLong,
    /// `iss` is not the configured issuer, or no verifier is configured for it.
    #[error("the token's issuer is not accepted")]
    Issuer,
    /// `aud` does not name a configured audience.
    #[error("the token is for another audience")]
    Audience,
}
