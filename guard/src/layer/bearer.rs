//! The `Authorization` header.

use http::HeaderValue;

use super::refusal::Refusal;
use crate::code;
use crate::credential::TokenError;
use crate::envelope::ErrorEnvelope;

/// The token of `Authorization: Bearer <token>`. The scheme's case does not matter; one space follows it.
pub(crate) fn token(header: Option<&HeaderValue>) -> Result<&str, Refusal> {
    let missing = || Refusal::from(ErrorEnvelope::builder(code::AUTH_TOKEN_MISSING));
    let value = header.ok_or_else(missing)?;
    let malformed = || Refusal::from(TokenError::invalid("the header is not `Bearer` and one token"));
    let value = value.as_bytes();
    let end = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
    let (scheme, token) = value.split_at(end);
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Err(missing());
    }
    let token = token.get(1..).unwrap_or_default();
    // No early exit, so that it is a few vector instructions: tokens are long, and this runs for every request.
    let fits = |byte: &u8| matches!(byte, 0x21..=0x7e) & (*byte != b',');
    let all_fit = token.iter().fold(true, |all, byte| all & fits(byte));
    match str::from_utf8(token) {
        Ok(token) if !token.is_empty() && all_fit => Ok(token),
        _ => Err(malformed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(value: &str) -> Result<String, String> {
        let header = HeaderValue::from_str(value).unwrap();
        match token(Some(&header)) {
            Ok(token) => Ok(token.to_owned()),
            Err(refusal) => Err(refusal.envelope.code().to_owned()),
        }
    }

    #[test]
    fn one_scheme_one_space_one_token() {
        for value in ["Bearer a.b-c_d", "bearer a.b-c_d", "BEARER a.b-c_d"] {
            assert_eq!(judged(value).as_deref(), Ok("a.b-c_d"), "{value}");
        }
        for value in [
            "Bearer",
            "Bearer ",
            "Bearer  a",
            "Bearer a ",
            "Bearer a b",
            "Bearer a,b",
            "Bearer a\tb",
        ] {
            assert_eq!(judged(value).unwrap_err(), "auth.token_invalid", "{value}");
        }
        for value in ["", "Basic dTpw", "Bearera", "a.b.c"] {
            assert_eq!(judged(value).unwrap_err(), "auth.token_missing", "{value}");
        }
        assert_eq!(token(None).unwrap_err().envelope.code(), "auth.token_missing");
    }
}
