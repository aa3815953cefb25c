//! A JWKS document, read: RFC 7517.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use smol_str::SmolStr;

use super::JwksError;
use crate::credential::jwt::{Algorithm, MAX_KEY_ID_BYTES, PublicKey, Refusal, bits};

/// The most entries of a document. Real ones have a handful.
const MAX_KEYS: usize = 100;

/// The sizes of an RSA key in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The usable keys of one document, each with its one algorithm and a `kid` of its own.
#[derive(Debug, Default, PartialEq)]
pub(super) struct KeySet(Vec<Arc<PublicKey>>);

impl KeySet {
    /// By `kid`; without one, only where there is no choice.
    pub(super) fn find(&self, id: Option<&str>) -> Result<&Arc<PublicKey>, Refusal> {
        match (id, self.0.as_slice()) {
            (Some(id), keys) => {
                let named = keys.iter().find(|key| key.id() == Some(id));
                named.ok_or(Refusal::KeyUnknown)
            }
            (None, [key]) => Ok(key),
            (None, _) => Err(Refusal::KeyIdMissing),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Why an entry of a document is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unused {
    /// Not for signatures: `use` or `key_ops` say so.
    OtherUse,
    /// Of a kind or an algorithm that guard does not verify.
    OtherKind,
    /// A symmetric key: a document that anyone may read holds no secret.
    Symmetric,
    /// Its private half is published too.
    Private,
    /// An RSA key of fewer than 2048 bits, or of more than 8192.
    Size,
    /// A part is missing, not canonical base64url, of a wrong length, or no point of its curve.
    Malformed,
}

impl fmt::Display for Unused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherUse => "it is not for verifying signatures",
            Self::OtherKind => "its kind or algorithm is not supported",
            Self::Symmetric => "it is symmetric",
            Self::Private => "its private half is published",
            Self::Size => "its size is out of range",
            Self::Malformed => "it is malformed",
        })
    }
}

/// What a document holds.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) keys: KeySet,
    /// Entries that are not used, by index.
    pub(super) unused: Vec<(usize, Unused)>,
}

impl Document {
    /// Reads a document. An entry that cannot be used is left out; a document without a usable one is an error, and so is
    /// one in which two usable keys share a `kid`, since the choice between them would be a guess.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, JwksError> {
        #[derive(Deserialize)]
        struct Set<'a> {
            #[serde(borrow)]
            keys: Vec<&'a serde_json::value::RawValue>,
        }

        let entries: Set<'_> = serde_json::from_slice(bytes).map_err(|_| JwksError::Malformed)?;
        if entries.keys.len() > MAX_KEYS {
            return Err(JwksError::TooManyKeys);
        }
        let mut keys: Vec<Arc<PublicKey>> = Vec::new();
        let mut unused = Vec::new();
        for (index, entry) in entries.keys.into_iter().enumerate() {
            match read(entry.get()) {
                Ok(key) if keys.iter().any(|known| **known == key) => {}
                Ok(key) if keys.iter().any(|known| known.id() == key.id()) => return Err(JwksError::SameKeyId),
                Ok(key) => keys.push(Arc::new(key)),
                Err(why) => unused.push((index, why)),
            }
        }
        if keys.is_empty() {
            return Err(JwksError::NoUsableKey);
        }
        Ok(Self {
            keys: KeySet(keys),
            unused,
        })
    }
}

/// The members of a JWK that matter. serde refuses one that comes twice.
#[derive(Deserialize)]
struct Entry {
    kty: SmolStr,
    kid: Option<SmolStr>,
    alg: Option<SmolStr>,
    #[serde(rename = "use")]
    usage: Option<SmolStr>,
    key_ops: Option<Vec<SmolStr>>,
    crv: Option<SmolStr>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    /// The private part of each kind of pair.
    d: Option<IgnoredAny>,
}

fn read(entry: &str) -> Result<PublicKey, Unused> {
    let entry: Entry = serde_json::from_str(entry).map_err(|_| Unused::Malformed)?;
    if entry.kty == "oct" {
        return Err(Unused::Symmetric);
    }
    let verifies = |ops: &Vec<SmolStr>| ops.iter().any(|op| op == "verify");
    if entry.usage.as_ref().is_some_and(|usage| usage != "sig")
        || entry.key_ops.as_ref().is_some_and(|ops| !verifies(ops))
    {
        return Err(Unused::OtherUse);
    }
    let algorithm = algorithm(&entry)?;
    if entry.d.is_some() {
        return Err(Unused::Private);
    }
    if entry
        .kid
        .as_ref()
        .is_some_and(|id| id.is_empty() || id.len() > MAX_KEY_ID_BYTES)
    {
        return Err(Unused::Malformed);
    }
    let key = match algorithm {
        Algorithm::Rs256 => {
            let (modulus, exponent) = (decode(entry.n)?, decode(entry.e)?);
            if !RSA_BITS.contains(&bits(&modulus)) {
                return Err(Unused::Size);
            }
            if !exponent_fits(&exponent) {
                return Err(Unused::Malformed);
            }
            PublicKey::rsa(entry.kid, &modulus, &exponent)
        }
        Algorithm::Es256 => PublicKey::p256(entry.kid, &coordinate(entry.x)?, &coordinate(entry.y)?),
        Algorithm::EdDsa => PublicKey::ed25519(entry.kid, &coordinate(entry.x)?),
        Algorithm::Hs256 => return Err(Unused::Symmetric),
    };
    key.map_err(|_| Unused::Malformed)
}

/// An odd number above 2^16, as FIPS 186-5, section 5.1 has it, and below the 2^33 at which the crypto library stops. That
/// library parses a key with an exponent of 1, under which every signature forges itself.
fn exponent_fits(exponent: &[u8]) -> bool {
    (17..=33).contains(&bits(exponent)) && exponent.last().is_some_and(|byte| byte % 2 == 1)
}

/// What the kind and the curve leave as the one algorithm; an `alg` that is there has to agree.
fn algorithm(entry: &Entry) -> Result<Algorithm, Unused> {
    let implied = match (entry.kty.as_str(), entry.crv.as_deref()) {
        ("RSA", None) => Algorithm::Rs256,
        ("EC", Some("P-256")) => Algorithm::Es256,
        ("OKP", Some("Ed25519")) => Algorithm::EdDsa,
        _ => return Err(Unused::OtherKind),
    };
    match &entry.alg {
        Some(name) if Algorithm::from_name(name) != Some(implied) => Err(Unused::OtherKind),
        _ => Ok(implied),
    }
}

fn decode(part: Option<String>) -> Result<Vec<u8>, Unused> {
    let part = part.ok_or(Unused::Malformed)?;
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Unused::Malformed)
}

fn coordinate(part: Option<String>) -> Result<[u8; 32], Unused> {
    decode(part)?.try_into().map_err(|_| Unused::Malformed)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The public halves of RFC 8037, appendix A, and of RFC 7515, appendix A.3.
    fn ed25519(rest: Value) -> Value {
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        with(key, rest)
    }

    fn p256(rest: Value) -> Value {
        let key = json!({
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        });
        with(key, rest)
    }

    fn rsa(bits: usize, rest: Value) -> Value {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= (8 - bits % 8) % 8;
        with(
            json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB"}),
            rest,
        )
    }

    fn with(mut key: Value, rest: Value) -> Value {
        for (name, value) in rest.as_object().unwrap() {
            key[name] = value.clone();
        }
        key
    }

    fn parse(keys: &[Value]) -> Result<Document, JwksError> {
        Document::parse(json!({ "keys": keys }).to_string().as_bytes())
    }

    fn unused(key: Value) -> Unused {
        let document = parse(&[key.clone(), ed25519(json!({"kid": "good"}))]).unwrap();
        assert_eq!(document.keys.len(), 1, "{key}");
        document.unused[0].1
    }

    #[test]
    fn each_key_has_its_one_algorithm() {
        let keys = [
            ed25519(json!({"kid": "a"})),
            p256(json!({"kid": "b", "use": "sig", "key_ops": ["verify"], "alg": "ES256"})),
            rsa(2048, json!({"kid": "c", "x5c": ["ignored"]})),
            ed25519(json!({"kid": "d", "alg": "Ed25519"})),
        ];
        let document = parse(&keys).unwrap();
        assert_eq!(document.unused, []);
        assert_eq!(document.keys.len(), 4);
        assert!(document.keys.find(Some("b")).is_ok());
        assert_eq!(document.keys.find(Some("e")), Err(Refusal::KeyUnknown));
        assert_eq!(document.keys.find(None), Err(Refusal::KeyIdMissing));
        assert!(parse(&keys[..1]).unwrap().keys.find(None).is_ok());
    }

    #[test]
    fn what_is_not_used() {
        assert_eq!(
            unused(json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"})),
            Unused::Symmetric
        );
        assert_eq!(unused(p256(json!({"use": "enc"}))), Unused::OtherUse);
        assert_eq!(unused(p256(json!({"key_ops": ["sign"]}))), Unused::OtherUse);
        assert_eq!(unused(p256(json!({"key_ops": []}))), Unused::OtherUse);
        assert_eq!(
            unused(p256(json!({"use": "sig", "key_ops": ["encrypt"]}))),
            Unused::OtherUse
        );
        for alg in ["HS256", "none", "RS256", "ES384", "EdDSA"] {
            assert_eq!(unused(p256(json!({"alg": alg}))), Unused::OtherKind, "{alg}");
        }
        for alg in ["RS384", "RS512", "PS256", "RSA-OAEP"] {
            assert_eq!(unused(rsa(2048, json!({"alg": alg}))), Unused::OtherKind, "{alg}");
        }
        assert_eq!(unused(p256(json!({"crv": "P-384"}))), Unused::OtherKind);
        assert_eq!(unused(p256(json!({"crv": "secp256k1"}))), Unused::OtherKind);
        assert_eq!(unused(ed25519(json!({"crv": "X25519"}))), Unused::OtherKind);
        assert_eq!(unused(p256(json!({"d": "AQ"}))), Unused::Private);
        assert_eq!(unused(rsa(2047, json!({}))), Unused::Size);
        assert_eq!(unused(rsa(1024, json!({}))), Unused::Size);
        assert_eq!(unused(rsa(8200, json!({}))), Unused::Size);
        assert_eq!(
            unused(rsa(2048, json!({"e": "AQ"}))),
            Unused::Malformed,
            "an exponent of 1"
        );
        assert_eq!(unused(rsa(2048, json!({"e": "Aw"}))), Unused::Malformed, "3");
        assert_eq!(unused(rsa(2048, json!({"e": "AQAA"}))), Unused::Malformed, "65536");
        assert_eq!(
            unused(rsa(2048, json!({"e": "AQAAAAAB"}))),
            Unused::Malformed,
            "2^40 + 1"
        );
        assert_eq!(unused(rsa(2048, json!({"e": ""}))), Unused::Malformed);
        assert_eq!(unused(rsa(2048, json!({"e": "AQAB="}))), Unused::Malformed);
        assert_eq!(unused(p256(json!({"y": "AAAA"}))), Unused::Malformed);
        assert_eq!(
            unused(p256(json!({"y": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}))),
            Unused::Malformed,
            "not on the curve"
        );
        assert_eq!(unused(p256(json!({"x": null}))), Unused::Malformed);
        assert_eq!(unused(p256(json!({"kid": ""}))), Unused::Malformed);
        assert_eq!(unused(p256(json!({"kid": "k".repeat(257)}))), Unused::Malformed);
        assert_eq!(unused(json!("no object")), Unused::Malformed);
        assert_eq!(unused(json!({})), Unused::Malformed);
    }

    #[test]
    fn leading_zeros_of_a_modulus_do_not_matter() {
        let mut modulus = vec![0xff; 257];
        modulus[0] = 0;
        let padded = rsa(2048, json!({"n": URL_SAFE_NO_PAD.encode(modulus)}));
        assert_eq!(
            parse(&[padded]).unwrap().keys,
            parse(&[rsa(2048, json!({}))]).unwrap().keys
        );
    }

    #[test]
    fn a_shared_kid_is_an_error_unless_the_keys_are_one() {
        let twice = [ed25519(json!({"kid": "a"})), ed25519(json!({"kid": "a"}))];
        assert_eq!(parse(&twice).unwrap().keys.len(), 1);
        let shared = [ed25519(json!({"kid": "a"})), p256(json!({"kid": "a"}))];
        assert!(matches!(parse(&shared), Err(JwksError::SameKeyId)));
        let nameless = [ed25519(json!({})), p256(json!({}))];
        assert!(matches!(parse(&nameless), Err(JwksError::SameKeyId)));
        let other_use = [ed25519(json!({"kid": "a"})), p256(json!({"kid": "a", "use": "enc"}))];
        assert_eq!(parse(&other_use).unwrap().keys.len(), 1);
    }

    #[test]
    fn documents_without_a_usable_key() {
        assert!(matches!(parse(&[]), Err(JwksError::NoUsableKey)));
        assert!(matches!(
            parse(&[p256(json!({"use": "enc"}))]),
            Err(JwksError::NoUsableKey)
        ));
        assert!(matches!(parse(&vec![json!({}); 101]), Err(JwksError::TooManyKeys)));
        for text in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"keys":{}}"#,
            r#"{"keys":[],"keys":[]}"#,
            "<html>",
            r#"{"keys":[]} x"#,
        ] {
            assert!(
                matches!(Document::parse(text.as_bytes()), Err(JwksError::Malformed)),
                "{text}"
            );
        }
    }
}
