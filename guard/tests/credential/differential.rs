//! Against jsonwebtoken: what guard accepts it accepts, and what both should refuse both refuse. Where guard alone refuses,
//! the test says why.

use std::collections::HashMap;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::*;

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
    #[serde(default)]
    tenant_ids: Vec<String>,
    #[serde(default)]
    role_map: HashMap<String, String>,
}

fn validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.leeway = 0;
    validation.validate_nbf = true;
    validation.required_spec_claims = ["exp", "sub"].map(str::to_owned).into();
    validation
}

/// jsonwebtoken reads the machine's clock, so these tokens live around the real now.
fn real_now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_secs()
}

fn theirs(token: &str) -> bool {
    decode::<Claims>(token, &DecodingKey::from_secret(SECRET), &validation(Algorithm::HS256)).is_ok()
}

fn ours(token: &str) -> bool {
    verify_at(&verifier(), token, real_now()).is_ok()
}

fn minted(rest: Value) -> String {
    let mut claims = json!({"sub": "u_1", "exp": real_now() + 600});
    for (name, value) in rest.as_object().unwrap() {
        claims[name] = value.clone();
    }
    mint(HS256, claims.to_string(), SECRET)
}

#[test]
fn both_accept() {
    let now = real_now();
    for rest in [
        json!({}),
        json!({"tenant_ids": ["t_a", "t_b"], "role_map": {"t_b": "owner"}}),
        json!({"nbf": now - 1, "iat": now - 1, "jti": "x", "email": "a@b.example"}),
        json!({"more": {"nested": [1, 2.5, null, "\u{1F600}"]}}),
    ] {
        let token = minted(rest);
        assert!(theirs(&token) && ours(&token), "{token}");
    }
}

#[test]
fn both_refuse() {
    let now = real_now();
    let good = minted(json!({}));
    let parts: Vec<_> = good.split('.').collect();
    let tampered = format!(
        "{}.{}.{}",
        parts[0],
        b64(r#"{"sub":"root","exp":9999999999}"#),
        parts[2]
    );
    for token in [
        minted(json!({"exp": now - 10})),
        minted(json!({"exp": "soon"})),
        minted(json!({"exp": -1})),
        minted(json!({"exp": null})),
        minted(json!({"nbf": now + 100})),
        minted(json!({"sub": 7})),
        mint(HS256, json!({"sub": "u_1"}).to_string(), SECRET),
        mint(HS256, json!({"exp": now + 600}).to_string(), SECRET),
        mint(
            HS256,
            json!({"sub": "u_1", "exp": now + 600}).to_string(),
            b"another secret of thirty-two bytes or so",
        ),
        mint(
            r#"{"alg":"none"}"#,
            json!({"sub": "u_1", "exp": now + 600}).to_string(),
            SECRET,
        ),
        mint(
            r#"{"alg":"HS512"}"#,
            json!({"sub": "u_1", "exp": now + 600}).to_string(),
            SECRET,
        ),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}="),
        tampered,
        String::new(),
    ] {
        assert!(!theirs(&token) && !ours(&token), "{token}");
    }
}

#[test]
fn guard_alone_refuses() {
    let exp = real_now() + 600;
    let twice = format!(r#"{{"sub":"u_1","exp":{exp},"jti":"a","jti":"b"}}"#);
    for (token, why) in [
        (mint(HS256, twice, SECRET), "a claim comes twice"),
        (
            mint(
                r#"{"alg":"HS256","jku":"https://evil.example"}"#,
                json!({"sub": "u", "exp": exp}).to_string(),
                SECRET,
            ),
            "a header that names keys",
        ),
        (minted(json!({"exp": exp + 1_000_000})), "too long a life"),
        (minted(json!({"sub": "a b"})), "no id"),
        (minted(json!({"tenant_ids": ["T"]})), "no tenant"),
        (minted(json!({"iat": exp})), "issued in the future"),
        (minted(json!({"iss": "somebody"})), "an issuer that nobody configured"),
    ] {
        assert!(theirs(&token), "{why}");
        assert!(!ours(&token), "{why}");
    }
}

/// Tokens that jsonwebtoken signs, in each algorithm.
#[tokio::test]
async fn what_they_sign_guard_verifies() {
    let header = Header::new(Algorithm::HS256);
    let claims = Claims {
        sub: "u_1".into(),
        exp: real_now() + 600,
        tenant_ids: vec!["t_a".into()],
        role_map: HashMap::from([("t_a".into(), "owner".into())]),
    };
    let token = encode(&header, &claims, &EncodingKey::from_secret(SECRET)).unwrap();
    assert!(ours(&token));
    // And they what guard's own keys sign.
    for (pair, algorithm) in [
        (&*RSA, Algorithm::RS256),
        (&*P256, Algorithm::ES256),
        (&*ED, Algorithm::EdDSA),
    ] {
        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(pair.jwk("k")).unwrap();
        let header = json!({"alg": pair.algorithm(), "kid": "k"}).to_string();
        let exp = real_now() + 600;
        let token = pair.sign(&header, &named_claims(json!({ "exp": exp })));
        let mut validation = validation(algorithm);
        validation.set_audience(&["engine"]);
        assert!(decode::<Claims>(&token, &DecodingKey::from_jwk(&jwk).unwrap(), &validation).is_ok());
        let (jwks, verifier) = keyed(&TestSource::new(document(&[pair.jwk("k")])), &TestClock::new());
        jwks.load().await.unwrap();
        assert!(verify_at(&verifier, &token, exp - 600).is_ok());
    }
}

proptest! {
    /// Whatever the claims are: guard accepts nothing that they refuse.
    #[test]
    fn guard_accepts_no_more_than_they_do(exp in near_now(), nbf in near_now(), sub in text(), tenants in texts()) {
        let payload = format!(r#"{{"exp":{exp},"nbf":{nbf},"sub":{sub},"tenant_ids":{tenants}}}"#);
        let token = mint(HS256, payload, SECRET);
        prop_assert!(theirs(&token) || !ours(&token));
    }
}

fn near_now() -> impl Strategy<Value = String> {
    let integers = (-100_000..100_000_i64).prop_map(|away| (real_now().cast_signed() + away).to_string());
    let others = prop_oneof![
        Just("null"),
        Just("0"),
        Just("-1"),
        Just("1e9"),
        Just("2e9"),
        Just("\"9\""),
        Just("1.5")
    ];
    prop_oneof![4 => integers, 1 => others.prop_map(str::to_owned)]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,4}", "\\PC{0,4}"].prop_map(|text| json!(text).to_string())
}

fn texts() -> impl Strategy<Value = String> {
    let tenant = prop_oneof![4 => "t_[a-z]{1,4}", 1 => "\\PC{0,4}"];
    proptest::collection::vec(tenant, 0..4).prop_map(|texts| json!(texts).to_string())
}
