//! The header, judged: what it may say, and that it chooses nothing but which of the known keys to try.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use smol_str::SmolStr;

use super::json::{Text, Unread};
use super::{Algorithm, Refusal};

/// The longest `kid` in bytes.
pub(crate) const MAX_KEY_ID_BYTES: usize = 256;

/// Members that name a key, an encryption or a way of processing. RFC 7515 lets a verifier ignore most of them; a token
/// that carries one was not made for this one.
const FORBIDDEN: [&str; 14] = [
    "jku", "x5u", "jwk", "x5c", "crit", "zip", "b64", "enc", "epk", "apu", "apv", "cty", "p2s", "p2c",
];

/// What a header says.
#[derive(Default)]
pub(super) struct Header<'a> {
    /// `None` for a name that guard does not know.
    pub(super) algorithm: Option<Algorithm>,
    pub(super) key_id: Option<Cow<'a, str>>,
    token_type: Option<Cow<'a, str>>,
}

impl<'a> Header<'a> {
    pub(super) fn parse(json: &'a str) -> Result<Self, Refusal> {
        let refusal = Cell::new(Refusal::Header);
        let mut deserializer = serde_json::Deserializer::from_str(json);
        Members(&refusal)
            .deserialize(&mut deserializer)
            .and_then(|header| deserializer.end().map(|()| header))
            .map_err(|_| refusal.get())
    }
}

/// Which `typ` a token may have.
#[derive(Debug, Clone)]
pub(super) struct TokenTypes {
    pub(super) accepted: Vec<SmolStr>,
    pub(super) required: bool,
}

impl Default for TokenTypes {
    fn default() -> Self {
        Self {
            accepted: vec![SmolStr::new_static("JWT"), SmolStr::new_static("at+jwt")],
            required: false,
        }
    }
}

impl TokenTypes {
    /// A media type ignores ASCII case: RFC 7515, section 4.1.9.
    pub(super) fn check(&self, header: &Header<'_>) -> Result<(), Refusal> {
        let fits = match &header.token_type {
            Some(found) => self.accepted.iter().any(|typ| typ.eq_ignore_ascii_case(found)),
            None => !self.required,
        };
        if fits { Ok(()) } else { Err(Refusal::Type) }
    }
}

/// Reads the members; the cell tells why it stopped, since serde's own words would quote the token.
struct Members<'c>(&'c Cell<Refusal>);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = Header<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Header<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Header<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header<'de>, A::Error> {
        let mut header = Header::default();
        let mut algorithm = None;
        let mut unread = Unread::default();
        let twice = || A::Error::custom("a member comes twice");
        while let Some(Text(name)) = map.next_key()? {
            let slot = match &*name {
                "alg" => &mut algorithm,
                "kid" => &mut header.key_id,
                "typ" => &mut header.token_type,
                other => {
                    if let Some(forbidden) = FORBIDDEN.into_iter().find(|forbidden| *forbidden == other) {
                        self.0.set(Refusal::HeaderMember(forbidden));
                        return Err(A::Error::custom("forbidden"));
                    }
                    if !unread.note(name) {
                        return Err(twice());
                    }
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let Text(value) = map.next_value()?;
            if slot.replace(value).is_some() {
                return Err(twice());
            }
        }
        let Some(algorithm) = algorithm else {
            return Err(A::Error::custom("no algorithm"));
        };
        header.algorithm = Algorithm::from_name(&algorithm);
        let fits = |id: &str| !id.is_empty() && id.len() <= MAX_KEY_ID_BYTES;
        if header.key_id.as_deref().is_some_and(|id| !fits(id)) {
            return Err(A::Error::custom("no key id"));
        }
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str) -> Option<Refusal> {
        Header::parse(json).err()
    }

    #[test]
    fn what_is_read() {
        let header =
            Header::parse(r#"{"alg":"RS256","kid":"a\u0062","typ":"JWT","x5t":"abc","n":{"crit":[]}}"#).unwrap();
        assert_eq!(header.algorithm, Some(Algorithm::Rs256));
        assert_eq!(header.key_id.as_deref(), Some("ab"));
        assert_eq!(Header::parse(r#"{"alg":"none"}"#).unwrap().algorithm, None);
    }

    #[test]
    fn what_is_malformed() {
        let long = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(MAX_KEY_ID_BYTES + 1));
        for json in [
            "",
            "{}",
            "null",
            "[]",
            r#"["HS256"]"#,
            r#""HS256""#,
            r#"{"alg":"HS256""#,
            r#"{"alg":"HS256"}{}"#,
            r#"{"alg":"HS256","alg":"HS256"}"#,
            r#"{"alg":"HS256","\u0061lg":"none"}"#,
            r#"{"alg":["HS256"]}"#,
            r#"{"alg":null}"#,
            r#"{"alg":"HS256","kid":""}"#,
            r#"{"alg":"HS256","kid":7}"#,
            r#"{"alg":"HS256","kid":null}"#,
            r#"{"alg":"HS256","typ":1}"#,
            r#"{"alg":"HS256","a":1,"a":1}"#,
            &long,
        ] {
            assert_eq!(refusal(json), Some(Refusal::Header), "{json}");
        }
    }

    #[test]
    fn what_is_forbidden() {
        for name in FORBIDDEN {
            let json = format!(r#"{{"alg":"HS256","{name}":null}}"#);
            assert_eq!(refusal(&json), Some(Refusal::HeaderMember(name)));
        }
        assert_eq!(
            refusal(r#"{"alg":"HS256","\u006aku":"https://example.com"}"#),
            Some(Refusal::HeaderMember("jku"))
        );
    }

    #[test]
    fn types() {
        let types = TokenTypes::default();
        let fits = |types: &TokenTypes, json: &str| types.check(&Header::parse(json).unwrap()).is_ok();
        assert!(fits(&types, r#"{"alg":"HS256"}"#));
        assert!(fits(&types, r#"{"alg":"HS256","typ":"jwt"}"#));
        assert!(fits(&types, r#"{"alg":"HS256","typ":"at+JWT"}"#));
        assert!(!fits(&types, r#"{"alg":"HS256","typ":"dpop+jwt"}"#));
        assert!(!fits(&types, r#"{"alg":"HS256","typ":""}"#));
        let strict = TokenTypes {
            accepted: vec!["at+jwt".into()],
            required: true,
        };
        assert!(!fits(&strict, r#"{"alg":"HS256"}"#));
        assert!(!fits(&strict, r#"{"alg":"HS256","typ":"JWT"}"#));
        assert!(fits(&strict, r#"{"alg":"HS256","typ":"at+jwt"}"#));
    }
}
