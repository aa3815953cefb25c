//! What holds for every token.

use std::time::Duration;

use guard::credential::jwt::{Issuers, JwtVerifier};
use guard::credential::{Verification, VerifyToken};
use proptest::prelude::*;
use serde_json::json;

use crate::support::*;

fn refuses(verifier: &impl VerifyToken, token: &str) -> bool {
    match verifier.verify(token, Duration::from_secs(NOW)) {
        Verification::Done(verified) => verified.is_err(),
        Verification::Later(_) => panic!("nothing to wait for"),
    }
}

/// Every change of a single byte, to every other byte that leaves it text, with a warm cache and with none.
#[test]
fn any_single_byte_change_is_refused() {
    let good = token(json!({}));
    let warm = verifier();
    assert!(verify(&warm, &good).is_ok());
    for at in 0..good.len() {
        for byte in 0..=127u8 {
            let mut changed = good.clone().into_bytes();
            if changed[at] == byte {
                continue;
            }
            changed[at] = byte;
            let changed = String::from_utf8(changed).unwrap();
            assert!(refuses(&warm, &changed), "byte {at} as {byte}");
        }
        let mut shorter = good.clone();
        shorter.remove(at);
        assert!(refuses(&warm, &shorter));
        let mut longer = good.clone();
        longer.insert(at, 'A');
        assert!(refuses(&warm, &longer));
    }
    assert!(verify(&warm, &good).is_ok(), "and none of them put it out");
}

#[tokio::test]
async fn any_single_byte_change_is_refused_under_public_keys() {
    let source = TestSource::new(document(&[P256.jwk("p"), ED.jwk("e"), RSA.jwk("r")]));
    // A clock that stands still: after the load nothing is fetched any more.
    let (jwks, verifier) = keyed(&source, &TestClock::new());
    jwks.load().await.unwrap();
    for (pair, id) in [(&*P256, "p"), (&*ED, "e"), (&*RSA, "r")] {
        let good = pair.token(id);
        assert!(verify(&verifier, &good).is_ok());
        for at in 0..good.len() {
            for flip in [1, 2, 4, 16] {
                let mut changed = good.clone().into_bytes();
                changed[at] ^= flip;
                assert!(
                    refuses(&verifier, &String::from_utf8(changed).unwrap()),
                    "{id}: byte {at} by {flip}"
                );
            }
        }
    }
}

proptest! {
    #[test]
    fn random_text_is_refused_and_nothing_panics(text in "\\PC{0,300}", parts in "[A-Za-z0-9_-]{0,40}(\\.[A-Za-z0-9_-]{0,40}){0,4}") {
        let issuers = Issuers::new([]).unwrap().without_issuer(verifier()).unwrap();
        for text in [&text, &parts] {
            prop_assert!(refuses(&verifier(), text));
            prop_assert!(refuses(&issuers, text));
        }
    }

    /// Bytes that somebody with the secret signed: still no panic, and a token only where it is JSON with the claims.
    #[test]
    fn random_signed_bytes_never_panic(header in proptest::collection::vec(any::<u8>(), 0..100), payload in proptest::collection::vec(any::<u8>(), 0..100)) {
        let good = claims(json!({}));
        prop_assert!(refuses(&verifier(), &mint(&header, good, SECRET)));
        prop_assert!(refuses(&verifier(), &mint(HS256, &payload, SECRET)));
    }

    /// JSON close to good claims: what verifies is within its time and names a user.
    #[test]
    fn near_misses(exp in any_json(), nbf in any_json(), sub in any_json(), tenants in any_json(), now in 0..4 * NOW) {
        let payload = format!(r#"{{"exp":{exp},"nbf":{nbf},"sub":{sub},"tenant_ids":{tenants}}}"#);
        let verifier = builder().max_lifetime(Duration::MAX).build().unwrap();
        if let Ok(identity) = verify_at(&verifier, &mint(HS256, &payload, SECRET), now) {
            let (exp, nbf): (u64, u64) = (exp.parse().unwrap(), nbf.parse().unwrap());
            prop_assert!(nbf <= now && now < exp);
            prop_assert_eq!(identity.expires_at(), Some(exp));
            prop_assert_eq!(format!("\"{}\"", identity.user_id()), sub);
        }
    }

    /// One answer for one token, cached or not.
    #[test]
    fn the_cache_changes_no_answer(times in proptest::collection::vec((0..30u64, any::<bool>()), 1..40)) {
        let warm = verifier();
        let cold = builder().cache_capacity(0).build().unwrap();
        let tokens = [token(json!({"nbf": NOW + 10, "exp": NOW + 20})), token(json!({"nbf": NOW + 5, "exp": NOW + 15}))];
        for (after, first) in times {
            let token = &tokens[usize::from(first)];
            let answers = [&warm, &cold].map(|verifier: &JwtVerifier| verify_at(verifier, token, NOW + after));
            let [warm, cold] = answers.map(|answer| format!("{answer:?}"));
            prop_assert_eq!(warm, cold);
        }
    }
}

fn any_json() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..4 * NOW).prop_map(|second| second.to_string()),
        any::<u64>().prop_map(|second| second.to_string()),
        any::<i64>().prop_map(|second| second.to_string()),
        any::<f64>().prop_map(|second| json!(second).to_string()),
        "[a-z_]{0,6}".prop_map(|text| format!("\"{text}\"")),
        "t_[a-z]{1,3}".prop_map(|text| format!("[\"{text}\"]")),
        Just("null".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
    ]
}
