//! Attacks on tokens. Each test bears the number of the attack it stands for.

use std::time::Duration;

use guard::credential::TokenError;
use guard::credential::jwt::{JwtVerifier, Refusal, SecretError, SharedSecret};
use serde_json::{Value, json};

use crate::support::*;

/// The refusal of an HS256 token with this header and good claims.
fn header_refusal(header: &str) -> Refusal {
    refusal(verify(&verifier(), &mint(header, claims(json!({})), SECRET)))
}

fn claim_refusal(rest: Value) -> Refusal {
    refusal(verify(&verifier(), &token(rest)))
}

#[test]
fn a_good_token_verifies() {
    let identity = verify(
        &verifier(),
        &token(json!({"email": "a@b.example", "default_tenant_id": "t_a"})),
    )
    .unwrap();
    assert_eq!(identity.user_id().as_str(), "u_1");
    assert_eq!(identity.email(), Some("a@b.example"));
    assert_eq!(identity.default_tenant().unwrap().as_str(), "t_a");
    assert_eq!(identity.role_in(identity.default_tenant().unwrap()), Some("owner"));
    assert_eq!(identity.expires_at(), Some(NOW + 600));
}

#[test]
fn d30_alg_none() {
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let header = json!({ "alg": alg }).to_string();
        assert_eq!(header_refusal(&header), Refusal::Algorithm, "{alg}");
        let unsigned = format!("{}.{}.", b64(&header), b64(claims(json!({}))));
        assert_eq!(refusal(verify(&verifier(), &unsigned)), Refusal::NotThreeParts);
        let hollow = format!("{}.{}.AA", b64(&header), b64(claims(json!({}))));
        assert_eq!(refusal(verify(&verifier(), &hollow)), Refusal::Algorithm);
    }
}

#[test]
fn d30_alg_from_the_header() {
    for alg in ["HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256", "HS256 "] {
        assert_eq!(
            header_refusal(&json!({ "alg": alg }).to_string()),
            Refusal::Algorithm,
            "{alg}"
        );
    }
    assert_eq!(header_refusal("{}"), Refusal::Header);
    assert_eq!(header_refusal(r#"{"alg":"HS256","alg":"HS256"}"#), Refusal::Header);
}

/// The public key, which everybody has, as the secret of an HMAC.
#[tokio::test]
async fn d30_a_public_key_as_an_hs256_secret() {
    for pair in [&*RSA, &*P256, &*ED] {
        let (_, verifier) = keyed(&TestSource::new(document(&[pair.jwk("k")])), &TestClock::new());
        assert!(
            verify_later(&verifier, &pair.token("k")).await.is_ok(),
            "{}",
            pair.algorithm()
        );
        let public = pair.public();
        for secret in [
            public.clone(),
            b64(&public).into_bytes(),
            pair.jwk("k").to_string().into_bytes(),
        ] {
            let forged = mint(r#"{"alg":"HS256","kid":"k"}"#, named_claims(json!({})), &secret);
            assert_eq!(refusal(verify(&verifier, &forged)), Refusal::Algorithm);
            let renamed = json!({"alg": pair.algorithm(), "kid": "k"}).to_string();
            let forged = mint(renamed, named_claims(json!({})), &secret);
            assert_eq!(refusal(verify(&verifier, &forged)), Refusal::Signature);
        }
    }
}

/// A key of one algorithm, and a token that names another one.
#[tokio::test]
async fn d30_the_algorithm_is_pinned_per_key() {
    let source = TestSource::new(document(&[RSA.jwk("r"), P256.jwk("p"), ED.jwk("e")]));
    let (jwks, verifier) = keyed(&source, &TestClock::new());
    jwks.load().await.unwrap();
    for (pair, id) in [(&*RSA, "r"), (&*P256, "p"), (&*ED, "e")] {
        assert!(verify(&verifier, &pair.token(id)).is_ok());
        for alg in ["HS256", "RS256", "RS512", "PS256", "ES256", "ES384", "EdDSA", "none"] {
            if alg != pair.algorithm() {
                let header = json!({"alg": alg, "kid": id}).to_string();
                let forged = pair.sign(&header, &named_claims(json!({})));
                assert_eq!(refusal(verify(&verifier, &forged)), Refusal::Algorithm, "{alg} on {id}");
            }
        }
        for (other, _) in [(&*RSA, "r"), (&*P256, "p"), (&*ED, "e")] {
            if other.algorithm() != pair.algorithm() {
                assert_eq!(refusal(verify(&verifier, &other.token(id))), Refusal::Algorithm);
            }
        }
    }
    assert!(
        verify(
            &verifier,
            &ED.sign(r#"{"alg":"Ed25519","kid":"e"}"#, &named_claims(json!({})))
        )
        .is_ok()
    );
}

#[test]
fn d31_members_that_choose_keys_or_processing() {
    for name in [
        "jku", "x5u", "jwk", "x5c", "crit", "zip", "b64", "enc", "epk", "apu", "apv", "cty", "p2s", "p2c",
    ] {
        for value in [
            json!(null),
            json!("https://evil.example"),
            json!([]),
            json!({"kty": "oct"}),
        ] {
            let header = json!({"alg": "HS256", name: value}).to_string();
            assert_eq!(header_refusal(&header), Refusal::HeaderMember(name));
        }
    }
    assert_eq!(
        header_refusal(r#"{"alg":"HS256","\u006Aku":"u"}"#),
        Refusal::HeaderMember("jku")
    );
}

#[test]
fn d32_exp_missing() {
    let token = mint(HS256, json!({"sub": "u_1"}).to_string(), SECRET);
    assert_eq!(refusal(verify(&verifier(), &token)), Refusal::ClaimMissing("exp"));
}

#[test]
fn d32_exp_as_a_float() {
    for exp in ["1800000600.0", "1800000600.5", "1.8e9", "18e8", "1E10"] {
        let payload = format!(r#"{{"sub":"u_1","exp":{exp}}}"#);
        assert_eq!(
            refusal(verify(&verifier(), &mint(HS256, payload, SECRET))),
            Refusal::Claim("exp"),
            "{exp}"
        );
    }
}

#[test]
fn d32_exp_as_anything_else() {
    for exp in [
        json!("1800000600"),
        json!(-1),
        json!(null),
        json!(true),
        json!([NOW + 600]),
        json!({}),
    ] {
        assert_eq!(claim_refusal(json!({"exp": exp})), Refusal::Claim("exp"), "{exp}");
    }
    for exp in ["18446744073709551616", "1e400", "-0"] {
        let payload = format!(r#"{{"sub":"u_1","exp":{exp}}}"#);
        assert_eq!(
            refusal(verify(&verifier(), &mint(HS256, payload, SECRET))),
            Refusal::Claim("exp"),
            "{exp}"
        );
    }
}

#[test]
fn d32_exp_is_judged_to_the_second() {
    let strict = verifier();
    let token = token(json!({"exp": NOW + 10}));
    assert!(verify_at(&strict, &token, NOW + 9).is_ok());
    // First by the cache, then anew.
    assert_expired(verify_at(&strict, &token, NOW + 10));
    assert_expired(verify_at(&strict, &token, NOW + 10));
    let lenient = builder().leeway(Duration::from_secs(30)).build().unwrap();
    assert_eq!(
        verify_at(&lenient, &token, NOW + 39).unwrap().expires_at(),
        Some(NOW + 40)
    );
    assert_expired(verify_at(&lenient, &token, NOW + 40));
    assert_expired(verify_at(&verifier(), &token, u64::MAX));
}

/// An expired token says so only to whoever could have had it.
#[test]
fn d32_a_forged_token_is_never_called_expired() {
    let forged = mint(
        HS256,
        claims(json!({"exp": 1})),
        b"another secret of thirty-two bytes or so",
    );
    assert_eq!(refusal(verify(&verifier(), &forged)), Refusal::Signature);
}

#[test]
fn d32_nbf_and_iat() {
    let at = |rest: Value, now: u64| verify_at(&verifier(), &token(rest), now);
    assert_eq!(refusal(at(json!({"nbf": NOW + 1}), NOW)), Refusal::NotYetValid);
    assert!(at(json!({"nbf": NOW + 1}), NOW + 1).is_ok());
    assert_eq!(refusal(at(json!({"iat": NOW + 1}), NOW)), Refusal::IssuedInTheFuture);
    assert!(at(json!({"iat": NOW}), NOW).is_ok());
    for claim in ["nbf", "iat"] {
        for value in [json!(1.5), json!("1"), json!(-1), json!(null)] {
            assert_eq!(claim_refusal(json!({claim: value})), Refusal::Claim(claim));
        }
    }
}

#[test]
fn d32_no_aud_and_no_iss() {
    let strict = builder().issuer("i").audience("a").build().unwrap();
    let judged = |rest: Value| verify(&strict, &token(rest));
    assert!(judged(json!({"iss": "i", "aud": "a"})).is_ok());
    assert!(judged(json!({"iss": "i", "aud": ["b", "a"]})).is_ok());
    assert_eq!(refusal(judged(json!({"aud": "a"}))), Refusal::ClaimMissing("iss"));
    assert_eq!(refusal(judged(json!({"iss": "i"}))), Refusal::ClaimMissing("aud"));
    assert_eq!(refusal(judged(json!({"iss": "i2", "aud": "a"}))), Refusal::Issuer);
    assert_eq!(
        refusal(judged(json!({"iss": ["i"], "aud": "a"}))),
        Refusal::Claim("iss")
    );
    for aud in [json!("b"), json!([]), json!(["A"]), json!("a ")] {
        assert_eq!(
            refusal(judged(json!({"iss": "i", "aud": aud}))),
            Refusal::Audience,
            "{aud}"
        );
    }
    assert_eq!(
        refusal(judged(json!({"iss": "i", "aud": {"a": 1}}))),
        Refusal::Claim("aud")
    );
    // A token that names a reader is not for one without a name.
    assert_eq!(claim_refusal(json!({"aud": "a"})), Refusal::Audience);
}

#[test]
fn d32_a_lifetime_has_a_cap() {
    let day = 24 * 60 * 60;
    assert!(verify(&verifier(), &token(json!({"exp": NOW + day}))).is_ok());
    assert_eq!(claim_refusal(json!({"exp": NOW + day + 1})), Refusal::LivesTooLong);
    assert_eq!(
        claim_refusal(json!({"iat": NOW - 1, "exp": NOW + day})),
        Refusal::LivesTooLong
    );
    assert_eq!(claim_refusal(json!({"exp": u64::MAX})), Refusal::LivesTooLong);
    assert_eq!(
        claim_refusal(json!({"exp": NOW - 2, "iat": NOW - 1})),
        Refusal::Claim("exp")
    );
}

#[test]
fn d32_claims_that_come_twice() {
    for twice in [
        r#"{"sub":"u_1","exp":1,"exp":1800000600}"#,
        r#"{"sub":"u_1","exp":1800000600,"\u0065xp":1800000600}"#,
        r#"{"sub":"u_1","sub":"u_2","exp":1800000600}"#,
        r#"{"sub":"u_1","exp":1800000600,"x":1,"x":1}"#,
    ] {
        assert_eq!(
            refusal(verify(&verifier(), &mint(HS256, twice, SECRET))),
            Refusal::Payload,
            "{twice}"
        );
    }
    let roles = r#"{"sub":"u_1","exp":1800000600,"tenant_ids":["t_a"],"role_map":{"t_a":"viewer","t_a":"owner"}}"#;
    assert_eq!(
        refusal(verify(&verifier(), &mint(HS256, roles, SECRET))),
        Refusal::Claim("role_map")
    );
}

#[test]
fn d32_subjects_and_tenants_have_a_shape() {
    let without = mint(HS256, json!({"exp": NOW + 1}).to_string(), SECRET);
    assert_eq!(refusal(verify(&verifier(), &without)), Refusal::ClaimMissing("sub"));
    for sub in [
        json!(""),
        json!("a b"),
        json!("a,b"),
        json!("a\nb"),
        json!("é"),
        json!("x".repeat(129)),
        json!(1),
    ] {
        assert_eq!(claim_refusal(json!({"sub": sub})), Refusal::Claim("sub"), "{sub}");
    }
    for tenants in [
        json!(["t_A"]),
        json!(["t_a", ""]),
        json!("t_a"),
        json!([1]),
        json!(null),
    ] {
        assert_eq!(
            claim_refusal(json!({"tenant_ids": tenants})),
            Refusal::Claim("tenant_ids"),
            "{tenants}"
        );
    }
    assert_eq!(
        claim_refusal(json!({"role_map": {"t_b": "owner"}})),
        Refusal::Claim("role_map")
    );
    assert_eq!(
        claim_refusal(json!({"default_tenant_id": "t_b"})),
        Refusal::Claim("default_tenant_id")
    );
}

#[test]
fn d33_kid_injection() {
    let named = SharedSecret::new(SECRET).unwrap().with_key_id("2027-01").unwrap();
    let verifier = JwtVerifier::with_shared_secrets([named]).build().unwrap();
    let judged = |kid: Value| {
        verify(
            &verifier,
            &mint(
                json!({"alg": "HS256", "kid": kid}).to_string(),
                claims(json!({})),
                SECRET,
            ),
        )
    };
    assert!(judged(json!("2027-01")).is_ok());
    for kid in ["../../dev/null", "' OR 1=1 --", "2027-01\0", "2027-01 ", "0"] {
        assert_eq!(refusal(judged(json!(kid))), Refusal::KeyUnknown, "{kid}");
    }
    for kid in [
        json!(""),
        json!(null),
        json!(0),
        json!(["2027-01"]),
        json!("k".repeat(257)),
    ] {
        assert_eq!(refusal(judged(kid)), Refusal::Header);
    }
}

#[test]
fn d35_a_ticket_or_an_id_token_is_no_access_token() {
    // A ticket has two parts.
    let body = b64(r#"{"exp":1800000600}"#);
    assert_eq!(
        refusal(verify(&verifier(), &format!("{body}.{body}"))),
        Refusal::NotThreeParts
    );
    for typ in ["dpop+jwt", "logout+jwt", "JWE", "ticket", ""] {
        assert_eq!(
            header_refusal(&json!({"alg": "HS256", "typ": typ}).to_string()),
            Refusal::Type,
            "{typ}"
        );
    }
    let access = builder().token_types(["at+jwt"]).require_token_type().build().unwrap();
    let typed = |header: &str| verify(&access, &mint(header, claims(json!({})), SECRET));
    assert!(typed(r#"{"alg":"HS256","typ":"at+jwt"}"#).is_ok());
    assert_eq!(refusal(typed(HS256)), Refusal::Type);
    assert_eq!(refusal(typed(r#"{"alg":"HS256"}"#)), Refusal::Type);
}

#[test]
fn d38_a_clock_that_jumps() {
    let verifier = verifier();
    let token = token(json!({"nbf": NOW, "exp": NOW + 10}));
    assert!(verify_at(&verifier, &token, NOW).is_ok());
    assert_eq!(
        refusal(verify_at(&verifier, &token, NOW - 1)),
        Refusal::NotYetValid,
        "back, past the cache"
    );
    assert!(verify_at(&verifier, &token, NOW + 9).is_ok());
    assert_expired(verify_at(&verifier, &token, NOW + 10));
    assert_eq!(refusal(verify_at(&verifier, &token, 0)), Refusal::NotYetValid);
    assert!(builder().leeway(Duration::from_secs(31)).build().is_err());
}

#[test]
fn d39_a_weak_secret_is_refused_at_start() {
    for weak in [&b""[..], b"secret", &SECRET[..31]] {
        let error = SharedSecret::new(weak).unwrap_err();
        assert_eq!(error, SecretError::TooShort(weak.len()));
        assert!(error.to_string().starts_with("AUTH_JWT_SIGNING"));
    }
}

#[test]
fn d39_secrets_rotate() {
    let new = b"another secret of thirty-two bytes or so";
    let ring = JwtVerifier::with_shared_secrets([SharedSecret::new(new).unwrap(), secret()])
        .build()
        .unwrap();
    for secret in [SECRET, new] {
        assert!(verify(&ring, &mint(HS256, claims(json!({})), secret)).is_ok());
    }
    let after = JwtVerifier::with_shared_secrets([SharedSecret::new(new).unwrap()])
        .build()
        .unwrap();
    assert_eq!(refusal(verify(&after, &token(json!({})))), Refusal::Signature);
}

#[test]
fn d40_what_is_around_a_token_is_not_trimmed() {
    let good = token(json!({}));
    for bad in [
        format!(" {good}"),
        format!("{good} "),
        format!("{good}\n"),
        format!("{good}="),
        format!("{good}."),
        format!(".{good}"),
        format!("\"{good}\""),
        good.replace('.', ". "),
        String::new(),
    ] {
        assert!(
            matches!(verify(&verifier(), &bad), Err(TokenError::Invalid(_))),
            "{bad}"
        );
    }
    let long = builder().max_token_bytes(good.len()).build().unwrap();
    assert!(verify(&long, &good).is_ok());
    let short = builder().max_token_bytes(good.len() - 1).build().unwrap();
    assert_eq!(refusal(verify(&short, &good)), Refusal::TooLong);
    let filler = "x".repeat(8 * 1024);
    assert_eq!(claim_refusal(json!({ "filler": filler })), Refusal::TooLong);
}

/// A Python engine's token never ends, so it takes a loud word to let it in.
#[test]
fn a_token_without_exp_needs_the_dangerous_setting() {
    let token = mint(HS256, json!({"sub": "u_1"}).to_string(), SECRET);
    let lab = builder().dangerously_accept_tokens_without_exp().build().unwrap();
    assert_eq!(verify(&lab, &token).unwrap().expires_at(), None);
    assert_eq!(verify(&lab, &token).unwrap().expires_at(), None, "from the cache");
    assert_expired(verify_at(&lab, &self::token(json!({"exp": NOW})), NOW));
    assert_eq!(
        refusal(verify(&lab, &self::token(json!({"exp": null})))),
        Refusal::Claim("exp"),
        "absent is not null"
    );
}

#[test]
fn nothing_of_a_token_reaches_an_error() {
    let canary = "canary-c4n4ry";
    for bad in [
        mint(json!({"alg": "HS256", "typ": canary}).to_string(), "{}", SECRET),
        mint(json!({"alg": canary}).to_string(), "{}", SECRET),
        mint(json!({"alg": {canary: canary}}).to_string(), "{}", SECRET),
        token(json!({"exp": canary})),
        token(json!({"tenant_ids": [canary]})),
        token(json!({"aud": canary})),
        mint(HS256, format!("{{\"{canary}\":1,\"{canary}\":1}}"), SECRET),
        mint(HS256, canary, SECRET),
    ] {
        let error = verify(&verifier(), &bad).unwrap_err();
        let shown = format!("{error} {error:?} {}", std::error::Error::source(&error).unwrap());
        assert!(!shown.contains("c4n4ry") && !shown.contains(&bad), "{shown}");
    }
    let shown = format!("{:?} {:?} {:?}", verifier(), builder(), secret());
    assert!(!shown.contains("test secret"), "{shown}");
}

#[test]
fn forgetting_judges_anew() {
    let verifier = verifier();
    let token = token(json!({}));
    let first = verify(&verifier, &token).unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &verify(&verifier, &token).unwrap()));
    verifier.forget_verified();
    assert!(!std::sync::Arc::ptr_eq(&first, &verify(&verifier, &token).unwrap()));
    let off = builder().cache_capacity(0).build().unwrap();
    assert!(verify(&off, &token).is_ok() && verify(&off, &token).is_ok());
}
