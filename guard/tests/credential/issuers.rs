//! Several issuers, and no second chance with another one.

use guard::context::{OpaqueId, TenantId};
use guard::credential::Identity;
use guard::credential::jwt::{Hs256Issuer, IssueError, Issuers, IssuersError, JwtVerifier, Refusal, SharedSecret};
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::*;

const OTHER: &[u8] = b"another secret of thirty-two bytes or so";

fn of(issuer: &str, secret: &[u8]) -> JwtVerifier {
    JwtVerifier::with_shared_secrets([SharedSecret::new(secret).unwrap()])
        .issuer(issuer)
        .build()
        .unwrap()
}

fn minted(rest: Value, secret: &[u8]) -> String {
    mint(HS256, claims(rest), secret)
}

#[test]
fn d34_exactly_one_verifier_judges() {
    let issuers = Issuers::new([of("a", SECRET), of("b", OTHER)]).unwrap();
    for _ in 0..2 {
        assert!(verify(&issuers, &minted(json!({"iss": "a"}), SECRET)).is_ok());
        assert!(verify(&issuers, &minted(json!({"iss": "b"}), OTHER)).is_ok());
    }
    // Signed well by the other one: the verifier of `iss` refuses, and nobody else is asked.
    assert_eq!(
        refusal(verify(&issuers, &minted(json!({"iss": "a"}), OTHER))),
        Refusal::Signature
    );
    assert_eq!(
        refusal(verify(&issuers, &minted(json!({"iss": "b"}), SECRET))),
        Refusal::Signature
    );
    assert_eq!(
        refusal(verify(&issuers, &minted(json!({"iss": "c"}), SECRET))),
        Refusal::Issuer
    );
    assert_eq!(
        refusal(verify(&issuers, &minted(json!({}), SECRET))),
        Refusal::ClaimMissing("iss")
    );
    assert_eq!(
        refusal(verify(&issuers, &minted(json!({"iss": ["a"]}), SECRET))),
        Refusal::Claim("iss")
    );
    let twice = format!(r#"{{"iss":"a","sub":"u","iss":"b","exp":{}}}"#, NOW + 1);
    assert_eq!(refusal(verify(&issuers, &mint(HS256, twice, SECRET))), Refusal::Payload);
    assert_eq!(
        refusal(verify(&issuers, &format!("{HS256}..."))),
        Refusal::NotThreeParts
    );
    assert_eq!(refusal(verify(&issuers, &"x".repeat(9000))), Refusal::TooLong);
}

#[test]
fn d34_tokens_without_iss_have_their_own_verifier_or_none() {
    let python = builder().dangerously_accept_tokens_without_exp().build().unwrap();
    let issuers = Issuers::new([of("a", OTHER)]).unwrap().without_issuer(python).unwrap();
    let nameless = mint(HS256, json!({"sub": "u_1"}).to_string(), SECRET);
    assert!(verify(&issuers, &nameless).is_ok());
    // Its lenience is not to be had by naming an issuer.
    let named = mint(HS256, json!({"sub": "u_1", "iss": "a"}).to_string(), SECRET);
    assert_eq!(refusal(verify(&issuers, &named)), Refusal::Signature);
    let named = mint(HS256, json!({"sub": "u_1", "iss": "a"}).to_string(), OTHER);
    assert_eq!(refusal(verify(&issuers, &named)), Refusal::ClaimMissing("exp"));
}

#[test]
fn d34_verifiers_that_cannot_be_told_apart_are_refused() {
    assert_eq!(
        Issuers::new([of("a", SECRET), of("a", OTHER)]).unwrap_err(),
        IssuersError::SameIssuer
    );
    assert_eq!(Issuers::new([verifier()]).unwrap_err(), IssuersError::NoIssuer);
    let any = builder().dangerously_accept_any_issuer().build().unwrap();
    assert_eq!(Issuers::new([any.clone()]).unwrap_err(), IssuersError::NoIssuer);
    let unnamed = |verifier| Issuers::new([]).unwrap().without_issuer(verifier).map(|_| ());
    assert_eq!(unnamed(any), Err(IssuersError::UnnamedWithIssuer));
    assert_eq!(unnamed(of("a", SECRET)), Err(IssuersError::UnnamedWithIssuer));
    assert_eq!(unnamed(verifier()), Ok(()));
}

#[tokio::test]
async fn d34_public_keys_and_secrets_side_by_side() {
    let (_, public) = keyed(&TestSource::new(document(&[ED.jwk("k")])), &TestClock::new());
    let issuers = Issuers::new([public, of("a", SECRET)]).unwrap();
    assert!(verify_later(&issuers, &ED.token("k")).await.is_ok());
    assert!(verify(&issuers, &minted(json!({"iss": "a"}), SECRET)).is_ok());
    // The claims of one issuer under the signature of the other.
    let forged = mint(HS256, named_claims(json!({})), SECRET);
    assert_eq!(refusal(verify(&issuers, &forged)), Refusal::Algorithm);
    let forged = ED.sign(r#"{"alg":"EdDSA","kid":"k"}"#, &claims(json!({"iss": "a"})));
    assert_eq!(refusal(verify(&issuers, &forged)), Refusal::Algorithm);
}

#[test]
fn what_is_issued_here_verifies_here() {
    let tenant = TenantId::parse("t_a").unwrap();
    let identity = Identity::builder(OpaqueId::parse("u_1").unwrap())
        .email("a@b.example")
        .tenant(tenant.clone())
        .role(&tenant, "owner")
        .default_tenant(tenant)
        .build()
        .unwrap();
    let secret = secret().with_key_id("2027-01").unwrap();
    let issuer = Hs256Issuer::new(secret.clone())
        .issuer("i")
        .audience("a")
        .clock(TestClock::new());
    let issued = issuer
        .clone()
        .lifetime(Duration::from_secs(60))
        .unwrap()
        .issue(&identity)
        .unwrap();
    assert_eq!(issued.expires_at(), NOW + 60);
    assert!(!format!("{issued:?} {issuer:?}").contains(issued.expose_token()));
    let verifier = JwtVerifier::with_shared_secrets([secret])
        .issuer("i")
        .audience("a")
        .build()
        .unwrap();
    let verified = verify(&verifier, issued.expose_token()).unwrap();
    assert_eq!(verified.expires_at(), Some(NOW + 60));
    assert_eq!(verified.role_in(verified.default_tenant().unwrap()), Some("owner"));
    assert_eq!(
        (verified.user_id(), verified.email()),
        (identity.user_id(), identity.email())
    );
    assert_expired(verify_at(&verifier, issued.expose_token(), NOW + 60));
    for lifetime in [
        Duration::ZERO,
        Duration::from_millis(999),
        Duration::from_secs(24 * 60 * 60 + 1),
    ] {
        assert_eq!(issuer.clone().lifetime(lifetime).unwrap_err(), IssueError::Lifetime);
    }
}
